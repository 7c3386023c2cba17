"""Which bytes are known already, to whom."""

from __future__ import annotations

from emfair.model.states import ExperimentState as S
from emfair.registry import Duplicate, ExperimentEdit
from tests.registry.seen import Seen


def test_bytes_are_known_where_they_lie_and_only_to_who_may_see(lab):
    steel, glass = lab.sealed("a.dm4", "b.dm4"), lab.sealed("a.dm4", project="glass")
    (a, b) = (file.sha256 for file in lab.registry.files.of(steel.id))
    known = lab.registry.files.known
    assert known([b, a, a, "0" * 64]) == tuple(
        sorted(
            [
                Duplicate(a, steel.id, "a.dm4"),
                Duplicate(a, glass.id, "a.dm4"),
                Duplicate(b, steel.id, "b.dm4"),
            ],
            key=lambda each: each.sha256,
        )
    )
    only = Seen(projects=frozenset({"glass"}))
    assert known([a, b], visible=only) == (Duplicate(a, glass.id, "a.dm4"),)
    assert known([a], visible=Seen()) == ()
    assert known([]) == ()


def test_what_is_on_its_way_or_withdrawn_is_not_known(lab):
    row = lab.sealed("a.dm4")
    (file,) = lab.registry.files.of(row.id)
    lab.open("a.dm4", title="Another")
    assert len(lab.registry.files.known([file.sha256])) == 1
    lab.registry.experiments.set_state(row.id, S.TOMBSTONED)
    assert lab.registry.files.known([file.sha256]) == ()


def test_thousands_of_checksums_are_asked_at_once(lab):
    row = lab.sealed("a.dm4")
    (file,) = lab.registry.files.of(row.id)
    many = [f"{number:064x}" for number in range(2500)]
    assert [each.path for each in lab.registry.files.known([*many, file.sha256])] == ["a.dm4"]


def test_restricted_bytes_are_known_to_who_may_see_them(lab):
    row = lab.sealed("a.dm4")
    edit = ExperimentEdit(restricted=True)
    lab.registry.experiments.edit(row.id, row.version, edit, actor="ada")
    (file,) = lab.registry.files.of(row.id)
    steel = frozenset({"steel"})
    for sight, number in (
        (Seen(projects=steel), 0),
        (Seen(projects=None), 0),
        (Seen(restricted=steel), 1),
        (Seen(restricted=None), 1),
        (Seen(own="ada@lab"), 1),
        (Seen(experiments=frozenset({row.id})), 0),
    ):
        assert len(lab.registry.files.known([file.sha256], visible=sight)) == number
