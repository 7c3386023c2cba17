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
from emfair.service.downloads import Download

_INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""What is downloaded is never run by a browser, whatever bytes it holds."""


def stream(request: Request, download: Download) -> Response:
    """Answer a GET or HEAD for `download`: 200, 206 for one range, 304 or 416."""
    etag = f'"{download.sha256}"'
    headers = {
        **_INERT,
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(download.name),
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range", "")
    if request.headers.get("if-range", etag) != etag:
        wanted = ""
    span = byte_range(wanted, download.size)
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
    source = download.open()  # opened here: what is missing is still an error, not a cut stream
    return StreamingResponse(
        _blocks(source, start, end), status, headers=headers, media_type=download.media_type
    )


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

    >>> content_disposition('50 % "näh".dm3')
    'attachment; filename="50 _ _n_h_.dm3"; filename*=UTF-8\'\'50%20%25%20%22n%C3%A4h%22.dm3'
    """
    fallback = re.sub(r"[^A-Za-z0-9._ ()+,=@-]", "_", name)
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"


def _blocks(source: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    with source:
        _skip(source, start)
        left = end - start
        while left and (block := source.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def _skip(source: BinaryIO, amount: int) -> None:
    """Go to byte `amount`; an object store's stream only reads forward."""
    if source.seekable():
        source.seek(amount)
        return
    while amount and (block := source.read(min(BLOCK, amount))):
        amount -= len(block)
