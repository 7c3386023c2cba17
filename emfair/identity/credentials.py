"""What `emfair login` leaves behind: the issuer's tokens, in a file that only their owner can read.

What does not belong here: getting tokens (`emfair.identity.device`).
"""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from emfair.errors import BadSetting

FILE = "credentials.json"
_OTHERS = 0o077


class Credentials(BaseModel):
    """The tokens of one login; `str` and `repr` do not show them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str
    client_id: str
    access_token: str
    refresh_token: str = ""
    expires_at: AwareDatetime

    def __repr__(self) -> str:
        return f"Credentials(issuer={self.issuer!r}, expires_at={self.expires_at})"

    __str__ = __repr__

    def good(self, now: datetime) -> bool:
        """Whether the access token lasts for one more request."""
        return (self.expires_at - now).total_seconds() > 30


def save(credentials: Credentials, file: Path) -> None:
    """Write the file, whole or not at all, for its owner only (mode 0600 in a folder 0700)."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".credentials-")  # made with 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(credentials.model_dump_json(indent=2))
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(file: Path) -> Credentials | None:
    """Return what the file holds; None if there is none.

    Raises
    ------
    BadSetting
        Others can read it, or it is not such a file.
    """
    try:
        others = os.name == "posix" and file.stat().st_mode & _OTHERS
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(file, "cannot be read.") from error
    if others:
        raise _unusable(file, "can be read by others.")
    try:
        return Credentials.model_validate_json(text)
    except ValidationError as error:
        raise _unusable(file, "does not hold a login.") from error


def forget(file: Path) -> bool:
    """Remove the file; return whether there was one."""
    there = file.exists()
    file.unlink(missing_ok=True)
    return there


def _unusable(file: Path, what: str) -> BadSetting:
    return BadSetting(
        what, subject=str(file), remedy="Run `emfair logout`, then `emfair login` again."
    )
