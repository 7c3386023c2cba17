"""Objects streamed to a client: whole or one range (RFC 9110), under a file name that is safe.

What does not belong here: which objects there are (`emfair.service.downloads`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from emfair.model.canonical import BLOCK
from emfair.model.visible import steering
from emfair.service.downloads import Download

_TAG = re.compile(r'"[^"]*"')
INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""What is downloaded is never run by a browser, whatever bytes it holds."""


def stream(request: Request, download: Download) -> Response:
    """Answer a GET or HEAD for `download`: 200, 206 for one range, 304 or 416.

    Several ranges at once get the whole: a server may ignore them (RFC 9110, 14.2), and no client
    of ours asks so.
    """
    etag = f'"{download.sha256}"' if download.sha256 else ""
    headers = INERT | {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(download.name),
        **({"ETag": etag} if etag else {}),
    }
    if is_known(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    span = byte_range(_wanted(request, etag), download.size)
    if span is None:
        headers["Content-Range"] = f"bytes */{download.size}"
        return Response(status_code=416, headers=headers)
    start, end = span
    partial = end - start < download.size
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{download.size}"
    headers["Content-Length"] = str(end - start)
    status = 206 if partial else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=download.media_type)
    source = download.open(start, end)  # here: what is missing is still an error, not a cut stream
    return StreamingResponse(
        _blocks(source), status, headers=headers, media_type=download.media_type
    )


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether ``If-None-Match`` lists `etag`, weak or strong (RFC 9110, 13.1.2), or is ``*``.

    >>> is_known('W/"b", "a"', '"a"'), is_known('"aa"', '"a"'), is_known("*", '"a"')
    (True, False, True)
    """
    if not etag:
        return False
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the half-open span that a ``Range`` header asks of `size` bytes; None for a 416.

    What is no single range of bytes asks for all: a server may ignore it (RFC 9110, 14.2).

    >>> byte_range("bytes=0-3", 10), byte_range("bytes=-3", 10), byte_range("bytes=10-", 10)
    ((0, 4), (7, 10), None)
    """
    match = re.fullmatch(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", header, re.ASCII)
    if match is None or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start = int(first)
        if last and int(last) < start:
            return 0, size
        end = min(int(last) + 1, size) if last else size
    return (start, end) if start < end else None


def content_disposition(name: str) -> str:
    r"""Return the header that saves a file under `name` (RFC 6266), whatever the name holds.

    What would steer how the name is shown becomes ``_``: a browser would show ``exe.doc``.

    >>> content_disposition('50 % "näh".dm3')
    'attachment; filename="50 _ _n_h_.dm3"; filename*=UTF-8\'\'50%20%25%20%22n%C3%A4h%22.dm3'
    """
    fallback = re.sub(r"[^A-Za-z0-9._ ()+,=@-]", "_", name)
    shown = "".join("_" if steering(char) else char for char in name)
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _wanted(request: Request, etag: str) -> str:
    """Return the range that holds: of a GET, and of the bytes that the client knows."""
    if_range = request.headers.get("if-range")
    if request.method != "GET" or (if_range is not None and if_range.strip() != (etag or None)):
        return ""
    return request.headers.get("range", "")


def _blocks(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while block := source.read(BLOCK):
            yield block
