"""Which files may leave: those that have settled, and all that are read together with them.

Pure. What does not belong here: when a session is over (`decide`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from emfair.client.watch.look import Stat
from emfair.client.watch.rules import Rules
from emfair.vendor.bundles import bundle, lacks

FILES, BYTES = 200, 256_000_000
"""What is sent in one portion; a larger file, or larger companions, are one by themselves."""


@dataclass(frozen=True)
class Waiting:
    """A file that is there and has not been shipped as it is.

    Attributes
    ----------
    since
        On a clock that only grows, when it was first seen like this.
    """

    name: str
    stat: Stat
    session: int
    since: float


Beside = Callable[[str], Sequence[str]]
"""Returns the names of all files in a folder."""


def ready(
    waiting: Iterable[Waiting], ticks: float, rules: Rules, beside: Beside
) -> list[tuple[Waiting, ...]]:
    """Return the files of one session that may leave, companions together and first.

    A file that cannot be read without one that is not there waits for it, but not for ever.
    """
    known = {one.name: one for one in waiting}
    found = []
    for each in bundle(known):
        members = [known[name] for name in dict.fromkeys((*each.companions, *each.members))]
        youngest = max(one.since for one in members)
        if ticks - youngest < rules.settle:
            continue
        if (
            len(members) > 1
            or ticks - youngest >= rules.companion
            or not _lacks(each.primary, beside)
        ):
            found.append(tuple(members))
    return _once(found)


def portions(bundles: Iterable[tuple[Waiting, ...]]) -> list[tuple[Waiting, ...]]:
    """Put bundles together into what is sent at once."""
    parts: list[list[Waiting]] = []
    room_files, room_bytes = 0, 0
    for members in bundles:
        size = sum(one.stat.size for one in members)
        if len(members) > room_files or size > room_bytes:
            parts.append([])
            room_files, room_bytes = FILES, BYTES
        parts[-1] += members
        room_files, room_bytes = room_files - len(members), room_bytes - size
    return [tuple(part) for part in parts]


def _lacks(name: str, beside: Beside) -> bool:
    folder, _, last = name.rpartition("/")
    return bool(lacks(last, ())) and bool(lacks(last, beside(folder)))


def _once(bundles: list[tuple[Waiting, ...]]) -> list[tuple[Waiting, ...]]:
    """Return each file once: of several bundles that share it, the first has it."""
    seen: set[str] = set()
    left = []
    for members in bundles:
        new = tuple(one for one in members if one.name not in seen)
        seen.update(one.name for one in new)
        left += [new] if new else []
    return left
