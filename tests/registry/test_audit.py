"""The audit log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.errors import BadCall


def test_a_deed_is_written_with_its_detail_and_its_time(registry):
    detail = {"reason": "Körnung µ 🔬", "count": 2, "nested": {"list": [1, None, True]}}
    registry.audit.write("ada@lab", "export", "e-1", detail)
    (deed,) = registry.audit.list()
    assert (deed.actor, deed.action, deed.subject, deed.detail) == (
        "ada@lab",
        "export",
        "e-1",
        detail,
    )
    assert deed.at.utcoffset().total_seconds() == 0


def test_deeds_are_paged_newest_first(registry):
    for number in range(5):
        registry.audit.write("ada@lab", f"deed-{number}")
    first = registry.audit.list(limit=3)
    rest = registry.audit.list(limit=3, before=first[-1].id)
    assert [deed.action for deed in (*first, *rest)] == [f"deed-{n}" for n in (4, 3, 2, 1, 0)]


def test_deeds_of_one_subject_are_found(registry):
    registry.audit.write("ada@lab", "export", "e-1")
    registry.audit.write("ada@lab", "export", "e-2")
    assert [deed.subject for deed in registry.audit.list(subject="e-2")] == ["e-2"]


@pytest.mark.parametrize("actor", ["", "x" * 201, "nul\x00"])
def test_a_deed_without_a_storable_actor_is_refused(registry, actor):
    with pytest.raises(BadCall) as caught:
        registry.audit.write(actor, "export")
    assert caught.value.subject == "actor"


def test_deeds_are_found_by_who_what_and_when(registry):
    for actor, action in (("ada", "read"), ("bob", "read"), ("ada", "export")):
        registry.audit.write(actor, action)
    third, second, first = registry.audit.list()
    assert registry.audit.list(actor="ada") == (third, first)
    assert registry.audit.list(action="read") == (second, first)
    assert registry.audit.list(actor="ada", action="read") == (first,)
    assert registry.audit.list(since=second.at) == (third, second)
    assert registry.audit.list(until=second.at) == (first,)
    assert registry.audit.list(since=second.at, until=third.at) == (second,)


def test_the_kinds_of_deeds_are_those_there_are_by_name(registry):
    assert registry.audit.actions() == ()
    for action in ("read", "export", "read", "a-deed"):
        registry.audit.write("ada", action)
    assert registry.audit.actions() == ("a-deed", "export", "read")


def test_deeds_of_a_project_are_those_done_in_it(lab):
    lab.open("a.dm4", experiment="e-1")
    lab.open("b.dm4", project="steel-2", experiment="e-2")
    lab.registry.samples.label(("steel", "p-1", "s-1"), "0042", actor="ada")
    lab.registry.audit.write("ada", "restricted-read", "e-1")
    lab.registry.audit.write("ada", "restricted-read", "e-2")
    deeds = lab.registry.audit.list(project="steel")
    assert {deed.subject for deed in deeds} == {
        "project:steel", "proposal:steel/p-1", "sample:steel/p-1/s-1", "e-1",
    }  # fmt: skip
    assert lab.registry.audit.list(project="steel", action="restricted-read")[0].subject == "e-1"


def test_what_comes_again_and_again_is_one_deed_a_visit(registry, clock):
    def read(actor="ada", action="restricted-read", subject="e-1"):
        registry.audit.note(actor, action, subject, within=timedelta(minutes=10))

    for _ in range(3):
        read()
    read(actor="bob")
    read(subject="e-2")
    read(action="other-read")
    assert len(registry.audit.list()) == 4
    clock.time += timedelta(minutes=11)
    read()
    assert len(registry.audit.list(subject="e-1", actor="ada", action="restricted-read")) == 2
