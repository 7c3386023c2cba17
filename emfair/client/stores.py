"""Parts sent straight to an object store, to the presigned addresses that a server gives out.

A store gets exactly the headers that the server names, and never a token. What does not belong
here: asking for addresses (`parts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from threading import Lock

import httpx

from emfair.client.answers import PartTarget
from emfair.client.retry import Again
from emfair.client.wire import PASSING, SILENCE, retry_after, wire_errors
from emfair.errors import EmfairError, FixityMismatch, Forbidden, NotFound, Unavailable
from emfair.identity.web import check_url, client_for

_CODE = re.compile(rb"<Code>(\w{1,100})</Code>")
_SPOILT = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch"})
_PASSING = frozenset({"RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "OperationAborted"})


class Stores:
    """The object stores that a server sends its clients to; threads may share it."""

    def __init__(self) -> None:
        self._clients: dict[str, httpx.Client] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def put(self, target: PartTarget, size: int, blocks: Iterable[bytes]) -> None:
        """Send a part.

        Raises
        ------
        Again
            It may work later, with another address.
        FixityMismatch
            The store received other bytes than the address is for.
        NotFound
            It does not know the upload.
        BadSetting
            The address is not to be trusted.
        """
        url = httpx.URL(target.url)
        origin = str(url.copy_with(raw_path=b"/"))
        headers = {**target.headers, "Content-Length": str(size)}
        client = self._client(origin)
        with wire_errors(origin):
            answer = client.put(url, content=blocks, headers=headers)
        if not answer.is_success:
            raise _refusal(answer, origin)

    def _client(self, origin: str) -> httpx.Client:
        with self._lock:
            if origin not in self._clients:
                remedy = "Ask whoever runs the server: its object store needs a safe address."
                check_url(origin, "object store", remedy)
                self._clients[origin] = client_for(origin, SILENCE)
                # Ceph's gateway would tell its errors in JSON, which no other S3 does.
                self._clients[origin].headers["Accept"] = "application/xml"
            return self._clients[origin]


def _refusal(answer: httpx.Response, origin: str) -> Exception:
    status, found = answer.status_code, _CODE.search(answer.content[:10_000])
    code = found[1].decode() if found else ""
    if status in PASSING or status == 500 or code in _PASSING:
        return Again(_sick(origin, status, code), retry_after(answer))
    if status == 403:  # an address that has ended answers so; another one may not
        return Again(
            Forbidden(
                f"the object store refuses the server's address ({code or status}).",
                subject=origin,
                remedy="Ask whoever runs the server: its clock or its keys may be wrong.",
            )
        )
    if code in _SPOILT:
        return FixityMismatch(
            "the bytes of a part changed on their way.",
            subject=origin,
            remedy="Wait until nobody writes the file, then deposit again.",
        )
    if status == 404:
        return NotFound(
            f"the object store does not know the upload ({code or status}).",
            subject=origin,
            remedy="Deposit again; if it stays so, remove the upload, and announce the file anew.",
        )
    return _sick(origin, status, code)


def _sick(origin: str, status: int, code: str) -> EmfairError:
    return Unavailable(
        f"the object store answered {' '.join(filter(None, (str(status), code)))}.",
        subject=origin,
        remedy="Try again later: what was sent stays.",
    )
