"""The login that ``emfair login`` left behind, as a token that is good for the next request.

What does not belong here: logging in (`emfair.identity.device`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from emfair.identity.credentials import Credentials
from emfair.identity.device import fresh
from emfair.identity.issuer import Issuer


class Login:
    """Returns the login's token, renewed before it ends; threads may share it.

    Without a login it returns nothing: whoever asks is nobody in particular.

    Parameters
    ----------
    file
        Where the login is kept.
    issuer
        Of whom it must be; its tokens are shown to no other.
    """

    def __init__(self, file: Path, issuer: str) -> None:
        self._file = file
        self._issuer = issuer
        self._lock = Lock()
        self._known: Credentials | None = None

    def __call__(self) -> str:
        """Return the token.

        Raises
        ------
        BadSetting
            The login is one of another issuer, or its file is not for its owner alone.
        Unauthenticated
            The login is over.
        Unavailable
            The issuer does not answer.
        """
        with self._lock:
            if self._known is None or not self._known.good(datetime.now(UTC)):
                self._known = self._renewed()
            return self._known.access_token if self._known else ""

    def _renewed(self) -> Credentials | None:
        if not self._file.exists():
            return None
        with _alone(self._file), closing(Issuer(self._issuer)) as issuer:
            return fresh(issuer, self._file, datetime.now(UTC))


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let one program at a time renew a login: a refresh token that comes twice ends it.

    Where files cannot be locked so (Windows), programs had better have tokens of their own.
    """
    if os.name != "posix":
        yield
        return
    import fcntl

    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
