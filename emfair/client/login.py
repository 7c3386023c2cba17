"""The login that ``emfair login`` left behind, as a token that is good for the next request.

What does not belong here: logging in (`emfair.identity.device`).
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from emfair.errors import Unauthenticated
from emfair.identity.credentials import Credentials, load
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
        now = datetime.now(UTC)
        with closing(Issuer(self._issuer)) as issuer:
            try:
                return fresh(issuer, self._file, now)
            except Unauthenticated:  # a refresh token is good once: another program was faster
                known = load(self._file)
                if known is None or not known.good(now):
                    raise
                return known
