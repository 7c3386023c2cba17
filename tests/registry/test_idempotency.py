"""A request whose answer was lost is not carried out twice."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from emfair.errors import BadCall, Conflict
from emfair.registry import Answer
from tests.registry.together import run_together

DIGEST, OTHER = "a" * 64, "b" * 64


def test_the_same_request_gets_the_same_answer(registry):
    keys = registry.idempotency
    assert keys.claim("ada", "k", DIGEST) is None
    keys.answered("ada", "k", Answer(201, '{"id":"e-1"}'))
    assert keys.claim("ada", "k", DIGEST) == Answer(201, '{"id":"e-1"}')
    assert keys.claim("bob", "k", DIGEST) is None


def test_another_request_with_the_same_key_is_refused(registry):
    registry.idempotency.claim("ada", "k", DIGEST)
    with pytest.raises(BadCall, match="another request"):
        registry.idempotency.claim("ada", "k", OTHER)


def test_of_the_same_requests_at_once_one_is_carried_out(registry):
    barrier, outcomes = threading.Barrier(4), []

    def ask() -> None:
        barrier.wait()
        try:
            outcomes.append(registry.idempotency.claim("ada", "k", DIGEST))
        except Conflict:
            outcomes.append("wait")

    run_together(ask, 4)
    assert sorted(map(str, outcomes)) == ["None", "wait", "wait", "wait"]


def test_a_request_that_failed_may_come_again_and_an_answered_one_not(registry):
    keys = registry.idempotency
    keys.claim("ada", "k", DIGEST)
    keys.forget("ada", "k")
    assert keys.claim("ada", "k", DIGEST) is None
    keys.answered("ada", "k", Answer(204, ""))
    keys.forget("ada", "k")
    assert keys.claim("ada", "k", DIGEST) == Answer(204, "")


def test_a_request_whose_process_died_may_come_again_after_a_while(registry, clock):
    registry.idempotency.claim("ada", "k", DIGEST)
    clock.time += timedelta(minutes=9)
    with pytest.raises(Conflict):
        registry.idempotency.claim("ada", "k", DIGEST)
    clock.time += timedelta(minutes=1)
    assert registry.idempotency.claim("ada", "k", DIGEST) is None


def test_an_answer_is_forgotten_after_a_day(registry, clock):
    keys = registry.idempotency
    for key in ("old", "older"):
        keys.claim("ada", key, DIGEST)
        keys.answered("ada", key, Answer(200, ""))
    clock.time += timedelta(hours=24)
    assert keys.claim("ada", "old", OTHER) is None
    assert (keys.sweep(), keys.sweep()) == (1, 0)
