"""``emfair inspect``: what a vendor file holds, before anything is deposited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes

if TYPE_CHECKING:
    from emfair.service.inspection import Inspected


def inspect(files: Files, annotation_file: AnnotationFile = None, as_json: Json = False) -> None:
    """Show signals, metadata with the source of each value, and what NXem still misses."""
    from emfair.service.inspection import inspect_files

    results: dict[int, Inspected] = {}
    with screen.errors_end_the_process():
        for place, one in inspect_files(named(files), read_notes(annotation_file)):
            results[place] = one
            if not as_json:
                _show(one)
    inspected = [results[place] for place in sorted(results)]
    if as_json:
        screen.print_json([one.model_dump(mode="json") for one in inspected])
    if any(one.problem for one in inspected):
        raise typer.Exit(screen.BAD_DATA)


def _show(one: Inspected) -> None:
    with_them = f" (with {', '.join(one.companions)})" if one.companions else ""
    screen.out.print(Text(screen.printable(one.file + with_them), "bold"))
    if one.problem:
        screen.out.print(Text(f"  {screen.printable(one.problem)}", "red"))
        screen.out.print(Text(f"  {screen.printable(one.remedy)}"))
        return
    screen.print_table(
        "", ["signal", "title", "reader", "stored as", "shape", "type", "axes"],
        [(s.index, s.title, s.reader, s.kind or s.problem, " × ".join(map(str, s.shape)), s.dtype,
          ", ".join(s.axes)) for s in one.signals],
        signal="right",
    )  # fmt: skip
    for signal in one.signals:
        if signal.facts:
            screen.print_table(
                f"Signal {signal.index}: metadata",
                ["key", "value", "source", "where", "as written", "remark"],
                [_fact(fact) for fact in signal.facts],
            )
    if one.missing:
        screen.out.print("Missing for NXem: ", ", ".join(one.missing), sep="", markup=False)
    else:
        screen.out.print("Nothing is missing for NXem.")
    screen.out.print()


def _fact(fact: Any) -> tuple[Any, ...]:
    from emfair.nxem.show import shown

    remark = fact.warning or (f"replaced: {fact.reason}" if fact.replaced_by else fact.reason)
    raw = fact.raw if len(fact.raw) <= 40 else fact.raw[:39] + "…"
    return (fact.key, shown(fact), fact.source.value, fact.source_path, raw, remark)
