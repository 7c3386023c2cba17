"""What the tests of uploads send, and how."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
import pytest

ONCE = pytest.mark.parametrize("kind", ["local"], indirect=True)
"""For what is decided before any lake is asked."""
WHEN = "2026-01-22T12:20:05Z"
MIB = 1 << 20
PART = 16 * MIB
Whereto = dict[str, Any]
WHERE: Whereto = {"project": "Quartz", "proposal": "2026-A", "sample": "Lamella", "title": "Night"}


def send(client: httpx.Client, upload: str, number: int, part: bytes) -> httpx.Response:
    """Ask where a part goes, and send it there."""
    md5 = hashlib.md5(part, usedforsecurity=False).hexdigest()
    target = client.post(f"/uploads/{upload}/parts/{number}", json={"md5": md5})
    told = target.raise_for_status().json()
    url = told["url"] if "://" in told["url"] else client.base_url.join(told["url"])
    return httpx.put(url, content=part, headers=told["headers"], timeout=60)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def content_of(size: int) -> bytes:
    return hashlib.shake_128(b"emfair").digest(size)
