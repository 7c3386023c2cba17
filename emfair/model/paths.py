"""File names as they may stand in the lake.

A scientist's file name is data: it is kept as given in the manifest. In the lake it stands in a
form that every file system and object store takes: NFC, ``/`` between segments, everything that
some system refuses percent-encoded, reversibly.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

from emfair.errors import BadName

_REFUSED = frozenset('\\:*?"<>|%=\x7f') | frozenset(map(chr, range(32)))
SEGMENT_LIMIT = 200  # bytes; file systems stop at 255, and writers add a suffix
PATH_LIMIT = 700  # bytes; S3 keys stop at 1,024, and the hive prefix takes its share


def lake_path(name: str) -> str:
    """Return how the relative path `name` stands in the lake.

    Raises
    ------
    BadName
        It is empty, absolute, has an empty, ``.`` or ``..`` segment, is too long, or holds half
        of a UTF-16 pair.
    """
    if any(0xD800 <= ord(char) <= 0xDFFF and not _is_escaped_byte(char) for char in name):
        raise BadName(
            "the name holds half of a character.",
            subject=ascii(name),
            remedy="Rename the file.",
        )
    segments = name.split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        raise BadName(
            "a path must be relative, without empty, '.' or '..' segments.",
            subject=repr(name),
            remedy="Deposit the file from inside its folder, or rename it.",
        )
    path = "/".join(_encode_segment(segment) for segment in segments)
    too_long = any(len(segment.encode()) > SEGMENT_LIMIT for segment in path.split("/"))
    if too_long or len(path.encode()) > PATH_LIMIT:
        raise BadName(
            f"the name is too long (limits: {SEGMENT_LIMIT} bytes a segment, {PATH_LIMIT} in all).",
            subject=repr(name[:80] + "…"),
            remedy="Shorten the file or folder name.",
        )
    return path


def given_name(path: str) -> str:
    r"""Return what a file is called whose path in the lake this is, to read.

    >>> given_name(lake_path('näh "50%" <王>.dm3'))
    'näh "50%" <王>.dm3'
    """
    return unquote(path, errors="replace")


def check_no_collisions(names: Iterable[str]) -> None:
    """Refuse names that would fall on one another on some system.

    Raises
    ------
    BadName
        Two names are equal after Unicode normalisation and case folding, or one is a folder of
        the other.
    """
    seen: dict[str, str] = {}
    for name in names:
        key = unicodedata.normalize("NFC", lake_path(name)).casefold()
        if key in seen:
            raise BadName(
                f"the same name as {seen[key]!r} on systems that ignore case or accents' form.",
                subject=repr(name),
                remedy="Rename one of the two.",
            )
        seen[key] = name
    for key, name in seen.items():
        parts = key.split("/")
        for end in range(1, len(parts)):
            if "/".join(parts[:end]) in seen:
                raise BadName(
                    "is a file and a folder at once.", subject=repr(name), remedy="Rename one."
                )


def _is_escaped_byte(char: str) -> bool:
    """Whether `char` is how Python spells a byte of a file name that is not UTF-8."""
    return 0xDC80 <= ord(char) <= 0xDCFF


def _encode_segment(segment: str) -> str:
    text = unicodedata.normalize("NFC", segment)
    last = len(text) - 1
    return "".join(
        _percent(char)
        if char in _REFUSED
        or _is_escaped_byte(char)
        or (char in " ." and position in (0, last) and not (char == "." and position == 0))
        else char
        for position, char in enumerate(text)
    )


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))
