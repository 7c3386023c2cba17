"""Answers that hold a secret: shown once, kept by no cache on the way."""

from __future__ import annotations

from fastapi import Response


def kept_nowhere(response: Response) -> None:
    """Have no browser and no proxy keep an answer (RFC 9111, 5.2.2.5)."""
    response.headers["Cache-Control"] = "no-store"
