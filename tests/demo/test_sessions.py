"""The demonstration's table fits the archive, and two of its sessions run as they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from emfair.demo.run import answers, run, verdicts
from emfair.demo.sessions import Session, lay_out, sessions
from emfair.errors import NotFound
from emfair.nxem.annotations import parse_annotations
from emfair.service.processing import Chain, open_chain
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from emfair.vendor.sniff import sniff

TITLES = [session.title for session in sessions()]
TROUBLE = TITLES.index("What trouble looks like")


@pytest.fixture(scope="session")
def laid_out(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    """Return every session's files."""
    folder = tmp_path_factory.mktemp("sessions")
    found = {}
    for number, session in enumerate(sessions()):
        top = lay_out(session, corpus, folder / f"{number}")
        found[session.title] = [
            file for path in top for file in (path.rglob("*") if path.is_dir() else [path])
        ]
    return found


def test_titles_are_the_sessions_own():
    assert len(set(TITLES)) == len(TITLES) >= 4


@pytest.mark.parametrize("session", sessions(), ids=TITLES)
def test_annotations_of_the_table_are_read(session):
    notes = parse_annotations(session.annotations, session.title)
    assert bool(notes.sample.atom_types) == bool(session.annotations)


def test_the_table_puts_at_least_30_real_files_of_10_formats_on_show(laid_out):
    good = [file for title, files in laid_out.items() if title != TITLES[TROUBLE] for file in files]
    formats = Counter(sniff(file).candidates[0] for file in good if sniff(file).candidates)
    assert sum(formats.values()) >= 30
    assert len(formats) >= 10


def test_files_named_for_one_file_are_in_their_session(laid_out):
    for session in sessions():
        names = {file.name for file in laid_out[session.title]}
        assert set(session.annotations.get("files", {})) <= names


def test_broken_files_are_as_the_table_says(laid_out, corpus):
    files = {file.name: file for file in laid_out[TITLES[TROUBLE]]}
    assert files["empty.emd"].stat().st_size == 0
    whole = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    cut = files["cut-off.dm3"].read_bytes()
    assert whole.startswith(cut)
    assert 0 < len(cut) < len(whole)


def test_a_pattern_that_finds_nothing_is_named(tmp_path, corpus):
    session = Session(title="T", project="P", proposal="Q", sample="S", files=("no_such/*",))
    with pytest.raises(NotFound, match=r"no_such/\*"):
        lay_out(session, corpus, tmp_path / "x")


def test_a_pattern_may_leave_letters_out_and_reach_into_an_archive(tmp_path, corpus):
    session = Session(
        title="T", project="P", proposal="Q", sample="S",
        files=("bruker_data/[!N]*.bcf", "emd_files/fei_emd_files.zip![!f]*.emd"),
    )  # fmt: skip
    names = {path.name for path in lay_out(session, corpus, tmp_path / "x")}
    assert "Nope.bcf" not in names
    assert {"1532 Camera Ceta.emd", "P45_the_default_job.bcf"} <= names


def test_a_row_with_a_typing_error_is_refused():
    with pytest.raises(ValidationError, match="sampel"):
        Session.model_validate({"title": "T", "sampel": "S", "files": []})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, Chain]]:
    settings = read_settings(home=tmp_path_factory.mktemp("demo") / ".emfair")
    with open_services(settings) as services, open_chain(settings) as chain:
        yield services, chain


@pytest.mark.parametrize(("number", "state"), [(0, "valid"), (TROUBLE, "invalid")])
def test_a_session_runs_through_the_chain_to_its_verdict(stage, corpus, tmp_path, number, state):
    services, chain = stage
    (told,) = run(services, chain, corpus, tmp_path, chosen=[sessions()[number]])
    assert (told.deposited.titles.experiment, told.state) == (TITLES[number], state)
    rows = [row for row in verdicts(services).rows if row[0] == told.deposited.place.experiment]
    assert {row[1] for row in rows} == {file.name for file in told.deposited.files}
    by_file = {file: (signals, verdict, remark) for _, file, _, signals, verdict, remark in rows}
    if number == TROUBLE:
        assert by_file["cut-off.dm3"][0] == 0
        assert "could not be read: the file ends too early" in by_file["cut-off.dm3"][2]
        assert by_file["really-a-dm3.tif"][0] == 1
        assert "same bytes" in by_file["test-1.dm3"][2]
    else:
        assert all(verdict == "valid" for _, verdict, _ in by_file.values())


def test_every_question_is_answered(stage, corpus, tmp_path):
    services, chain = stage
    list(run(services, chain, corpus, tmp_path, chosen=[sessions()[0]]))
    told = list(answers(services))
    assert len(told) == 3
    assert all(answer.columns for _, _, answer in told)
    assert told[0][2].rows, "the facets"
