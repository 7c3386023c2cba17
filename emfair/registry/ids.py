"""Identifiers of what the registry makes itself: uploads, referee links."""

from __future__ import annotations

import secrets


def mint(letter: str) -> str:
    """Return a new identifier: a letter and 80 random bits (``u-0f3c…``)."""
    return f"{letter}-{secrets.token_hex(10)}"
