"""What faces ask the service: lists and pages."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall, BadData
from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from emfair.model.documents import Conversion, Validation
from emfair.model.manifest import Manifest, Place, RawFile, Titles
from emfair.model.nouns import InstrumentCard
from emfair.registry import ExperimentRow
from emfair.service import browse
from emfair.service.services import Services
from tests.service.lab import someone


def begin(services: Services, number: int, title: str, depositor: str = "jane") -> str:
    place = Place(project=f"p{number % 2}", proposal="q", sample="s", experiment=f"e-{number:04}")
    titles = Titles(project="P", proposal="Q", sample="S", experiment=title)
    digest = sha256_bytes(b"%d" % number)
    file = RawFile(name="a", path="a", size=1, sha256=digest, modified_at=services.now())
    return services.registry.deposits.open(
        place, titles, depositor=depositor, files=(file,)
    ).place.experiment


def row_of(services: Services, experiment: str) -> ExperimentRow:
    return services.registry.experiments.get(experiment)


def test_pages_join_without_gap_or_overlap_whatever_the_filter(services):
    every = [begin(services, n, "even" if n % 2 == 0 else "odd") for n in range(25)]
    for text, wanted in (("", every), ("EVEN p0", every[::2])):
        seen: list[str] = []
        after = None
        while True:
            page = browse.experiments(someone(services), text=text, limit=4, after=after)
            seen += [row.id for row in page.rows]
            after = page.next
            if after is None:
                break
        assert seen == wanted[::-1]


def test_a_text_is_found_behind_many_that_do_not_match(services):
    wanted = begin(services, 0, "needle")
    for number in range(1, 510):
        begin(services, number, "hay")
    page = browse.experiments(someone(services), text="needle", limit=1)
    assert [row.id for row in page.rows] == [wanted]
    assert page.next is None


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_bounds(services, limit):
    with pytest.raises(BadCall, match="between"):
        browse.experiments(someone(services), limit=limit)


def test_an_instrument_that_deposits_is_called_by_its_title(services):
    card = InstrumentCard(title="Titan")
    services.registry.instruments.create("titan", card=card, actor="jane")
    made = begin(services, 1, "by night", depositor="instrument:titan")
    assert browse.experiments(someone(services)).names == {"instrument:titan": "Titan"}
    assert browse.experiment(services, row_of(services, made)).depositor == "Titan"


def test_a_page_says_where_experiments_hang_in_titles(services):
    made = begin(services, 1, "by night")
    assert browse.experiments(someone(services)).places == {made: "P › Q › S"}
    assert browse.projects(someone(services)) == {"p1": "P"}


def test_a_sealed_experiment_has_its_manifest_and_nothing_more(services, sealed):
    page = browse.experiment(services, row_of(services, sealed.experiment))
    assert page.manifest is not None
    assert [file.name for file in page.manifest.files] == ["a b.dm3"]
    assert (page.conversion, page.validation, page.records) == (None, None, ())
    assert (page.findings, page.measurements) == ((), ())


def test_a_draft_has_not_even_a_manifest(services):
    assert (
        browse.experiment(services, row_of(services, begin(services, 1, "draft"))).manifest is None
    )


def test_a_damaged_document_is_bad_data_and_not_a_crash(services, sealed):
    services.lake.put_bytes(layout.conversion(sealed), b"{")
    with pytest.raises(BadData, match="no conversion document"):
        browse.experiment(services, row_of(services, sealed.experiment))


def test_what_can_be_read_is_shown_beside_what_is_damaged(services, sealed):
    key = layout.report(sealed, "json")
    services.lake.put_bytes(key, b"[]")
    page = browse.readable(services, row_of(services, sealed.experiment))
    assert page.manifest is not None
    assert [(one.kind, one.error.subject) for one in page.damaged] == [(Validation, key)]
    assert page.damage(Validation) is page.damaged[0].error
    assert page.damage(Conversion, Manifest) is None


def test_a_manifest_that_is_gone_is_damage_told_by_its_key(services, sealed):
    key = layout.manifest(sealed, 1)
    services.lake.delete(key)
    (one,) = browse.readable(services, row_of(services, sealed.experiment)).damaged
    assert (one.kind, one.error.subject) == (Manifest, key)
    assert str(services.settings.home) not in str(one.error)
