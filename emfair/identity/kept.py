"""The secret that signs the browser's cookies: of the settings, or made once and kept in a file.

Whoever knows it can be anyone. One that is kept serves one machine; several replicas, and an API
beside the app, need the same one and so the setting. What does not belong here: what is signed
with it (`emfair.identity.logins`).
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from emfair.errors import BadSetting
from emfair.settings import COOKIE_SECRET_BYTES, Settings

FILE = "cookie-secret"
_INSTEAD = "Set EMFAIR_COOKIE_SECRET to 32 random bytes or more, or"


def cookie_secret(settings: Settings) -> str:
    """Return the secret; the first time without a setting, it is made.

    Raises
    ------
    BadSetting
        The file cannot be made or read, others may read it, or it holds no such secret.
    """
    given = settings.cookie_secret.get_secret_value()
    if given:
        return given
    file = settings.home / FILE
    try:
        if not file.exists():
            _make(file)
        return _read(file)
    except OSError as error:
        raise BadSetting(
            f"the secret for cookies cannot be kept there ({error.strerror}).",
            subject=str(file),
            remedy=f"{_INSTEAD} let this account write there.",
        ) from error


def _make(file: Path) -> None:
    """Make the file, whole and its owner's alone; what another process was faster with stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=f".{FILE}-", dir=file.parent)  # 0600
    try:
        with open(handle, "w", encoding="ascii") as writing:  # noqa: PTH123  a handle has no path
            writing.write(secrets.token_urlsafe(COOKIE_SECRET_BYTES))
            writing.flush()
            os.fsync(writing.fileno())
        with suppress(FileExistsError):
            Path(file).hardlink_to(scratch)
    finally:
        Path(scratch).unlink()


def _read(file: Path) -> str:
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise BadSetting(
            "others than its owner may use this secret.",
            subject=str(file),
            remedy="Delete it: a new one is made, and everybody logs in again.",
        )
    text = file.read_text("utf-8", errors="replace").strip()
    if len(text) < COOKIE_SECRET_BYTES:
        raise BadSetting(
            "this is no whole secret for cookies.",
            subject=str(file),
            remedy=f"{_INSTEAD} delete it: a new one is made.",
        )
    return text
