"""Identifiers: ``[a-z0-9-]{1,40}``, minted once, never reused once an experiment hung on them.

An experiment's identifier is also its Dagster partition key and a segment of its path in the lake,
so it holds only characters that are plain everywhere. That of a project, a proposal, a sample or an
instrument is made of its title. What does not belong here: which there are (`emfair.service`).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from emfair.errors import BadName
from emfair.model.canonical import digest_of, sha256_bytes

PATTERN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
LIMIT = 40
DIGEST = 10
"""Hexadecimal digits: of 10,000 titles that begin alike, two share them once in 20,000 times."""
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?: - | _ |[ _-])(?=[a-z0-9])")
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


def normalised(title: str) -> str:
    r"""Return a title without what tells no two apart: case, compatible forms, number of blanks.

    >>> normalised("  Fe\u2082O\u2083\u00a0 Lamella ")
    'fe2o3 lamella'
    """
    plain = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def identifier_of(title: str, noun: str) -> str:
    r"""Return the identifier that a title gives, the same for the same title, always.

    Where that loses more than case and what stands between words, a digest of the title is added,
    so that another title gives another identifier; of what is no Latin letter or digit nothing
    else is left. An identifier gives itself.

    Parameters
    ----------
    title
        What people call it; that it can be read is checked elsewhere.
    noun
        Its first letter stands for a title of which no letter is left.

    >>> identifier_of("Lamella 1", "sample"), identifier_of("lamella-1", "sample")
    ('lamella-1', 'lamella-1')
    >>> identifier_of("Si/C", "sample"), identifier_of("\u9879\u76ee", "project")
    ('si-c-97b6a2db6c', 'p-79f326be44')
    """
    text = normalised(title)
    whole = _BETWEEN_WORDS.sub("-", text)
    if PATTERN.fullmatch(whole):
        return whole
    digest = sha256_bytes(text.encode("utf-8", "surrogatepass"))[:DIGEST]
    return f"{_latin(text)[: LIMIT - DIGEST - 1].strip('-') or noun[0]}-{digest}"


def slug(text: str, limit: int = LIMIT) -> str:
    """Return what of `text` can stand in an identifier; other texts may give the same.

    It is the readable part of a name that something else makes the only one
    (``"Quartz, 2nd"`` → ``"quartz-2nd"``).

    Raises
    ------
    BadName
        Nothing of `text` can stand in an identifier.
    """
    cut = _latin(text)[:limit].strip("-")
    if not cut:
        raise BadName(
            "no identifier can be made of this name.",
            subject=repr(text),
            remedy="Use a name with at least one Latin letter or digit.",
        )
    return cut


def _latin(text: str) -> str:
    """Return the Latin letters and digits of `text`, and a hyphen for what stands between them."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


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
