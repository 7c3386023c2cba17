"""Requests to one server: who asks, trying again, and answers that are errors.

A token goes to this server alone, and no redirect is followed. What does not belong here: what is
asked (`http`), and requests to object stores (`stores`).
"""

from __future__ import annotations

import json
import secrets
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from emfair.client.problems import error_of, not_emfair
from emfair.client.retry import Again, Patience, Wait, patiently, untold
from emfair.errors import BadSetting, Conflict, Unauthenticated, Unavailable
from emfair.identity.web import check_url, client_for

SILENCE = 60.0
"""Seconds without a byte after which a connection is given up, and the request tried again."""
FIRST_CONTACT = 10.0
"""Seconds of patience with a server that has never answered: its address may be wrong."""
PASSING = frozenset({408, 429, 502, 503, 504})
"""Statuses of answers that another try may not get."""
PREFIX = "/api/v1"

Token = Callable[[], str]
"""Returns the token to send with the next request; empty for none. Threads may share it."""
Body = Callable[[], bytes | Iterable[bytes]]
"""Returns a request's body from its beginning: a try may be the second."""


@dataclass
class _Contact:
    """Whether the server has ever answered."""

    made: bool = False


@dataclass(frozen=True)
class Wire:
    """The way to a server; threads may share it.

    Attributes
    ----------
    server
        Its address, without a slash at the end.
    """

    server: str
    token: Token
    patience: Patience
    http: httpx.Client
    _contact: _Contact = field(default_factory=_Contact)

    def with_patience(self, wait: Wait) -> Wire:
        """Return the same way, with another way to wait."""
        return replace(self, patience=replace(self.patience, wait=wait))

    def ask(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        only_once: bool = False,
        longer: float = 0.0,
    ) -> Any:
        """Return the answer to a request, tried until patience ends.

        Parameters
        ----------
        path
            Below ``/api/v1``.
        only_once
            Carried out twice it would do something else: the server is given a key to know it by.
        longer
            Seconds that the answer may take beyond the usual, once the request has arrived.

        Raises
        ------
        EmfairError
            What the server says went wrong.
        Unavailable
            It does not answer.
        BadSetting
            It is no emfair, or is not to be trusted.
        """
        content = b"" if document is None else json.dumps(document).encode()
        told = {"Content-Type": "application/json"} if content else {}
        told |= {"Idempotency-Key": secrets.token_hex(16)} if only_once else {}

        def once() -> Any:
            try:
                return self.try_once(
                    method, path, lambda: content, {**told, **(headers or {})}, longer=longer
                )
            except Conflict as error:
                if error.subject.startswith("Idempotency-Key"):  # the try before is not done yet
                    raise Again(error) from error
                raise

        if self._contact.made:
            return patiently(once, self.patience)
        seconds = min(self.patience.seconds, FIRST_CONTACT)
        return patiently(once, replace(self.patience, seconds=seconds, tell=untold))

    def try_once(
        self,
        method: str,
        path: str,
        body: Body,
        headers: Mapping[str, str],
        *,
        longer: float = 0.0,
    ) -> Any:
        """Return the answer to a request; its failure, if it may pass, is an `Again`."""
        url = f"{self.server}{PREFIX}{path}"
        token = self.token()
        answer = self._send(method, url, body, headers, token, longer)
        if answer.status_code == 401 and (renewed := self.token()) != token:
            answer = self._send(method, url, body, headers, renewed, longer)
        return _settled(answer, url)

    def _send(
        self,
        method: str,
        url: str,
        body: Body,
        headers: Mapping[str, str],
        token: str,
        longer: float,
    ) -> httpx.Response:
        told = {**headers, "Authorization": f"Bearer {token}"} if token else dict(headers)
        with wire_errors(self.server):
            answer = self.http.request(
                method,
                url,
                content=body(),
                headers=told,
                timeout=httpx.Timeout(SILENCE, read=SILENCE + longer),
            )
        self._contact.made = True
        return answer


def open_wire(server: str, token: Token | str, patience: Patience) -> Wire:
    """Return the way to a server, which the caller closes (`Wire.http`).

    Raises
    ------
    BadSetting
        The address is not https (http on this machine), or the token cannot be one.
    """
    remedy = "Write the server's address: https://emfair.example.org."
    address = check_url(server.strip().rstrip("/"), "server", remedy).removesuffix(PREFIX)
    tell = token if callable(token) else _constant(token)
    return Wire(address, tell, patience, client_for(address, SILENCE))


@contextmanager
def wire_errors(where: str) -> Iterator[None]:
    """Turn errors of the network into what may be tried again; forged certificates never are."""
    try:
        yield
    except httpx.HTTPError as error:
        if any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(error)):
            raise BadSetting(
                "its certificate was made by nobody whom this machine trusts.",
                subject=where,
                remedy="Enroll its authority, or name that one's file in SSL_CERT_FILE.",
            ) from error
        told = str(error) or type(error).__name__
        raise Again(
            Unavailable(
                f"does not answer ({told}).",
                subject=where,
                remedy="Check the address and the network, then try again: what was sent stays.",
            )
        ) from error


def retry_after(answer: httpx.Response) -> float:
    """Return how many seconds an answer asks to wait (RFC 9110, 10.2.3); 0 if it does not."""
    told = answer.headers.get("retry-after", "")
    if told.isascii() and told.isdecimal():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _settled(answer: httpx.Response, url: str) -> Any:
    """Return what an answer holds, or raise what it tells."""
    url, status = url.partition("?")[0], answer.status_code
    if status in PASSING:
        raise Again(error_of(status, answer.content, url), retry_after(answer))
    if 300 <= status < 400:
        raise BadSetting(
            f"leads to {answer.headers.get('location', 'nowhere')!r}, and is not followed.",
            subject=url,
            remedy="If you trust that address, name it instead.",
        )
    if not answer.is_success:
        raise error_of(status, answer.content, url)
    if status == 204:
        return None
    try:
        return answer.json()
    except ValueError as error:
        raise not_emfair(url, "answered no JSON") from error


def _constant(token: str) -> Token:
    """Return a token that stays. Raises `Unauthenticated` for what no header can hold."""
    text = token.strip()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise Unauthenticated(
            "the token holds characters that no token has.",
            remedy="Copy it once more, whole and alone.",
        )
    return lambda: text


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
