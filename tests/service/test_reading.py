"""What files on their way say, beside what form and records say of them now."""

from __future__ import annotations

import pytest

from emfair.model.annotations import Annotations
from emfair.model.context import (
    Context,
    RecordedInstrument,
    RecordedProject,
    RecordedProposal,
    RecordedSample,
)
from emfair.model.nouns import InstrumentCard, ProjectCard, ProposalCard, SampleCard
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.doubts import RULES
from emfair.nxem.facts import used
from emfair.service.arrivals import Arrival, Seen
from emfair.service.reading import reading_of

TITAN = {
    "title": "Titan",
    "model": {"name": "Titan 80-300"},
    "profile": {
        "instrument": {"time_zone": "Europe/Rome"},
        "measurement": {"acceleration_voltage": "300 kV"},
    },
}


def records(instrument=None):
    """Return what the records say."""
    return Context(
        project=RecordedProject(id="p", version=1, card=ProjectCard(title="P")),
        proposal=RecordedProposal(id="q", version=1, card=ProposalCard(title="Q")),
        sample=RecordedSample(id="s", version=1, card=SampleCard(title="Quartz")),
        instrument=instrument
        and RecordedInstrument(
            id="titan", version=1, card=InstrumentCard.model_validate(instrument)
        ),
    )


def converted(path, folder, **said):
    """Convert a file of which this is said."""
    folder.mkdir()
    dossier = Dossier(Source(path.name, ""), said.pop("notes", Annotations()), "e", {}, **said)
    return convert_file(path, dossier, folder)


@pytest.mark.parametrize(
    "file", ["dm3_2D_data/test_STEM_image.dm3", "FEI_new/128x128-TEM_search.emi"]
)
@pytest.mark.parametrize(
    ("said", "instrument"),
    [
        ({}, None),
        ({}, TITAN),
        ({"measurement": {"acceleration_voltage": "80 kV"}}, None),
        ({"instrument": {"time_zone": "Europe/Rome"}}, None),
        ({"start_time": "2019-01-01T09:00:00Z", "sample": {"name": "Iron"}}, TITAN),
    ],
)
def test_what_was_looked_into_unsaid_reads_as_if_it_had_been_said(
    file, said, instrument, corpus, tmp_path
):
    path, notes, context = corpus / file, parse_annotations(said), records(instrument)
    unsaid = converted(path, tmp_path / "unsaid")
    wanted = converted(path, tmp_path / "said", notes=notes, context=context)
    seen = tuple(Seen(one.measurement, one.preview) for one in unsaid.written)
    reading = reading_of([Arrival(path.name, seen, ())], notes, context)
    assert [used(one.facts) for one in reading.measurements] == [
        used(one.measurement.facts) for one in wanted.written
    ]
    assert set(reading.findings) == {one for one in wanted.doubts if one.rule in RULES}


def test_a_file_is_called_what_it_is_called_now(corpus, tmp_path):
    path = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    (one,) = converted(path, tmp_path / "unsaid").written
    arrival = Arrival(path.name, (Seen(one.measurement, b""),), ())
    notes = parse_annotations({"files": {path.name: {"title": "Grain 3"}}})
    (named,) = reading_of([arrival], notes, records()).measurements
    (unnamed,) = reading_of([arrival], Annotations(), records()).measurements
    assert (named.title, unnamed.title) == ("Grain 3", one.measurement.title)
