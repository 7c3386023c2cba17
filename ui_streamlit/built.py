"""What runs in the browser besides Streamlit: the npm project in ``web``, built by ``make setup``.

What does not belong here: the components that use it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from emfair.errors import Unavailable

FOLDER = Path(__file__).parent / "web" / "built"
PREFIX = "/web"
_SCRIPT = """
const loading = import(new URL("%s", location.href));
export default function (component) {
  let gone = false;
  let end;
  loading.then((loaded) => { if (!gone) end = loaded.default(component); });
  return () => { gone = true; end?.(); };
}
"""


class _Fresh(StaticFiles):
    """Files that the browser asks for anew each time: whether they are as they were."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        answer = super().file_response(*args, **options)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def route() -> Mount:
    """Return the route that serves it."""
    return Mount(PREFIX, _Fresh(directory=FOLDER, check_dir=False))


@cache
def address(name: str) -> str:
    """Return where a file is served: another address once it holds something else.

    Raises
    ------
    Unavailable
        It has not been built.
    """
    try:
        content = (FOLDER / name).read_bytes()
    except FileNotFoundError as error:
        raise Unavailable(
            "this part of the app has not been built.",
            subject=name,
            remedy="Run `make setup`, then start the app anew.",
        ) from error
    return f"{PREFIX}/{name}?{hashlib.sha256(content).hexdigest()[:16]}"


def script(name: str) -> str:
    """Return a component's script: it loads the module `name`, whose default mounts the component.

    Raises
    ------
    Unavailable
        It has not been built.
    """
    return _SCRIPT % address(name)
