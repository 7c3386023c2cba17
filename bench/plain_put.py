"""The least that takes a file: an ASGI app that writes a PUT's body and forces it to disk.

``python -m bench.plain_put FOLDER`` serves it on a free port of loopback, which it prints.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvicorn


class Keep:
    """Keeps what is PUT in a folder, under the last part of its path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take one request."""
        if scope["type"] != "http":
            return
        path = self._folder / Path(scope["path"]).name
        with path.open("wb") as file:
            more = True
            while more:
                message = await receive()
                file.write(message.get("body", b""))
                more = message.get("more_body", False)
            file.flush()
            os.fsync(file.fileno())
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def main() -> None:
    """Serve until it is told to stop."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(Keep(Path(sys.argv[1])), log_level="warning", lifespan="off", ws="none")
    with suppress(KeyboardInterrupt):  # uvicorn hands the signal on that it stopped for
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
