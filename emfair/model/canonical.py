"""Canonical JSON and SHA-256: one spelling for every document whose hash matters.

Keys sorted, no white space, UTF-8, no NaN: the rules of RFC 8785 for the documents emfair writes
(their numbers are integers, or floats in Python's shortest round-trip form).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel

BLOCK = 1 << 20


def canonical_json(document: Any) -> bytes:
    """Return the canonical spelling of `document` (a model, or what JSON can hold)."""
    if isinstance(document, BaseModel):
        document = document.model_dump(mode="json")
    text = json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def pretty_json(document: Any) -> bytes:
    """Return `document` as people read it: sorted keys, indented, one newline at the end."""
    if isinstance(document, BaseModel):
        document = document.model_dump(mode="json")
    text = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def sha256_bytes(content: bytes) -> str:
    """Return the SHA-256 of `content`, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of what `stream` still holds, read in blocks."""
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return sha256_stream(stream)


def digest_of(parts: Iterable[Any]) -> str:
    """Return the SHA-256 of a list of JSON values in canonical spelling."""
    return sha256_bytes(canonical_json(list(parts)))
