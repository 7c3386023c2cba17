"""What nobody finishes goes after the stated time, and nothing else, and nothing earlier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from emfair.errors import BadData, Conflict, NotFound, Unavailable
from emfair.lake import layout
from emfair.lake.memory import MemoryLake
from emfair.lake.setup import UPLOAD_DAYS
from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentRow, UploadRow
from emfair.registry.idempotency import Answer
from emfair.service import cleanup, deposits, uploads
from emfair.service.cleanup import UNKNOWN, UNTOUCHED, Left, clean_up
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.service.clock import Clock
from tests.service.lab import someone
from tests.service.stores import Sick, Tapped
from tests.services.registries import furnished

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "folder"])
def services(tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Services]:
    lake = MemoryLake() if request.param == "memory" else None
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=lake, now=clock
    ) as opened:
        yield opened


def drafted(services: Services, title: str = "night") -> ExperimentRow:
    return deposits.draft(someone(services), Whereto("P", "Q", "S", title))


def announced(services: Services, experiment: str, name: str = "a.dm4", size: int = 3) -> UploadRow:
    file = Announced(name, size, services.now())
    return uploads.announce(someone(services), experiment, [file])[0]


def sent(services: Services, experiment: str, name: str = "a.dm4") -> UploadRow:
    """Announce a file and send it whole."""
    row = announced(services, experiment, name)
    uploads.put_part(services, row, 1, [b"abc"])
    return uploads.complete(services, services.registry.uploads.get(row.id), None)


def state(services: Services, experiment: str) -> S:
    return services.registry.experiments.get(experiment).state


def cleaned(services: Services, *, dry_run: bool = False) -> list[tuple[Left, str]]:
    return [(one.what, one.subject) for one in clean_up(services, dry_run=dry_run)]


def test_a_draft_and_an_upload_are_given_up_after_14_days_and_not_a_moment_earlier(services, clock):
    draft = drafted(services, "draft")
    upload = drafted(services, "upload")
    row = sent(services, upload.id)
    key = layout.raw_file(upload.place, row.path)
    clock.passes(UNTOUCHED)
    assert cleaned(services) == []
    assert services.lake.read_bytes(key) == b"abc"
    clock.passes(MOMENT)
    assert set(cleaned(services)) == {(Left.DEPOSIT, draft.id), (Left.DEPOSIT, upload.id)}
    for each in (draft, upload):
        found = services.registry.experiments.get(each.id)
        assert found.state is S.TOMBSTONED
        assert "for 14 days" in found.state_reason
        assert "Deposit the files again" in found.state_reason
    with pytest.raises(NotFound):
        services.lake.read_bytes(key)
    assert cleaned(services) == []


def test_whoever_sends_one_part_keeps_the_whole_deposit(services, clock):
    draft = drafted(services)
    first = sent(services, draft.id, "first.dm4")
    other = announced(services, draft.id, "other.dm4", size=4)
    clock.passes(UNTOUCHED - DAY)
    uploads.put_part(services, other, 1, [b"abcd"])
    clock.passes(UNTOUCHED - DAY)
    assert cleaned(services) == []
    assert services.lake.read_bytes(layout.raw_file(draft.place, first.path)) == b"abc"
    again = services.registry.uploads.get(other.id)
    assert [part.number for part in uploads.parts(services, again)] == [1]
    uploads.complete(services, again, None)
    assert deposits.seal(someone(services), draft.id).state is S.SEALED


def test_parts_that_come_at_once_are_one_sign_of_life(services, clock):
    row = announced(services, drafted(services).id, size=2 << 24)

    def heard_of(number: int) -> object:
        now = services.registry.uploads.get(row.id)
        uploads.put_part(services, now, number, [bytes(1 << 24)])
        return services.registry.uploads.get(row.id).touched_at

    clock.passes(uploads.ALIVE)
    first = heard_of(1)
    assert first == clock()
    clock.passes(uploads.ALIVE - MOMENT)
    assert heard_of(1) == first
    clock.passes(MOMENT)
    assert heard_of(2) == clock()


def test_a_later_deposit_that_is_given_up_leaves_the_experiment_as_it_was(services, clock):
    draft = drafted(services)
    sent(services, draft.id)
    deposits.seal(someone(services), draft.id)
    services.registry.experiments.set_state(draft.id, S.PROCESSING)
    services.registry.experiments.set_state(draft.id, S.VALID, processed_key="k")
    late = sent(services, draft.id, "late.dm4")
    clock.passes(UNTOUCHED + MOMENT)
    assert cleaned(services) == [(Left.DEPOSIT, draft.id)]
    assert state(services, draft.id) is S.VALID
    assert services.lake.info(layout.raw_file(draft.place, late.path)) is None
    assert services.lake.read_bytes(layout.raw_file(draft.place, "a.dm4")) == b"abc"


def test_sealed_experiments_are_never_touched(services, clock):
    draft = drafted(services)
    row = sent(services, draft.id)
    deposits.seal(someone(services), draft.id)
    clock.passes(1000 * DAY)
    cleaned(services)
    assert state(services, draft.id) is S.SEALED
    assert services.lake.read_bytes(layout.raw_file(draft.place, row.path)) == b"abc"


def test_what_is_touched_between_the_list_and_the_deed_is_left(services, clock):
    draft = drafted(services)
    row = announced(services, draft.id)
    clock.passes(UNTOUCHED + MOMENT)
    before = clock() - UNTOUCHED
    assert [one.row.id for one in services.registry.withdrawals.stale(before)] == [draft.id]
    services.registry.uploads.touch(row.id)
    with pytest.raises(Conflict, match="was touched"):
        deposits.give_up(someone(services), draft.id, "old", untouched_since=before)
    assert state(services, draft.id) is S.UPLOADING


def test_one_deposit_that_cannot_be_given_up_stops_no_other(services, clock):
    broken, other = drafted(services, "broken"), drafted(services, "other")
    sent(services, broken.id)
    deposits.seal(someone(services), broken.id)
    services.registry.experiments.set_state(broken.id, S.FAILED)
    announced(services, broken.id, "late.dm4")
    services.lake.put_bytes(layout.manifest(broken.place, 1), b"{", replace=True)
    clock.passes(UNTOUCHED + MOMENT)
    found = {one.subject: one.problem for one in clean_up(services)}
    assert "manifest" in found[broken.id]
    assert found[other.id] == ""
    assert (state(services, broken.id), state(services, other.id)) == (S.UPLOADING, S.TOMBSTONED)


def test_a_dry_run_says_the_same_and_does_nothing(services, clock):
    draft = drafted(services)
    row = sent(services, draft.id)
    clock.passes(UNTOUCHED + MOMENT)
    would = cleaned(services, dry_run=True)
    assert (Left.DEPOSIT, draft.id) in would
    assert state(services, draft.id) is S.UPLOADING
    assert services.lake.read_bytes(layout.raw_file(draft.place, row.path)) == b"abc"
    assert (Left.DEPOSIT, draft.id) in cleaned(services)


def test_an_upload_that_no_deposit_waits_for_is_removed_after_7_days(services, clock):
    draft = drafted(services)
    key = layout.raw_file(draft.place, "orphan.dm4")
    orphan = services.lake.uploads.begin(key, 3)
    strange = services.lake.uploads.begin("elsewhere/file", 3)
    known = announced(services, draft.id)
    uploads.put_part(services, known, 1, [b"abc"])
    clock.passes(UNKNOWN - DAY)
    assert cleaned(services) == []
    clock.passes(DAY + timedelta(minutes=1))
    assert sorted(cleaned(services)) == [(Left.UPLOAD, "elsewhere/file"), (Left.UPLOAD, key)]
    for gone in (orphan, strange):
        with pytest.raises(NotFound):
            services.lake.uploads.parts(gone)
    kept = services.registry.uploads.get(known.id)
    assert [part.size for part in uploads.parts(services, kept)] == [3]


def test_what_is_left_of_a_whole_upload_goes_and_the_file_stays(services, clock):
    """A journal outlives its upload; nobody is told of it, and `complete` again is no error."""
    draft = drafted(services)
    row = sent(services, draft.id)
    clock.passes(UNKNOWN + timedelta(minutes=1))
    stale = services.lake.uploads.stale
    assert [one.whole for one in stale(clock())] == [True]
    assert cleaned(services, dry_run=True) == []
    assert [one.whole for one in stale(clock())] == [True]
    assert cleaned(services) == []
    assert list(stale(clock())) == []
    assert uploads.complete(services, row, row.sha256).done_at == row.done_at
    assert services.lake.read_bytes(layout.raw_file(draft.place, row.path)) == b"abc"


def test_what_a_killed_process_left_of_a_deposit_that_was_given_up_is_found(services, clock):
    draft = drafted(services)
    row = sent(services, draft.id)
    left = services.registry.withdrawals.give_up(draft.id, actor="local:ada", reason="no")
    assert len(left) == 1, "and here the process was killed"
    key = layout.raw_file(draft.place, row.path)
    manifest = layout.manifest(draft.place, 1)
    services.lake.put_bytes(manifest, b"of a seal that was cut")
    assert set(cleaned(services)) == {(Left.OBJECT, key), (Left.OBJECT, manifest)}
    assert list(services.lake.list(layout.experiment_prefix(draft.place))) == []


def test_a_sick_store_ends_the_clean_up_and_the_next_one_goes_on(services, clock):
    draft = drafted(services)
    sent(services, draft.id)
    clock.passes(UNTOUCHED + MOMENT)
    broken = replace(services, lake=Tapped(services.lake, before=Sick(1, "delete")))
    with pytest.raises(Unavailable):
        list(clean_up(broken))
    assert state(services, draft.id) is S.TOMBSTONED
    assert [what for what, _ in cleaned(services)].count(Left.OBJECT) == 1
    assert list(services.lake.list(layout.experiment_prefix(draft.place))) == []


def test_answers_that_were_kept_are_swept_after_a_day(services, clock):
    answers = services.registry.idempotency
    answers.claim("local:ada", "key", "0" * 64)
    answers.answered("local:ada", "key", Answer(201, "{}"))
    clock.passes(DAY - MOMENT)
    assert cleaned(services) == []
    clock.passes(2 * MOMENT)
    assert cleaned(services) == [(Left.ANSWERS, "1 answers")]


def test_the_deed_is_in_the_audit_log_under_emfairs_own_name(services, clock):
    draft = drafted(services)
    clock.passes(UNTOUCHED + MOMENT)
    cleaned(services)
    newest = services.registry.audit.list(subject=draft.id)[0]
    assert (newest.actor, newest.action) == (cleanup.CLEANER.subject, "deposit-given-up")


def test_the_buckets_own_rule_comes_last():
    """It counts from an upload's begin, alive or not, so it must be far behind emfair's."""
    assert UNKNOWN <= UNTOUCHED
    assert timedelta(days=UPLOAD_DAYS) >= 4 * UNTOUCHED


def test_a_manifest_of_a_seal_that_was_cut_does_not_stand_in_for_the_next_ones(services):
    """The deposit was given up after its manifest was written; the next has the same number."""
    access, draft = someone(services), drafted(services)
    sent(services, draft.id)
    deposits.seal(access, draft.id)
    services.registry.experiments.set_state(draft.id, S.FAILED)
    sent(services, draft.id, "wrong.dm4")
    sick = replace(
        services, lake=Tapped(services.lake, after=_Cut(layout.manifest(draft.place, 2)))
    )
    with pytest.raises(BadData, match="cut"):
        deposits.seal(replace(access, services=sick), draft.id)
    deposits.give_up(access, draft.id, "the wrong file")
    sent(services, draft.id, "right.dm4")
    deposits.seal(access, draft.id)
    manifest = deposits.read_manifest(services, draft.place, 2)
    assert [file.name for file in manifest.files] == ["a.dm4", "right.dm4"]


class _Cut:
    """Ends a call after an object was written."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, name: str, key: str) -> None:
        if (name, key) == ("put_bytes", self._key):
            raise BadData("cut here")
