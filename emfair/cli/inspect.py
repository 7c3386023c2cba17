"""``emfair inspect``: what a vendor file holds, before anything is deposited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.text import Text

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes
from emfair.cli.facts import print_facts, rows_of, shared
from emfair.cli.progress import counting

if TYPE_CHECKING:
    from emfair.service.inspection import Inspected, InspectedSignal


def inspect(files: Files, annotation_file: AnnotationFile = None, as_json: Json = False) -> None:
    """Show what vendor files hold, and what NXem still misses."""
    from emfair.service.inspection import inspect_files

    results: dict[int, Inspected] = {}
    told = 0
    with screen.errors_end_the_process(), counting("inspecting") as tick:
        for place, number, one in inspect_files(named(files), read_notes(annotation_file)):
            results[place] = one
            tick(one.file, number)
            while not as_json and told in results:  # in their order, as soon as it is their turn
                _show(results[told])
                told += 1
    inspected = [results[place] for place in sorted(results)]
    unread = sum(bool(one.problem) for one in inspected)
    if as_json:
        screen.print_json([one.model_dump(mode="json") for one in inspected])
    elif len(inspected) > 1:
        summary = f"{len(inspected)} files: {len(inspected) - unread} read"
        screen.err.print(summary + (f", {unread} could not be" if unread else ""), style="dim")
    if unread:
        raise typer.Exit(screen.BAD_DATA)


def _show(one: Inspected) -> None:
    heading = Text(screen.printable(one.file), "bold")
    if one.companions:
        heading.append(f" (with {screen.printable(', '.join(one.companions))})", "not bold")
    if readers := dict.fromkeys(signal.reader for signal in one.signals):
        heading.append(f"  {', '.join(readers)}", "not bold dim")
    screen.out.print(heading, soft_wrap=not screen.out.is_terminal)
    if one.problem:
        screen.say(f"  {one.problem}", "red")
        screen.say(f"  {one.remedy}")
        screen.out.print()
        return
    screen.print_table(
        "", ["signal", "title", "stored as", "shape", "type", "axes"],
        [(s.index, s.title, s.kind or s.problem, " × ".join(map(str, s.shape)), s.dtype, _axes(s))
         for s in one.signals],
        signal="right", title="one line",
    )  # fmt: skip
    common, own = shared([rows_of(signal.facts) for signal in one.signals])
    if common:
        print_facts("All signals: metadata", common)
    for signal, rows in zip(one.signals, own, strict=True):
        print_facts(f"Signal {signal.index}: metadata", rows)
    _show_missing(one)
    screen.out.print()


def _axes(signal: InspectedSignal) -> Text:
    """Return the axes; on a terminal one below the other, as they would be broken anywhere."""
    between = "\n" if screen.out.is_terminal else ", "
    return Text(between.join(map(screen.printable, signal.axes)))


def _show_missing(one: Inspected) -> None:
    if one.missing:
        fields = ", ".join(one.missing)
        told = f"Missing for NXem: {fields}. Write them into a YAML file: --annotations."
    else:
        told = "Nothing is missing for NXem."
    screen.say(told)
