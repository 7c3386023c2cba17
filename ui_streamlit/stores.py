"""The stores of this process, handed from the composition root to the pages.

Streamlit runs pages as scripts and gives them no arguments, so they ask here. What does not belong
here: opening anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from emfair.errors import Unavailable
from emfair.service.access import Access
from emfair.service.reception import Reception
from emfair.service.services import Services
from ui_streamlit.login.visit import Visit, this_visit

_open: list[Reception] = []
_now: ContextVar[Visit | None] = ContextVar("visit", default=None)


@contextmanager
def use(services: Services) -> Iterator[Reception]:
    """Give `services` to the pages until the block ends; yield who tells who looks at them."""
    reception = Reception(services)
    _open.append(reception)
    try:
        yield reception
    finally:
        _open.remove(reception)
        reception.close()


def reception() -> Reception:
    """Return who tells who looks. Raises `Unavailable` if the app has not opened its stores."""
    if not _open:
        raise Unavailable(
            "The app has no open stores.", remedy="Start it with `emfair up`, then reload."
        )
    return _open[-1]


def services() -> Services:
    """Return the stores. Raises `Unavailable` if the app has not opened them."""
    return access().services


def visit() -> Visit:
    """Return who looks at the page: found out once for its run, anew for callbacks and fragments.

    Raises `Unavailable` if the app has not opened its stores.
    """
    return _now.get() or this_visit(reception())


def access() -> Access:
    """Return the access of whoever looks at the page: the local user, or nobody in particular.

    Raises `Unavailable` if the app has not opened its stores.
    """
    return visit().access


@contextmanager
def visited(by: Visit) -> Iterator[None]:
    """Let the page that is run in the block know who looks."""
    token = _now.set(by)
    try:
        yield
    finally:
        _now.reset(token)
