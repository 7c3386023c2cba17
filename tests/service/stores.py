"""Lakes that break, in front of one that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emfair.errors import Unavailable
from emfair.lake.base import Lake

METHODS = frozenset(
    {"put_file", "put_bytes", "read_bytes", "open", "local_copy", "info", "list", "delete"}
)


class Killed(BaseException):
    """The process died here: nothing of ours may catch this."""


class Tapped:
    """A lake that tells a listener before and after each operation, by name and first argument."""

    def __init__(
        self,
        lake: Lake,
        before: Callable[[str, str], None] = lambda *_: None,
        after: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._lake = lake
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._lake, name)
        if name not in METHODS:
            return method

        def tapped(key: str, *arguments: Any, **options: Any) -> Any:
            self._before(name, key)
            answer = method(key, *arguments, **options)
            self._after(name, key)
            return answer

        return tapped


class Countdown:
    """Raises at the n-th operation (from 0); `fired` says whether there were so many."""

    def __init__(self, number: int, error: Callable[[], BaseException] = Killed) -> None:
        self._left = number
        self._error = error
        self.fired = False

    def __call__(self, *_: str) -> None:
        """Count one operation."""
        if self.fired:
            return
        if self._left == 0:
            self.fired = True
            raise self._error()
        self._left -= 1


class Sick:
    """Raises `Unavailable` for the first n operations named, then works."""

    def __init__(self, times: int, *names: str) -> None:
        self.left = times
        self._names = names

    def __call__(self, name: str, key: str) -> None:
        """Refuse, or let pass."""
        if name in self._names and self.left:
            self.left -= 1
            raise Unavailable("the store did not answer.", subject=key, remedy="Try again.")
