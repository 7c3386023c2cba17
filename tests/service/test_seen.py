"""What someone was shown once: remembered of each person and each thing."""

from __future__ import annotations

from emfair.service.seen import has_seen, note_seen
from tests.service.lab import someone


def test_it_is_noted_of_this_person_and_this_thing(services):
    ada, bob = someone(services, "ada"), someone(services, "bob")
    assert not has_seen(ada, "tour")
    note_seen(ada, "tour")
    note_seen(ada, "tour")
    assert has_seen(ada, "tour")
    assert not has_seen(ada, "hint")
    assert not has_seen(bob, "tour")
