"""What an answer tells, checked on the way."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from emfair.api.problems import MEDIA_TYPE

SOON = 10.0
"""Seconds."""


def problem(answer: httpx.Response, status: int) -> dict[str, str]:
    """Return a problem document of this status, whole and without a stack trace."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    told: dict[str, str] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert "Traceback" not in answer.text
    return told


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something holds before long."""
    end = time.monotonic() + SOON
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()
