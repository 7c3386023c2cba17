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
    ["a.tif", "ada/scan.emi", "ada/scan_1.ser", "ada/x.rpl", "ada/map.zspy/.zgroup", "ben/deep/c"]
)


class Lab(RuleBasedStateMachine):
    """People and programs at work in a folder that is watched."""

    @initialize()
    def begin(self) -> None:
        """Begin with an empty folder."""
        self.folder = Path(tempfile.mkdtemp())
        self.bench = Bench(self.folder)
        self.number = 0
        self.whole: set[bytes] = set()
        self.since: dict[str, tuple[bytes, float]] = {}

    def teardown(self) -> None:
        """End, and look at what lies where."""
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

    def _one(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self._present())))

    @precondition(lambda self: self._present())
    @rule(data=st.data())
    def grow(self, data: st.DataObject) -> None:
        """Let a file grow."""
        name = self._one(data)
        self.bench.write(name, self._present()[name] + self._content())
        self._note()

    @precondition(lambda self: self._present())
    @rule(data=st.data(), ago=st.sampled_from([0, 500, 20_000]))
    def touch(self, data: st.DataObject, ago: int) -> None:
        """Give a file another time."""
        self.bench.touch(self._one(data), ago=ago)

    @precondition(lambda self: self._present())
    @rule(data=st.data(), new=NAMES)
    def rename(self, data: st.DataObject, new: str) -> None:
        """Rename a file, over another one if it is there."""
        target = self.bench.root / new
        target.parent.mkdir(parents=True, exist_ok=True)
        (self.bench.root / self._one(data)).replace(target)
        self._note()

    @precondition(lambda self: self._present())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete a file."""
        (self.bench.root / self._one(data)).unlink()
        self._note()

    @rule(seconds=st.sampled_from([10, 30, 70, 700, 9000]))
    def live(self, seconds: int) -> None:
        """Let time pass."""
        step = {10: 10, 30: 10, 70: 10, 700: 50}.get(seconds, 450)
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
        """Pull the cable, or put it back."""
        here = self.bench.depository
        here.error = NO_NETWORK if here.error is None else None

    @rule()
    def process(self) -> None:
        """Let the chain process what is sealed."""
        self.bench.process()

    @rule()
    @precondition(lambda self: self.bench.root.exists())
    def vanish(self) -> None:
        """Take the share away for a while."""
        away = self.bench.root.rename(self.folder / "away")
        self.bench.live(100)
        away.rename(self.bench.root)

    @invariant()
    def nothing_half_written_is_ever_sent(self) -> None:
        """Compare what has arrived with what had settled."""
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
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
