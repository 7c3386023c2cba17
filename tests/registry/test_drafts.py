"""Drafts: files announced one by one, closed, sealed; later deposits into the same experiment."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from emfair.errors import BadCall, BadName, Conflict, FixityMismatch, NotFound
from emfair.model.manifest import Place, Titles, content_digest
from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentEdit, NewFile
from tests.registry.together import run_together

TITLES = Titles(project="Steel", proposal="First", sample="Lamella", experiment="Grain boundaries")
TIME = datetime(2026, 1, 20, 8, tzinfo=UTC)


def place(experiment: str) -> Place:
    return Place(project="steel", proposal="p-1", sample="s-1", experiment=experiment)


def sha256(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def files(*names: str) -> list[NewFile]:
    return [NewFile(name, name, len(name), TIME) for name in names]


@pytest.fixture
def draft(registry):
    return registry.deposits.draft(place("e-1"), TITLES, depositor="ada")


def send(registry, experiment: str, *names: str) -> None:
    """Announce files, and let them arrive."""
    for upload in registry.uploads.add(experiment, files(*names), actor="ada"):
        registry.uploads.finish(upload.id, sha256(upload.path))


def seal(registry, experiment: str, version: int, *, annotations: int = 1, document: str = "{}"):
    return registry.deposits.seal(
        experiment,
        manifest_version=version,
        annotations_version=annotations,
        document=document,
        author="ada",
        run_key=f"{experiment}:m{version}",
    )


def processed(registry, experiment: str, state: S = S.VALID) -> None:
    row = registry.experiments.set_state(experiment, S.PROCESSING)
    registry.experiments.set_state(experiment, state, processed_key=row.run_key)


@pytest.fixture
def sealed(registry, draft):
    """Return an experiment with one sealed file, processed."""
    send(registry, draft.id, "a.dm4")
    registry.deposits.close(draft.id, actor="ada")
    seal(registry, draft.id, 1)
    processed(registry, draft.id)
    return registry.experiments.get(draft.id)


def test_a_draft_has_no_files_and_becomes_an_upload_with_the_first(registry, draft):
    assert (draft.state, draft.content_digest, draft.manifest_version) == (S.DRAFT, None, None)
    (upload,) = registry.uploads.add(draft.id, files("a.dm4"), actor="ada")
    assert registry.experiments.get(draft.id).state is S.UPLOADING
    assert (upload.sha256, upload.store_upload, upload.done_at) == (None, None, None)
    assert registry.uploads.get(upload.id) == upload


def test_a_draft_of_which_nothing_was_said_has_no_history(registry, draft):
    assert registry.annotations.history(draft.id) == ()


def test_a_draft_is_made_once(registry, draft):
    with pytest.raises(Conflict):
        registry.deposits.draft(place(draft.id), TITLES, depositor="bob")


def test_files_come_one_by_one_are_closed_and_sealed(registry, draft):
    send(registry, draft.id, "b.dm4")
    send(registry, draft.id, "a.dm4")
    closed = registry.deposits.close(draft.id, actor="ada")
    assert closed.manifest_version == 1
    assert [(file.path, file.sha256) for file in closed.files] == [
        ("a.dm4", sha256("a.dm4")),
        ("b.dm4", sha256("b.dm4")),
    ]
    assert closed.content_digest == content_digest(closed.files)
    assert registry.deposits.close(draft.id, actor="ada") == closed
    row = seal(registry, draft.id, 1)
    assert (row.state, row.manifest_version, row.closed_at) == (S.SEALED, 1, None)
    assert row.content_digest == closed.content_digest
    assert [file.path for file in registry.files.of(draft.id)] == ["a.dm4", "b.dm4"]
    assert registry.uploads.of(draft.id) == ()


def test_a_file_announced_again_is_the_same_upload(registry, draft):
    first = registry.uploads.add(draft.id, files("a.dm4", "b.dm4"), actor="ada")
    again = registry.uploads.add(draft.id, files("b.dm4", "a.dm4", "c.dm4"), actor="ada")
    assert again[:2] == (first[1], first[0])
    with pytest.raises(Conflict, match="other bytes"):
        registry.uploads.add(draft.id, [replace(files("a.dm4")[0], size=99)], actor="ada")


def test_thousands_of_files_are_announced_at_once_and_again(registry, draft):
    names = [f"scan/{number}.dm4" for number in range(1200)]
    first = registry.uploads.add(draft.id, files(*names), actor="ada")
    assert [row.path for row in first] == names
    assert registry.uploads.add(draft.id, files(*names[:700]), actor="ada") == first[:700]


def test_of_announcements_at_once_each_file_has_one_upload(registry, draft):
    barrier, found = threading.Barrier(4), []

    def add() -> None:
        barrier.wait()
        found.append(registry.uploads.add(draft.id, files("a.dm4", "b.dm4"), actor="ada"))

    run_together(add, 4)
    assert len(found) == 4
    assert {tuple(row.id for row in rows) for rows in found} == {
        tuple(row.id for row in registry.uploads.of(draft.id))
    }


@pytest.mark.parametrize(
    ("there", "new"),
    [("A.dm4", "a.DM4"), ("stra\u00dfe", "STRASSE"), ("a", "a/b"), ("a/b", "A"), ("é", "e\u0301")],
)
def test_names_that_fall_together_somewhere_are_refused(registry, draft, there, new):
    with pytest.raises(BadName):
        registry.uploads.add(draft.id, files(there, new), actor="ada")
    registry.uploads.add(draft.id, files(there), actor="ada")
    with pytest.raises(BadName):
        registry.uploads.add(draft.id, files(new), actor="ada")
    assert len(registry.uploads.of(draft.id)) == 1


def test_a_name_beside_another_is_no_collision(registry, draft):
    names = ("a", "a.b", "ab/c", "a_/x", "a-/a")
    assert len(registry.uploads.add(draft.id, files(*names), actor="ada")) == len(names)


def test_an_upload_that_begins_twice_keeps_its_first_name(registry, draft):
    (upload,) = registry.uploads.add(draft.id, files("a.dm4"), actor="ada")
    registry.uploads.begin(upload.id, store_upload="one", part_size=8)
    found = registry.uploads.begin(upload.id, store_upload="two", part_size=16)
    assert (found.store_upload, found.part_size) == ("one", 8)


def test_an_upload_has_the_token_made_last(registry, draft):
    (upload,) = registry.uploads.add(draft.id, files("a.dm4"), actor="ada")
    for capability in ("a" * 64, "b" * 64):
        registry.uploads.authorize(upload.id, capability)
    assert registry.uploads.get(upload.id).capability == "b" * 64


def test_a_file_with_another_checksum_is_not_taken(registry, draft):
    announced = replace(files("a.dm4")[0], sha256=sha256("a.dm4"))
    (upload,) = registry.uploads.add(draft.id, [announced], actor="ada")
    with pytest.raises(FixityMismatch, match="as announced"):
        registry.uploads.finish(upload.id, "0" * 64)
    done = registry.uploads.finish(upload.id, sha256("a.dm4"))
    assert registry.uploads.finish(upload.id, sha256("a.dm4")) == done
    with pytest.raises(FixityMismatch):
        registry.uploads.finish(upload.id, "0" * 64)


def test_a_file_can_be_taken_out_until_the_deposit_is_closed(registry, draft):
    send(registry, draft.id, "a.dm4", "b.dm4")
    first, second = registry.uploads.of(draft.id)
    assert registry.uploads.remove(first.id, actor="ada") == first
    with pytest.raises(NotFound):
        registry.uploads.get(first.id)
    registry.deposits.close(draft.id, actor="ada")
    with pytest.raises(Conflict, match="closed"):
        registry.uploads.remove(second.id, actor="ada")
    with pytest.raises(Conflict, match="closed"):
        registry.uploads.add(draft.id, files("c.dm4"), actor="ada")


def test_nothing_is_closed_without_files_or_with_missing_ones(registry, draft):
    with pytest.raises(Conflict, match="no file"):
        registry.deposits.close(draft.id, actor="ada")
    registry.uploads.add(draft.id, files("a.dm4"), actor="ada")
    with pytest.raises(Conflict, match="missing"):
        registry.deposits.close(draft.id, actor="ada")


def test_nothing_is_sealed_that_may_still_grow(registry, draft):
    send(registry, draft.id, "a.dm4")
    with pytest.raises(Conflict, match="may still be added"):
        seal(registry, draft.id, 1)


def test_the_same_files_in_the_same_sample_are_named_at_the_close(registry, sealed):
    registry.deposits.draft(place("e-2"), TITLES, depositor="bob")
    send(registry, "e-2", "a.dm4")
    with pytest.raises(Conflict, match=f"before: {sealed.id}"):
        registry.deposits.close("e-2", actor="bob")
    row = registry.experiments.get("e-2")
    registry.experiments.edit("e-2", row.version, ExperimentEdit(title="Second"), actor="bob")
    assert registry.deposits.close("e-2", actor="bob").manifest_version == 1


def test_a_later_deposit_makes_the_next_manifest(registry, sealed):
    send(registry, sealed.id, "b.dm4")
    row = registry.experiments.get(sealed.id)
    assert (row.state, row.state_before, row.manifest_version) == (S.UPLOADING, "valid", 1)
    closed = registry.deposits.close(sealed.id, actor="ada")
    assert closed.manifest_version == 2
    assert [file.path for file in closed.files] == ["b.dm4"]
    row = seal(registry, sealed.id, 2)
    assert (row.state, row.manifest_version, row.state_before) == (S.SEALED, 2, None)
    assert [(file.path, file.manifest_version) for file in registry.files.of(sealed.id)] == [
        ("a.dm4", 1),
        ("b.dm4", 2),
    ]
    assert row.content_digest == closed.content_digest != sealed.content_digest
    assert [event.run_key for event in registry.outbox.after(0, 10)] == ["e-1:m1", "e-1:m2"]
    assert len(registry.annotations.versions(sealed.id)) == 1


def test_all_files_at_once_and_one_after_the_other_are_the_same_content(registry, sealed):
    send(registry, sealed.id, "b.dm4")
    both = registry.deposits.close(sealed.id, actor="ada").content_digest
    titles = TITLES.model_copy(update={"experiment": "Both"})
    registry.deposits.draft(place("e-2"), titles, depositor="ada")
    send(registry, "e-2", "b.dm4", "a.dm4")
    assert registry.deposits.close("e-2", actor="ada").content_digest == both


def test_a_sealed_file_is_never_replaced(registry, sealed):
    with pytest.raises(BadName, match="never replaced") as same:
        registry.uploads.add(sealed.id, files("a.dm4"), actor="ada")
    assert "'a-repaired.dm4'" in same.value.remedy
    with pytest.raises(BadName, match="same name"):
        registry.uploads.add(sealed.id, files("A.dm4"), actor="ada")
    assert registry.experiments.get(sealed.id) == sealed


@pytest.mark.parametrize("version", [1, 3])
def test_a_manifest_that_does_not_follow_is_a_conflict(registry, sealed, version):
    send(registry, sealed.id, "b.dm4")
    registry.deposits.close(sealed.id, actor="ada")
    with pytest.raises(Conflict, match="does not follow"):
        seal(registry, sealed.id, version)


def test_while_it_is_processed_and_once_published_an_experiment_takes_no_files(registry, sealed):
    for state in (S.PUBLISHED, S.PROCESSING):
        registry.experiments.set_state(sealed.id, state)
        with pytest.raises(Conflict, match=state.value):
            registry.uploads.add(sealed.id, files("b.dm4"), actor="ada")


def test_a_drafts_annotations_are_saved_half_done_and_sealed_as_they_are(registry, draft):
    annotate = registry.annotations.draft
    annotate(draft.id, 0, document='{"title":"x"}', author="ada", reason="")
    with pytest.raises(Conflict, match="at version 1"):
        annotate(draft.id, 0, document='{"title":"y"}', author="bob", reason="")
    annotate(draft.id, 1, document='{"title":"y"}', author="bob", reason="")
    assert registry.outbox.after(0, 10) == []
    send(registry, draft.id, "a.dm4")
    registry.deposits.close(draft.id, actor="ada")
    for version, document in ((1, '{"title":"x"}'), (2, "{}"), (4, "{}")):
        with pytest.raises(Conflict, match="changed meanwhile"):
            seal(registry, draft.id, 1, annotations=version, document=document)
    row = seal(registry, draft.id, 1, annotations=2, document='{"title":"y"}')
    assert (row.annotations_version, len(registry.annotations.versions(draft.id))) == (2, 2)
    with pytest.raises(Conflict, match="no draft any more"):
        annotate(draft.id, 2, document="{}", author="ada", reason="")


def test_an_upload_of_nobody_is_not_found(registry, draft):
    for ask in (registry.uploads.get, registry.uploads.touch):
        with pytest.raises(NotFound):
            ask("u-none")
    with pytest.raises(NotFound):
        registry.uploads.finish("u-none", "0" * 64)
    with pytest.raises(NotFound):
        registry.uploads.add("e-none", files("a"), actor="ada")
    with pytest.raises(BadCall):
        registry.uploads.add(draft.id, [], actor="ada")
