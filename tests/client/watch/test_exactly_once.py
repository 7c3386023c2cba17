"""Whatever happens to the files, the network and the process: each is shipped once, and whole."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.client.watch.bench import NO_NETWORK, RULES, Bench

NAMES = st.sampled_from(
    ["a.tif", "ada/a.tif", "ada/b.tif", "ada/scan.emi", "ada/scan_1.ser", "ben/x.rpl", "ben/x.raw",
     "ben/map.zspy/.zgroup", "ben/map.zspy/0.0", "ben/deep/down/c.dm4"]
)  # fmt: skip


class Lab(RuleBasedStateMachine):
    """People and programs at work in a folder that is watched."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.bench = Bench(self.folder)
        self.number = 0
        self.whole: set[bytes] = set()
        self.since: dict[str, tuple[bytes, float]] = {}

    def teardown(self) -> None:
        self.end()
        self.bench.spool.close()
        shutil.rmtree(self.folder)

    def _content(self) -> bytes:
        self.number += 1
        return b"%06d" % self.number

    def _present(self) -> dict[str, bytes]:
        root = self.bench.root
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def _note(self) -> None:
        """Note which contents have been as they are for the time that settles them."""
        present, now = self._present(), self.bench.time
        for name, content in present.items():
            before = self.since.get(name)
            since = before[1] if before and before[0] == content else now
            self.since[name] = (content, since)
            if now - since >= RULES.settle:
                self.whole.add(content)
        self.since = {name: one for name, one in self.since.items() if name in present}

    @rule(name=NAMES)
    def write(self, name: str) -> None:
        """Write a file, or write it over."""
        self.bench.write(name, self._content())
        self._note()

    @rule(name=NAMES)
    def grow(self, name: str) -> None:
        """Let a file grow."""
        content = self._present().get(name, b"")
        self.bench.write(name, content + self._content())
        self._note()

    @rule(name=NAMES, ago=st.sampled_from([0, 500, 20_000]))
    def touch(self, name: str, ago: int) -> None:
        """Give a file another time."""
        if name in self._present():
            self.bench.touch(name, ago=ago)

    @rule(old=NAMES, new=NAMES)
    def rename(self, old: str, new: str) -> None:
        """Rename a file, over another one if it is there."""
        if old in self._present():
            target = self.bench.root / new
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.bench.root / old).replace(target)
            self._note()

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        """Delete a file."""
        (self.bench.root / name).unlink(missing_ok=True)
        self._note()

    @rule(seconds=st.sampled_from([10, 70, 700, 4000, 9000]))
    def live(self, seconds: int) -> None:
        """Let time pass."""
        step = 35 if seconds < 1000 else 400
        for _ in range(0, seconds, step):
            self.bench.live(step, step=step)
            self._note()

    @rule(calls=st.integers(0, 9))
    def kill_soon(self, calls: int) -> None:
        """Kill the watcher before or after one of its next calls."""
        self.bench.depository.kill_in = calls

    @rule()
    def kill(self) -> None:
        """Kill it now."""
        self.bench.kill()

    @rule()
    def lose_or_find_the_network(self) -> None:
        """The cable is pulled, or put back."""
        here = self.bench.depository
        here.error = NO_NETWORK if here.error is None else None

    @rule()
    def process(self) -> None:
        """The chain processes what is sealed."""
        self.bench.process()

    @rule()
    @precondition(lambda self: self.bench.root.exists())
    def vanish(self) -> None:
        """The share is away for a while."""
        away = self.bench.root.rename(self.folder / "away")
        self.bench.live(100)
        away.rename(self.bench.root)

    @invariant()
    def nothing_half_written_is_ever_sent(self) -> None:
        sent = {
            content
            for held in self.bench.depository.inside.held.values()
            for content in held.content.values()
        }
        assert sent <= self.whole

    def end(self) -> None:
        """Let everything come to rest: what is here is there, once."""
        self.bench.depository.error = None
        self.bench.depository.kill_in = -1
        for _ in range(4):
            self.live(9000)
            self.bench.process()
        assert self.bench.drafts == []
        assert self.bench.journal.problems == {}
        sealed = [content for one in self.bench.sealed for content in one.values()]
        assert set(self._present().values()) <= set(sealed)
        assert len(sealed) == len(set(sealed)), "a content was sent twice"
        self.nothing_half_written_is_ever_sent()


TestLab = Lab.TestCase
TestLab.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
