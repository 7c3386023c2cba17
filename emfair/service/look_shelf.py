"""What is kept of first looks, deposit by deposit, and for how much more there is room.

Nothing here is safe for threads by itself: whoever calls holds a lock. What does not belong here:
looking, and whose turn it is (`first_looks`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")
RECENT = 60.0
"""Seconds for which what someone asked for is kept in any case."""
ENTRY = 2 << 10
"""Bytes that the name of a look and what is noted of it take."""


@dataclass(frozen=True)
class Failed:
    """A look that came to nothing: its file, and why."""

    file: str
    why: str


@dataclass(frozen=True)
class Wanted(Generic[T]):
    """A file that is to be looked into, how, and how another thread ends that.

    A look that was ended raises `StoppedError`.
    """

    file: str
    look: Callable[[], T]
    end: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Found(Generic[T]):
    """What came of the looks of a deposit so far, in the order in which they are wanted.

    Attributes
    ----------
    now
        The file that is looked into, or is next; empty where none is to be looked into for now.
    full
        Whether there is no room for what the others would say.
    """

    over: tuple[T | Failed, ...]
    now: str
    full: bool


@dataclass
class OfDeposit(Generic[T]):
    """One deposit: what is to be looked into, what is, and what came of the others.

    Attributes
    ----------
    busy_counts
        Whether what is being looked into is still one of its files.
    needs
        Bytes without which no look is begun: the last one came to more than there was room for.
    asked
        When someone asked for it last.
    resting
        Whether nothing is looked into any more: what is kept of it is the first to make room.
    """

    todo: dict[str, Wanted[T]] = field(default_factory=dict)
    busy: tuple[str, Wanted[T]] | None = None
    busy_counts: bool = False
    over: dict[str, tuple[T | Failed, int]] = field(default_factory=dict)
    turn: int = 0
    needs: int = ENTRY
    asked: float = 0.0
    resting: bool = False

    @property
    def taken(self) -> int:
        """Bytes that are kept of it."""
        return sum(size for _, size in self.over.values())

    def want(self, wanted: Mapping[str, Wanted[T]], most: int) -> None:
        """Forget what is not there any more; note what is to be looked into, `most` in all."""
        self.over = {name: one for name, one in self.over.items() if name in wanted}
        self.busy_counts = self.busy is not None and self.busy[0] in wanted
        if self.busy and not self.busy_counts:
            self.busy[1].end()
        known = {*self.over, *([self.busy[0]] if self.busy and self.busy_counts else [])}
        others = ((name, one) for name, one in wanted.items() if name not in known)
        self.todo = dict(islice(others, max(0, most - len(known))))

    def found(self, wanted: Mapping[str, Wanted[T]], *, has_room: bool) -> Found[T]:
        """Return what is kept of what is wanted."""
        following = next(iter(self.todo.values()), None) if has_room else None
        now = self.busy[1] if self.busy and self.busy_counts else following
        over = tuple(self.over[name][0] for name in wanted if name in self.over)
        return Found(over, now.file if now else "", full=bool(self.todo) and not has_room)

    def begin(self) -> tuple[str, Wanted[T]]:
        """Take the look that is next."""
        name = next(iter(self.todo))
        self.busy, self.busy_counts = (name, self.todo.pop(name)), True
        return self.busy

    def forget_failures(self) -> None:
        """Keep only looks that something came of."""
        over = self.over.items()
        self.over = {name: it for name, it in over if not isinstance(it[0], Failed)}


class Shelf(Generic[T]):
    """What is kept of all deposits.

    Parameters
    ----------
    room, of_one
        Bytes that are kept of all, and of one; neither is ever passed.
    """

    def __init__(self, room: int, of_one: int) -> None:
        self.deposits: dict[str, OfDeposit[T]] = {}
        self._room, self._of_one = room, of_one
        self._needs = ENTRY

    def of(self, deposit: str, now: float) -> OfDeposit[T]:
        """Return a deposit that someone asks for, as the last that goes."""
        one = self.deposits.pop(deposit, None) or OfDeposit()
        self.deposits[deposit] = one
        one.asked, one.resting = now, False
        return one

    def end(self, deposit: str) -> None:
        """End what is looked into of a deposit, and keep nothing of it."""
        if (one := self.deposits.get(deposit)) and one.busy:
            one.busy[1].end()
        self.drop(deposit)

    def rest(self, deposit: str) -> Found[T]:
        """End what is looked into of a deposit, begin nothing; return what came of the others.

        They stay as long as no other deposit needs the room.
        """
        if deposit not in self.deposits:
            return Found((), "", full=False)
        one = self.deposits[deposit]
        one.resting = True
        over = tuple(came for came, _ in one.over.values())
        if one.busy:
            one.busy[1].end()
        one.todo, one.busy_counts = {}, False
        if not over and one.busy is None:
            del self.deposits[deposit]
        return Found(over, "", full=False)

    def drop(self, deposit: str) -> None:
        """Keep nothing of a deposit; as long as one of its files is looked into, its place stays.

        Whoever asks meanwhile gets what comes of that look, unless it was ended: nothing is looked
        into twice at once.
        """
        if one := self.deposits.get(deposit):
            one.over, one.todo, one.busy_counts = {}, {}, False
            if one.busy is None:
                del self.deposits[deposit]

    def has_room(self, one: OfDeposit[T], now: float) -> bool:
        """Whether there is room for what another look into a deposit may come to."""
        return self._has_room(one, now, self._recent(now))

    def waiting(self, now: float) -> list[tuple[str, OfDeposit[T]]]:
        """Return the deposits of which a file can be looked into now."""
        recent = self._recent(now)
        return [
            (deposit, one)
            for deposit, one in self.deposits.items()
            if one.todo and one.busy is None and self._has_room(one, now, recent)
        ]

    def begin(self, one: OfDeposit[T]) -> tuple[str, Wanted[T]]:
        """Take the look into a deposit that is next; there is room for it."""
        one.needs = self._needs = ENTRY
        return one.begin()

    def put(self, deposit: str, name: str, came: T | Failed, size: int, *, now: float) -> None:
        """End a look, and keep what came of it if it still counts and there is room.

        If there is none, no look is begun until there is room for so much.
        """
        one = self.deposits[deposit]
        counts, one.busy, one.busy_counts = one.busy_counts, None, False
        if not counts:
            if not one.todo and not one.over:
                del self.deposits[deposit]
        elif one.taken + size > self._of_one:
            one.needs = size
        elif size > self._left(one, now, self._recent(now)):
            self._needs = size
        else:
            one.over[name] = came, size
            self._make_room(one)

    def _has_room(self, one: OfDeposit[T], now: float, recent: int) -> bool:
        mine = self._of_one - one.taken
        return mine >= one.needs and self._left(one, now, recent) >= self._needs

    def _recent(self, now: float) -> int:
        """Return the bytes of what someone has asked for just now, and may ask more of."""
        return sum(one.taken for one in self.deposits.values() if _is_recent(one, now))

    def _left(self, one: OfDeposit[T], now: float, recent: int) -> int:
        """Return the bytes that are left for a deposit, or could be: others may have to go."""
        own = 0 if _is_recent(one, now) else one.taken
        return self._room - recent - own

    def _make_room(self, for_one: OfDeposit[T]) -> None:
        """Let those go that rest, then those that nobody has asked for the longest, if need be."""
        others = [name for name, one in self.deposits.items() if one is not for_one]
        others.sort(key=lambda name: not self.deposits[name].resting)
        taken = sum(one.taken for one in self.deposits.values())
        for deposit in others:
            if taken <= self._room:
                return
            taken -= self.deposits[deposit].taken
            self.drop(deposit)


def _is_recent(one: OfDeposit[T], now: float) -> bool:
    return not one.resting and one.asked + RECENT > now
