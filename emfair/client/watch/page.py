"""The status page: read only, on this machine only, without a word from anywhere else.

A name that leads to this machine from another site's page (DNS rebinding) gets no answer. What does
not belong here: what is shown (`status`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any

from jinja2 import Environment

from emfair.client.watch.status import Status
from emfair.errors import BadSetting
from emfair.units import human_size

HOST = "127.0.0.1"
_NAMES = {HOST, "localhost", "[::1]"}


@contextmanager
def serving(status: Status, port: int) -> Iterator[str]:
    """Serve the page; yield its address.

    Raises
    ------
    BadSetting
        The port is taken.
    """
    try:
        server = _Server((HOST, port), _Handler)
    except OSError as error:
        raise BadSetting(
            f"the status page cannot be served ({error.strerror}).",
            subject=f"port {port}",
            remedy="Choose another one with --status-port; 0 is any free one.",
        ) from error
    server.status = status
    thread = Thread(target=server.serve_forever, name="page", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    status: Status


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer with the page, or the document."""
        if self.headers.get("Host", "").rpartition(":")[0] not in _NAMES:
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"not for this name\n")
        elif self.path == "/":
            nonce = secrets.token_urlsafe(12)
            self._answer(
                HTTPStatus.OK, "text/html", render(self.server.status.document(), nonce), nonce
            )
        elif self.path == "/status.json":
            found = json.dumps(self.server.status.document(), ensure_ascii=False)
            self._answer(HTTPStatus.OK, "application/json", found.encode())
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"there is / and /status.json\n")

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, nonce: str = "") -> None:
        allowed = f"'nonce-{nonce}'" if nonce else "'none'"
        policy = f"default-src 'none'; style-src {allowed}; script-src {allowed}"
        self.send_response(status)
        for name, value in {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": f"{policy}; connect-src 'self'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: people who look are no event."""


def render(document: dict[str, Any], nonce: str) -> bytes:
    """Return the page."""
    text = files("emfair.client.watch").joinpath("page.html").read_text("utf-8")
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page.filters["size"] = human_size
    page.filters["clock"] = lambda text: text[11:16] if text else ""
    page.filters["day"] = lambda text: text[:10] if text else ""
    return page.from_string(text).render(**document, nonce=nonce).encode()
