"""``emfair simulate``: a synthetic microscope that writes sessions into a folder."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json

if TYPE_CHECKING:
    from emfair.simulate.run import Report
    from emfair.simulate.truth import Written

START = "2026-03-02T09:00:00+01:00"
"""When a session begins if nobody says so: the same files, whenever they are made."""


class SessionName(StrEnum):
    """The sessions there are; ``mixed`` is one after the other."""

    TEM = "tem"
    SEM = "sem"
    TILT = "tilt"
    MIXED = "mixed"


class SizeName(StrEnum):
    """Small pictures for tests, or as large as a microscope's."""

    SMALL = "small"
    REAL = "real"


def simulate(
    folder: Annotated[Path, typer.Argument(help="A new folder for the session's files.")],
    session: Annotated[SessionName, typer.Option(help="What is done there.")] = SessionName.TEM,
    files: Annotated[
        int | None, typer.Option(min=1, help="Acquisitions of each session; else all steps once.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.01, help="Go on for so long, in the microscope's time.")
    ] = None,
    rate: Annotated[
        str, typer.Option(help="Seconds from file to file, or `fast`; `own`: as long as it takes.")
    ] = "own",
    size: Annotated[SizeName, typer.Option(help="Of pictures and maps.")] = SizeName.SMALL,
    seed: Annotated[int, typer.Option(min=0, help="The same number gives the same bytes.")] = 0,
    start: Annotated[str, typer.Option(help="When the session begins, with an offset.")] = START,
    live: Annotated[
        bool, typer.Option("--live", help="Acquisition times are this machine's.")
    ] = False,
    messy: Annotated[
        bool, typer.Option("--messy", help="Add what real folders have: broken and odd files.")
    ] = False,
    truth: Annotated[
        Path | None, typer.Option(help="Write here (outside the folder) what is true of all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a session of a synthetic microscope into a folder, as fast as a real one."""
    from emfair.simulate.run import Report, Wish

    with screen.errors_end_the_process():
        _refuse_inside(truth, folder)
        report = Report(
            Wish(
                session=session.value, start=_moment(start), size=size.value, seed=seed,
                files=files, hours=hours, rate=_seconds(rate), messy=messy, live=live,
            ),
            folder,
        )  # fmt: skip
        try:
            _run(report, quiet=as_json)
        finally:  # Ctrl-C: what is whole is told nevertheless
            if report.done and truth is not None:
                report.save(truth)
            if report.done and as_json:
                screen.print_json(report.document())


def _run(report: Report, *, quiet: bool) -> None:
    from emfair.simulate.run import simulate as written

    try:
        for one in written(report.wish, report.root):
            report.done.append(one)
            if not quiet:
                _tell(one)
    except KeyboardInterrupt:
        screen.err.print("stopped; the acquisition that was not whole is removed.")
        raise typer.Exit(130) from None
    finally:
        if report.done and not quiet:
            _tell_sum(report)


def _tell(one: Written) -> None:
    names = ", ".join(path.name for path in one.paths)
    line = f"{one.acquisition.start:%Y-%m-%d %H:%M:%S}  {one.acquisition.technique:<14} {names}"
    screen.say(line)


def _tell_sum(report: Report) -> None:
    seconds = sum(one.seconds for one in report.done)
    mb, number = report.size / 1e6, len(report.done)
    what = "acquisition" if number == 1 else "acquisitions"
    screen.out.print(
        f"{number} {what}, {mb:.1f} MB in {seconds:.1f} s ({mb / max(seconds, 1e-3):.0f} MB/s)"
    )


def _refuse_inside(truth: Path | None, folder: Path) -> None:
    from emfair.errors import BadCall

    if truth is not None and truth.resolve().is_relative_to(folder.resolve()):
        raise BadCall(
            "the truth would lie among the files that it is about.",
            subject=str(truth),
            remedy="Name a file outside the session's folder.",
        )


def _moment(text: str) -> datetime:
    from emfair.errors import BadCall

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadCall(
            "this is no time with an offset.", subject=text, remedy=f"Write it like {START}."
        )
    return moment.replace(microsecond=0)


def _seconds(rate: str) -> float | None:
    from emfair.errors import BadCall

    if rate in ("own", "fast"):
        return None if rate == "own" else 0.0
    try:
        seconds = float(rate)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 86400:
        raise BadCall(
            "this is no rate.",
            subject=rate,
            remedy="Write the seconds from one file to the next, `fast`, or `own`.",
        )
    return seconds
