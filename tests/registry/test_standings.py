"""Where many experiments stand: counts, the latest and the oldest, reasons that repeat."""

from __future__ import annotations

from emfair.model.states import ExperimentState as S
from tests.registry.seen import Seen


def judged(lab, name: str, state: S, reason: str = "", **other: str) -> str:
    """Seal an experiment and give it a state, as the chain does."""
    opened = lab.open(name, **other)
    lab.arrive(opened)
    experiment = opened.place.experiment
    lab.seal(experiment)
    if state is not S.SEALED:
        lab.registry.experiments.set_state(experiment, S.PROCESSING)
    if state not in (S.SEALED, S.PROCESSING):
        key = None if state is S.FAILED else f"{experiment}:k1"
        lab.registry.experiments.set_state(experiment, state, reason=reason, processed_key=key)
    return experiment


def test_states_are_counted_of_all_of_one_depositor_and_of_what_is_seen(lab):
    for name, state, project in (("a", S.VALID, "steel"), ("b", S.VALID, "quartz")):
        judged(lab, name, state, project=project)
    lab.open("c")
    counts = lab.registry.standings.counts
    assert counts() == dict.fromkeys(S, 0) | {S.VALID: 2, S.UPLOADING: 1}
    assert counts(visible=Seen(projects=frozenset({"quartz"})))[S.VALID] == 1
    assert counts(depositor="ada@lab")[S.VALID] == 2
    assert not any(counts(depositor="bob@lab").values())


def test_the_latest_change_comes_first_or_last(lab):
    first, second, third = (
        judged(lab, name, state)
        for name, state in (("a", S.VALID), ("b", S.INVALID), ("c", S.NEEDS_INPUT))
    )
    lab.registry.experiments.set_state(first, S.FAILED, reason="again")
    changed = lab.registry.standings.changed
    needy = (S.FAILED, S.INVALID, S.NEEDS_INPUT)
    assert [row.id for row in changed(needy)] == [first, third, second]
    assert [row.id for row in changed(needy, oldest=True, limit=2)] == [second, third]
    assert changed((S.VALID,)) == ()
    assert changed(needy, depositor="bob@lab") == ()
    assert changed(needy, visible=Seen(projects=frozenset())) == ()


def test_reasons_that_several_share_are_counted_the_most_frequent_first(lab):
    for number, reason in enumerate(["disk full", "bad tag", "bad tag", "disk full", "bad tag"]):
        judged(lab, f"{number}", S.FAILED if reason == "disk full" else S.INVALID, reason)
    judged(lab, "once", S.INVALID, "only here")
    alike = lab.registry.standings.alike((S.FAILED, S.INVALID))
    assert [(one.state, one.reason, one.experiments) for one in alike] == [
        (S.INVALID, "bad tag", 3), (S.FAILED, "disk full", 2)
    ]  # fmt: skip
    rows = lab.registry.experiments.list(state=S.INVALID, reason="bad tag")
    assert len(rows) == 3
    assert lab.registry.standings.alike((S.FAILED,), visible=Seen(projects=frozenset())) == ()


def test_what_never_came_to_the_index_is_told_with_its_bytes(lab, clock):
    judged(lab, "indexed", S.VALID)
    waits = judged(lab, "waits-ab", S.SEALED)
    failed = judged(lab, "failed", S.FAILED, "no")
    lab.open("draft")
    found = {one.experiment: one for one in lab.registry.standings.unindexed()}
    assert found.keys() == {waits, failed}
    assert found[waits].bytes == len("waits-ab")
    assert type(found[waits].bytes) is int, "a sum is a Decimal to PostgreSQL"
    assert found[waits].sealed_at < found[failed].sealed_at
    since = found[failed].sealed_at
    assert [one.experiment for one in lab.registry.standings.unindexed(since)] == [failed]
    assert lab.registry.standings.unindexed(visible=Seen(projects=frozenset())) == ()


def test_projects_and_the_first_day_are_of_what_is_seen(lab):
    assert lab.registry.standings.first() is None
    one = lab.open("a", project="steel")
    lab.open("b", project="quartz")
    standings = lab.registry.standings
    assert list(standings.projects().items()) == [("quartz", "Steel"), ("steel", "Steel")]
    seen = Seen(projects=frozenset({"steel"}))
    assert standings.projects(visible=seen) == {"steel": "Steel"}
    row = lab.registry.experiments.get(one.place.experiment)
    assert standings.first() == row.created_at
    assert standings.first(visible=Seen(projects=frozenset())) is None


def test_the_newest_annotations_of_many_come_at_once(lab):
    sealed = judged(lab, "a", S.VALID)
    draft = lab.open("b").place.experiment
    lab.registry.annotations.draft(
        draft, 0, document='{"title":"x"}', author="ada@lab", reason="first"
    )
    lab.registry.annotations.draft(
        draft, 1, document='{"title":"y"}', author="ada@lab", reason="second"
    )
    empty = lab.open("c").place.experiment
    found = lab.registry.annotations.newest([sealed, draft, empty, "e-unknown"])
    assert {name: row.version for name, row in found.items()} == {sealed: 1, draft: 2}
    assert found[draft].document == '{"title":"y"}'
