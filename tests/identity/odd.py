"""A login service that answers like no real one should: what it says is the test's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from emfair.identity.issuer import Issuer

Answer = tuple[int, bytes]
NOT_FOUND: Answer = (404, b"")


def as_json(document: Any, status: int = 200) -> Answer:
    return status, json.dumps(document).encode()


@contextmanager
def odd_issuer(answer: Callable[[str, str], Answer]) -> Iterator[Issuer]:
    """Serve what `answer` says to a path (it gets the server's URL too); yield who asks it."""

    class Odd(BaseHTTPRequestHandler):
        def do_GET(self):
            self._say(*answer(self.path, url))

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say(*answer(self.path, url))

        def _say(self, status, body):
            self.send_response(status)
            self.send_header("Location", f"{url}elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    issuer = Issuer(url)
    try:
        yield issuer
    finally:
        issuer.close()
        server.shutdown()
        thread.join()
        server.server_close()
