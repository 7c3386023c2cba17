"""Which lake a URL names.

What does not belong here: where the URL comes from (`emfair.settings`).
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from emfair.errors import BadName, BadSetting
from emfair.lake.base import Lake
from emfair.lake.keys import check_key


def open_lake(url: str) -> Lake:
    """Return the lake at ``file:///folder``, ``s3://bucket/prefix`` or ``memory://``.

    Opens no connection and makes no folder: the first call of a method does.

    Raises
    ------
    BadSetting
        The URL names no lake.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _bad(url, f"is no URL: {error}.") from error
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise _bad(url, "a lake's URL has no '?' or '#' (in a path write %3F, %23).")
    match parts.scheme:
        case "file":
            return _local(url, parts)
        case "s3":
            return _s3(url, parts)
        case "memory" if not (parts.netloc or parts.path):
            from emfair.lake.memory import MemoryLake

            return MemoryLake()
    raise _bad(url, "names no lake.")


def _local(url: str, parts: SplitResult) -> Lake:
    from emfair.lake.local import LocalLake

    if parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
        raise _bad(url, "names no folder of this machine (mind the three slashes).")
    return LocalLake(Path(unquote(parts.path)))


def _s3(url: str, parts: SplitResult) -> Lake:
    from emfair.lake.s3 import S3Lake

    prefix = unquote(parts.path).strip("/")
    if not parts.netloc or ":" in parts.netloc or "@" in parts.netloc:
        raise _bad(url, "names no bucket; endpoint and keys are the AWS_… variables.")
    try:
        return S3Lake(parts.netloc, check_key(prefix) if prefix else "")
    except BadName as error:
        raise _bad(url, f"its prefix is no key: {error.message}") from error


def _bad(url: str, message: str) -> BadSetting:
    return BadSetting(
        message,
        subject=repr(url),
        remedy="Set EMFAIR_LAKE_URL to file:///folder or s3://bucket/prefix.",
    )
