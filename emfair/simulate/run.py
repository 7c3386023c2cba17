"""Sessions become files in a folder, at the pace of a microscope or as fast as the machine can.

What does not belong here: what the files hold, and how a person is told of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emfair import __version__
from emfair.errors import BadCall, Conflict
from emfair.model.canonical import pretty_json
from emfair.simulate import mess
from emfair.simulate.acquisition import Acquisition
from emfair.simulate.formats import FORMATS
from emfair.simulate.output import Output
from emfair.simulate.sessions import GAP, Size, acquisitions, sessions, whole
from emfair.simulate.truth import Written, about, form

MIXED = "mixed"
SHARE = 0.6
"""Part of a given rate in which a file grows; then the operator looks for the next place."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to have simulated.

    Attributes
    ----------
    session
        A name of ``sessions.yaml``, or ``mixed`` for one after the other in folders of their own.
    files, hours
        How many acquisitions of each session, or for how long in the microscope's time; without
        either all steps once.
    rate
        Seconds from one acquisition to the next, 0 for none; None for the microscope's own pace.
    live
        Acquisitions begin when they do, not at `start`.
    """

    session: str
    start: datetime
    size: Size = "small"
    seed: int = 0
    files: int | None = None
    hours: float | None = None
    rate: float | None = 0.0
    messy: bool = False
    live: bool = False


def simulate(wish: Wish, root: Path) -> Iterator[Written]:
    """Write sessions into `root`; yield each acquisition as soon as its files are whole.

    Whoever stops asking, or is interrupted, leaves whole files only.

    Raises
    ------
    Conflict
        The folder is not empty.
    BadCall
        There is no such session, or the folder cannot be made.
    """
    names = [*sessions()] if wish.session == MIXED else [wish.session]
    if not set(names) <= set(sessions()):
        raise BadCall(
            "there is no such session.",
            subject=wish.session,
            remedy=f"Name one of {', '.join([*sessions(), MIXED])}.",
        )
    _prepare(root)
    start = wish.start
    for name in names:
        folder = root / sessions()[name].folder if len(names) > 1 else root
        folder.mkdir(exist_ok=True)
        for one in _session(replace(wish, start=start), name, folder):
            start = whole(one.acquisition.end + GAP)
            yield one


def _prepare(root: Path) -> None:
    try:
        root.mkdir(parents=True, exist_ok=True)
        taken = [one for one in root.iterdir() if not one.name.startswith(".")]
    except OSError as error:
        raise BadCall(
            f"cannot be used as a folder ({error.strerror}).",
            subject=str(root),
            remedy="Name another folder for the session.",
        ) from error
    if taken:
        raise Conflict(
            f"is not empty ({taken[0].name}).",
            subject=str(root),
            remedy="Name a new folder: a simulated session never writes over files.",
        )


def _session(wish: Wish, name: str, folder: Path) -> Iterator[Written]:
    session = sessions()[name]
    most = wish.files or (len(session.steps) if wish.hours is None else None)
    until = wish.start + timedelta(hours=wish.hours) if wish.hours is not None else None
    happened: set[str] = set()
    planned = acquisitions(session, wish.size, seed=wish.seed, start=wish.start)
    for number, (ideal, layout, pause) in enumerate(planned):
        if number == most or (until is not None and ideal.start >= until):
            return
        acquisition = mess.left_over(ideal) if wish.messy and number % 3 == 1 else ideal
        if wish.live:
            acquisition = replace(acquisition, start=datetime.now(UTC).astimezone())
        began = time.monotonic()
        growing, resting = _spans(wish.rate, acquisition, pause)
        paths = _write(acquisition, layout, folder, growing)
        beside = tuple(mess.around(paths, happened)) if wish.messy else ()
        yield Written(name, acquisition, layout, tuple(paths), beside, time.monotonic() - began)
        _wait_until(began + growing + resting)


def _spans(rate: float | None, acquisition: Acquisition, pause: float) -> tuple[float, float]:
    """Return for how many seconds a file grows, and how many pass until the next begins."""
    if rate is None:
        return acquisition.seconds, pause
    return SHARE * rate, (1 - SHARE) * rate


def _write(acquisition: Acquisition, layout: str, folder: Path, seconds: float) -> list[Path]:
    """Write the files of one acquisition, all or none, over so many seconds; return them."""
    output = Output(folder)
    began = time.monotonic()
    try:
        with closing(FORMATS[layout].write(acquisition, output)) as growing:
            for part in growing:
                _wait_until(began + part * seconds)
    except BaseException:  # Ctrl-C too: half a file would be taken for a whole one
        output.discard()
        raise
    return output.paths


def _wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


@dataclass
class Report:
    """Gathers what is true of all that was written, for `save`."""

    wish: Wish
    root: Path
    done: list[Written] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all acquisitions' files."""
        return sum(one.size for one in self.done)

    def document(self) -> dict[str, Any]:
        """Return the truth."""
        by_session: dict[str, list[Written]] = {}
        for one in self.done:
            by_session.setdefault(one.session, []).append(one)
        return {
            "emfair": __version__,
            "seed": self.wish.seed,
            "size": self.wish.size,
            "sessions": {
                name: {"annotations": form(sessions()[name], written)}
                for name, written in by_session.items()
            },
            "acquisitions": [about(one, self.root) for one in self.done],
        }

    def save(self, path: Path) -> None:
        """Write the truth as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pretty_json(self.document()))
