"""Which keys a lake takes.

What does not belong here: how a person's file name becomes a key (`emfair.model.paths`).
"""

from __future__ import annotations

from emfair.errors import BadName

SEGMENT_LIMIT = 255  # bytes; what Linux file systems take
KEY_LIMIT = 1024  # bytes; what S3 takes
SCRATCH = ".tmp"  # first segment under which a local lake writes what is not whole yet


def check_key(key: str) -> str:
    """Return `key` if an object may bear it.

    Raises
    ------
    BadName
        It is empty, absolute, too long, has an empty, ``.`` or ``..`` segment, holds NUL or a lone
        surrogate, or lies under ``.tmp``.
    """
    _check_characters(key)
    _check_segments(key.split("/"), key)
    return key


def check_prefix(prefix: str) -> str:
    """Return `prefix` if keys may begin with it: whole segments, then a part of one.

    Raises
    ------
    BadName
        No key can begin with it.
    """
    _check_characters(prefix)
    _check_segments(prefix.split("/")[:-1], prefix)
    return prefix


def _check_characters(key: str) -> None:
    try:
        length = len(key.encode())
    except UnicodeEncodeError as error:
        raise BadName(
            "a key must be Unicode text without lone surrogates.",
            subject=_shown(key),
            remedy="Make the key with emfair.model.paths.lake_path.",
        ) from error
    if "\0" in key:
        raise BadName("a key must not hold NUL.", subject=_shown(key), remedy="Rename the file.")
    if length > KEY_LIMIT:
        raise BadName(
            f"the key is longer than {KEY_LIMIT} bytes.",
            subject=_shown(key),
            remedy="Shorten the file or folder name.",
        )


def _check_segments(segments: list[str], key: str) -> None:
    if any(segment in ("", ".", "..") for segment in segments):
        raise BadName(
            "a key must be relative, without empty, '.' or '..' segments.",
            subject=_shown(key),
            remedy="Name the object from the lake's root.",
        )
    if any(len(segment.encode()) > SEGMENT_LIMIT for segment in segments):
        raise BadName(
            f"a segment of the key is longer than {SEGMENT_LIMIT} bytes.",
            subject=_shown(key),
            remedy="Shorten the file or folder name.",
        )
    if segments and segments[0] == SCRATCH:
        raise BadName(
            f"'{SCRATCH}' is where the lake writes what is not whole yet.",
            subject=_shown(key),
            remedy="Use another name.",
        )


def _shown(key: str) -> str:
    return repr(key) if len(key) <= 80 else repr(key[:80] + "…")
