"""Damaged files go through the sandbox as they would in the chain; what comes of each is judged."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from bench.corpus.check import NOTES
from bench.fuzz.damage import Damage, damages
from bench.fuzz.targets import Target
from emfair.crew import Crew, cores
from emfair.model.annotations import Annotations
from emfair.nxem.dossier import Dossier, Source
from emfair.service.sandbox import Sandbox
from emfair.validation.validate import validate_container

PATIENCE = 20.0
"""Seconds that a damaged file of some megabytes may take."""
MEMORY = 3 << 30
"""Bytes that a reader may take for one."""
TRIES = 12
"""How many files of a format are looked at for a sound one."""


@dataclass(frozen=True)
class Outcome:
    """What became of one damaged file.

    `rules` are those of its findings; `defects` say what must never be.
    """

    target: Target
    damage: Damage | None
    seconds: float
    containers: int = 0
    rules: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


def plan(found: Sequence[Target], seed: int = 0) -> list[tuple[Target, Damage]]:
    """Return what is tried: the first damage of each target, then the second of each."""
    each = [[(target, damage) for damage in damages(target.sizes, seed)] for target in found]
    return [one for row in zip_longest(*each) for one in row if one is not None]


class Fuzzer:
    """Several sandboxes at work; `scratch` takes the damaged files and what comes of them."""

    def __init__(self, scratch: Path, size: int | None = None) -> None:
        self._scratch = scratch
        self._crews = [Crew(1, MEMORY) for _ in range(size or cores())]
        self._free: SimpleQueue[_Box] = SimpleQueue()
        for crew in self._crews:
            self._free.put(_Box(Sandbox(PATIENCE, crew)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for crew in self._crews:
            crew.close()

    def sound(self, found: Mapping[str, Sequence[Target]], of_each: int) -> list[Target]:
        """Return the first targets of each format that come out whole when nothing is damaged."""
        with ThreadPoolExecutor(len(self._crews)) as pool:
            chosen = pool.map(lambda some: self._sound(some, of_each), found.values())
            return [one for some in chosen for one in some]

    def run(self, planned: Sequence[tuple[Target, Damage]], seconds: float) -> Iterator[Outcome]:
        """Yield what became of each, in the plan's order; none is begun when `seconds` are over."""
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(len(self._crews)) as pool:
            for outcome in pool.map(partial(self._in_time, end), planned):
                if outcome is not None:
                    yield outcome

    def attempt(self, target: Target, damage: Damage | None) -> Outcome:
        """Convert one damaged file, and look at all that is left behind."""
        box = self._free.get()
        try:
            with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
                return _attempt(box, target, damage, Path(folder))
        finally:
            self._free.put(box)

    def _in_time(self, end: float, planned: tuple[Target, Damage]) -> Outcome | None:
        return self.attempt(*planned) if time.monotonic() < end else None

    def _sound(self, some: Sequence[Target], of_each: int) -> list[Target]:
        sound = (one for one in some[:TRIES] if self.attempt(one, None).containers)
        return list(islice(sound, of_each))


@dataclass(frozen=True)
class _Box:
    """A sandbox: the only thing here that knows how it is asked."""

    sandbox: Sandbox

    def convert(self, path: Path, name: str, folder: Path) -> tuple[list[Path], tuple[str, ...]]:
        """Convert a file; return its containers and its findings' rules."""
        notes = Annotations.model_validate(NOTES)
        dossier = Dossier(Source(name, "0" * 64), notes, "", {})
        done = self.sandbox.convert(path, dossier, folder, _size(path))
        return [one.path for one in done.written], tuple(one.rule for one in done.findings)

    def judge(self, container: Path) -> list[str]:
        """Return what the validator holds against a container."""
        verdict = self.sandbox.call(_size(container), validate_container, container)
        return [f"{one.rule} {one.path}" for one in verdict]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _attempt(box: _Box, target: Target, damage: Damage | None, scratch: Path) -> Outcome:
    path = target.damaged(damage, scratch / "raw")
    folder = scratch / "containers"
    folder.mkdir()
    start = time.monotonic()
    try:
        containers, rules = box.convert(path, target.bundle.primary, folder)
        wrong = list(defects(folder, containers, rules, box.judge))
    except Exception as error:  # noqa: BLE001  none may come this far
        containers, rules, wrong = [], (), [f"raised {type(error).__name__}: {error}"]
    taken = time.monotonic() - start
    return Outcome(target, damage, taken, len(containers), rules, tuple(dict.fromkeys(wrong)))


def defects(
    folder: Path,
    containers: Sequence[Path],
    rules: Sequence[str],
    judge: Callable[[Path], Sequence[str]],
) -> Iterator[str]:
    """Yield what is wrong with a conversion into `folder`, of whose containers `judge` tells."""
    if not containers and not rules:
        yield "neither a container nor a word"
    left = sorted(one.name for one in folder.iterdir() if one not in containers)
    if left:
        yield f"left behind: {', '.join(left)}"
    for container in containers:
        yield from (f"does not validate: {one}" for one in judge(container))
