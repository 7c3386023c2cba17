"""Making sessions of the synthetic microscope, and naming their acquisitions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from emfair.simulate.run import Report, Wish, simulate
from emfair.simulate.truth import Written

START = datetime.fromisoformat("2026-03-02T09:00:00+01:00")
ALL = [
    *("tem/tiff/001", "tem/ncem/002", "tem/tiff/003", "tem/msa/004", "tem/hspy/005"),
    *("tem/zspy/006", "tem/ripple/007", "tem/msa/008", "tem/blockfile/009", "tem/hspy/010"),
    *("sem/tiff/001", "sem/tiff/002", "sem/tiff/003", "sem/msa/004", "sem/ripple/005"),
    "tilt/mrc/001",
]
"""Each acquisition of the small sessions: session, format, number."""


@dataclass(frozen=True)
class Made:
    """What was simulated, where, and what is true of it."""

    root: Path
    report: Report

    def one(self, which: str) -> Written:
        """Return an acquisition by its line of `ALL`."""
        (found,) = [one for one in self.report.done if label(one) == which]
        return found


def label(one: Written) -> str:
    return f"{one.session}/{one.format}/{one.acquisition.name[:3]}"


def make(root: Path, session: str = "mixed", **wishes) -> Made:
    """Simulate into a new folder."""
    wish = Wish(session=session, start=START, **wishes)
    report = Report(wish, root)
    report.done.extend(simulate(wish, root))
    return Made(root, report)
