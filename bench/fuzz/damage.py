"""Damages: what cables, disks and people do to files, told in words from which each is made again.

A damage is a kind and whole numbers (``cut 512``, ``flip 7 16 1024``), with the name of the file
of a bundle that it hits. The same damage gives the same bytes on every machine.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HEAD = 1024
PAGE = 4096
_HUGE = (0x7FFFFFFF, 0xFFFFFFFF, 0x40000000)


@dataclass(frozen=True)
class Damage:
    """One damage; `member` names the hit file of a bundle by its place, 0 being the first."""

    kind: str
    numbers: tuple[int, ...] = ()
    member: int = 0

    def __str__(self) -> str:
        where = [f"in {self.member}"] if self.member else []
        return " ".join([self.kind, *map(str, self.numbers), *where])

    @classmethod
    def parse(cls, text: str) -> Damage:
        """Return the damage that `text` tells. Raises `ValueError` if it tells none."""
        found = re.fullmatch(r"(\w+)((?: \d+)*)(?: in (\d+))?", text.strip())
        if found is None or found[1] not in _KINDS:
            raise ValueError(f"{text!r} is no damage; there are {', '.join(_KINDS)}")
        return cls(found[1], tuple(map(int, found[2].split())), int(found[3] or 0))

    def done_to(self, content: bytes) -> bytes | None:
        """Return the damaged content, None if the file is gone."""
        return _KINDS[self.kind](content, *self.numbers)


def damages(sizes: tuple[int, ...], seed: int = 0) -> Iterator[Damage]:
    """Yield the damages that are tried on a bundle whose files have these sizes, worst first.

    The first file is cut, flipped, zeroed and made to lie; the others are emptied, lost and cut.
    Another `seed` flips other bytes, and makes others huge.
    """
    size = sizes[0]
    seeds = iter(range(100 * seed + size % 100, 100 * seed + size % 100 + 100))
    cuts = [size // 2, 0, size - 1, 1, 16, size // 16, size // 4, 3 * size // 4, HEAD]
    yield from _rounds(
        [Damage("cut", (cut,)) for cut in dict.fromkeys(cuts) if cut < size],
        [Damage("flip", (next(seeds), *how))
         for how in ((1, HEAD), (16, HEAD), (16, size)) for _ in range(2)],
        [Damage("huge", (next(seeds), width, limit)) for width, limit in
         ((4, 64), (4, HEAD), (8, HEAD), (2, HEAD), (4, 8 * HEAD))],
        [Damage("zero", (start, PAGE)) for start in dict.fromkeys((size // 2, size - PAGE, 16))
         if 0 <= start < size],
        [Damage("digits", (next(seeds), limit)) for limit in (HEAD, 8 * HEAD, size)],
        [Damage(kind, numbers, member) for member, other in list(enumerate(sizes))[1:3]
         for kind, numbers in (("cut", (0,)), ("gone", ()), ("cut", (other // 2,)))],
    )  # fmt: skip


def _rounds(*kinds: list[Damage]) -> Iterator[Damage]:
    """Yield the first of each kind, then the second, so that a short run sees all kinds."""
    seen: set[Damage] = set()
    for place in range(max(map(len, kinds))):
        for one in (kind[place] for kind in kinds if place < len(kind)):
            if one not in seen:
                seen.add(one)
                yield one


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same for everyone is what is wanted


def _cut(content: bytes, size: int) -> bytes:
    return content[:size]


def _flip(content: bytes, seed: int, count: int, limit: int) -> bytes:
    """Change `count` bytes among the first `limit`."""
    chance = _chance(seed)
    flipped = bytearray(content)
    for _ in range(count if content else 0):
        flipped[chance.randrange(min(limit, len(content)))] ^= chance.randrange(1, 256)
    return bytes(flipped)


def _zero(content: bytes, start: int, count: int) -> bytes:
    return content[:start] + bytes(len(content[start : start + count])) + content[start + count :]


def _huge(content: bytes, seed: int, width: int, limit: int) -> bytes:
    """Write a number that is huge, in either byte order, at an even place below `limit`."""
    chance = _chance(seed)
    last = min(limit, len(content)) - width
    if last < 0:
        return content
    start = chance.randrange(last + 1) // width * width
    number = chance.choice(_HUGE) >> (16 if width == 2 else 0)
    order = chance.choice(("little", "big"))
    wide = number.to_bytes(width, "little" if order == "little" else "big")
    return content[:start] + wide + content[start + width :]


def _digits(content: bytes, seed: int, limit: int) -> bytes:
    """Make one of the numbers written in digits below `limit` huge, and longer."""
    runs = list(re.finditer(rb"(?<![\w.])\d{1,9}(?![\w.])", content[:limit]))
    if not runs:
        return content
    run = _chance(seed).choice(runs)
    return content[: run.start()] + b"99999999999" + content[run.end() :]


def _gone(_: bytes) -> None:
    return None


_KINDS: dict[str, Callable[..., bytes | None]] = {
    "cut": _cut,
    "flip": _flip,
    "zero": _zero,
    "huge": _huge,
    "digits": _digits,
    "gone": _gone,
}
