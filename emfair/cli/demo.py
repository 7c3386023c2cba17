"""``emfair demo``: real vendor files through the real chain, on this machine."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from emfair.cli import screen
from emfair.cli.arguments import settings
from emfair.cli.progress import stage

if TYPE_CHECKING:
    from emfair.demo.run import Told
    from emfair.service.services import Services


def demo() -> None:
    """Run real vendor files through the whole chain; show the results."""
    from emfair.demo import corpus
    from emfair.demo.run import run
    from emfair.service.processing import open_chain
    from emfair.service.services import open_services

    with screen.errors_end_the_process():
        chosen = settings()
        with stage().status("fetching real vendor files (33 MB, the first time)"):
            folder = corpus.fetch()
        started = time.monotonic()
        with (
            open_services(chosen) as stores,
            open_chain(chosen) as chain,
            tempfile.TemporaryDirectory(dir=stores.scratch) as scratch,
        ):
            told = []
            with stage().status("depositing") as status:
                for one in run(stores, chain, folder, Path(scratch), status.update):
                    told.append(one)
                    _tell_experiment(one)
            _tell_files(stores, told)
            _tell_answers(stores)
            _tell_figures(told, time.monotonic() - started)
            _tell_what_next(stores, told)


def _tell_experiment(one: Told) -> None:
    from rich.text import Text

    line = Text("● ").append_text(screen.state_text(one.state))
    line.append(f"  {one.deposited.titles.experiment}", "bold")
    line.append(f"  {len(one.deposited.files)} files, {one.seconds:.1f} s", "dim")
    screen.out.print(line)


def _tell_files(stores: Services, told: list[Told]) -> None:
    from emfair.demo.run import verdicts

    rows = verdicts(stores).rows
    for one in told:
        place = one.deposited.place
        screen.out.print()
        screen.print_table(
            f"{one.deposited.titles.experiment} ({place.experiment})",
            ["file", "format", "signals", "verdict", "remark"],
            [(file, reader, number or "", screen.state_text(verdict), remark)
             for experiment, file, reader, number, verdict, remark in rows
             if experiment == place.experiment],
            signals="right", file="one line", remark="one line",
        )  # fmt: skip


def _tell_answers(stores: Services) -> None:
    from emfair.demo.run import answers

    for title, sql, answer in answers(stores):
        screen.out.print()
        screen.out.print(title, style="bold")
        screen.out.print(sql, style="cyan", markup=False, soft_wrap=True)
        screen.print_rows(answer.columns, answer.rows)


def _tell_figures(told: list[Told], seconds: float) -> None:
    from emfair.units import human_size

    files = [file for one in told for file in one.deposited.files]
    size = sum(file.size for file in files)
    screen.out.print()
    screen.say(
        f"{len(files)} files ({human_size(size)}) in {len(told)} experiments, deposited and "
        f"processed in {seconds:.0f} s: {len(files) / seconds:.1f} files/s, "
        f"{size / seconds / 1e6:.1f} MB/s."
    )


def _tell_what_next(stores: Services, told: list[Told]) -> None:
    from emfair.lake import layout

    place, last = told[0].deposited.place, told[-1].deposited.place
    snapshot = _near(stores.lake.locate("index/snapshot/measurements.parquet"))
    screen.out.print()
    for what, where in (
        ("containers", _near(stores.lake.locate(f"{layout.experiment_prefix(place)}/nexus"))),
        ("a verdict", _near(stores.lake.locate(layout.report(last, "html")))),
        ("app and Dagster", f"{screen.program()} up"),
        ("ask more", f"{screen.program()} query 'FROM experiments'"),
        ("without emfair", f"duckdb -c \"FROM '{snapshot}'\"  (DuckDB's own shell)"),
    ):
        screen.out.print(f"{what + ':':<17}", style="dim", end="")
        screen.out.print(where, soft_wrap=True, markup=False)


def _near(path: str) -> str:
    """Return a path as seen from the current folder, if it lies below."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path
