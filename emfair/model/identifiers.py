"""Identifiers: ``[a-z0-9-]{1,40}``, minted once, never reused.

An experiment's identifier is also its Dagster partition key and a segment of its path in the lake,
so it holds only characters that are plain everywhere.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from emfair.errors import BadName
from emfair.model.canonical import digest_of

PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LIMIT = 40
_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"  # no look-alikes: people read these aloud


def check_identifier(text: str) -> str:
    """Return `text` if it is an identifier.

    Raises
    ------
    BadName
        It is empty, longer than 40, or holds other characters than ``a-z 0-9 -``.
    """
    if not PATTERN.fullmatch(text):
        raise BadName(
            "not an identifier.",
            subject=repr(text),
            remedy="Use 1 to 40 of a-z, 0-9 and '-', not beginning or ending with '-'.",
        )
    return text


def _pydantic_identifier(text: str) -> str:
    if not PATTERN.fullmatch(text):
        raise ValueError("must be 1 to 40 of a-z, 0-9 and '-'")
    return text


Identifier = Annotated[str, AfterValidator(_pydantic_identifier)]


def slug(text: str, limit: int = LIMIT) -> str:
    """Return the nearest identifier to a person's `text` (``"Quartz, 2nd"`` → ``"quartz-2nd"``).

    Raises
    ------
    BadName
        Nothing of `text` can stand in an identifier.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    cut = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:limit].strip("-")
    if not cut:
        raise BadName(
            "no identifier can be made of this name.",
            subject=repr(text),
            remedy="Use a name with at least one Latin letter or digit.",
        )
    return cut


def mint_experiment_id(when: datetime) -> str:
    """Mint an experiment's identifier: its day and eight random characters.

    ``e-20260122-k3f9zqmh``: 30⁸ possibilities a day; the registry refuses the rare second.
    """
    tail = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"e-{when:%Y%m%d}-{tail}"


def measurement_id(path: str, sha256: str, index: int) -> str:
    """Return the identifier of the `index`-th signal of one raw file.

    It depends on the file's path and content only, so that a later deposit or another machine
    arrives at the same one.
    """
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    try:
        head = slug(stem, 24)
    except BadName:
        head = "m"
    return f"{head}-{digest_of([path, sha256, index])[:12]}"
