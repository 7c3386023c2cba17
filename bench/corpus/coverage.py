"""The table a format, and the page: what was read, what is valid, what was lost, how fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import PurePath
from textwrap import wrap

from bench.corpus.check import Outcome
from bench.corpus.losses import Loss, defects, rule_of, surprises

MEASURABLE = 10_000_000
"""Bytes of arrays below which a speed says more of the first import than of the format."""


@dataclass(frozen=True)
class Row:
    """A format's figures; `speed` in MB/s, None where too little was read to tell.

    `files` were met, and look as if they were of this format; `read` gave a signal.
    """

    reader: str
    suffixes: tuple[str, ...]
    files: int
    read: int
    measurements: int
    valid: int
    equal: int
    keys: float
    tags: float
    speed: float | None


def rows(found: Sequence[Outcome]) -> Iterator[Row]:
    """Yield a row a reader, then the sum."""
    by_reader: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        if one.reader or one.tried:
            by_reader[one.reader or one.tried].append(one)
    for reader in sorted(by_reader, key=str.lower):
        met = by_reader[reader]
        suffixes = {PurePath(one.file).suffix.lower() for one in met} - {""}
        yield _row(reader, tuple(sorted(suffixes)), met)
    yield _row("all", (), [one for one in found if one.reader or one.tried])


def _row(reader: str, suffixes: tuple[str, ...], found: Sequence[Outcome]) -> Row:
    signals = [signal for one in found for signal in one.signals]
    size = sum(one.array_bytes for one in found)
    seconds = sum(one.seconds for one in found if one.reader)
    return Row(
        reader=reader,
        suffixes=suffixes,
        files=len(found),
        read=sum(bool(one.reader) for one in found),
        measurements=len(signals),
        valid=sum(not signal.findings for signal in signals),
        equal=sum(not signal.unequal for signal in signals),
        keys=sum(signal.keys for signal in signals) / max(len(signals), 1),
        tags=sum(signal.tags for signal in signals) / max(len(signals), 1),
        speed=size / 1e6 / seconds if size >= MEASURABLE else None,
    )


HEAD = (
    "format", "files", "read", "measurements", "valid", "same numbers", "keys mapped", "tags kept",
    "MB/s",
)  # fmt: skip


def _cells(row: Row) -> tuple[str, ...]:
    return (
        " ".join([row.reader, *row.suffixes]), str(row.files), str(row.read),
        str(row.measurements), str(row.valid), str(row.equal), f"{row.keys:.1f}", f"{row.tags:.0f}",
        "–" if row.speed is None else f"{row.speed:.1f}",
    )  # fmt: skip


def lines(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield the table as text."""
    table = [HEAD, *(_cells(row) for row in rows(found))]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    for row in table:
        first, *others = (cell.ljust(w) for cell, w in zip(row, widths, strict=True))
        yield "  ".join([first, *(one.strip().rjust(len(one)) for one in others)])
    yield f"{len(found)} files; {sum(not one.reader for one in found)} gave no signal"


def wrong(found: Sequence[Outcome], table: Sequence[Loss] | None) -> Iterator[str]:
    """Yield what is not as it should be, a line each.

    `table` holds the losses that are known; None where nothing is, and only `lost` tells of them.
    """
    for one in found:
        for number, signal in enumerate(one.signals):
            for told in (*signal.findings, signal.unequal):
                if told:
                    yield f"{one.file} [{number}, {signal.kind}]: {told}"
    yield from defects(found) if table is None else surprises(found, table)


def lost(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield the files that should give signals and gave none, or not all, a line each."""
    for one in found:
        for problem in one.problems:
            if rule_of(problem) != "not-a-measurement":
                yield f"{one.file}: {problem}"


def document(found: Sequence[Outcome], table: Sequence[Loss] | None, source: str) -> str:
    """Return the page: the figures of what came from `source`, what is wrong, what was lost."""
    figures = [HEAD, ("---", *["---:"] * (len(HEAD) - 1)), *(_cells(row) for row in rows(found))]
    bad = list(wrong(found, table))
    opening = (
        f"Written by `make corpus`: the real vendor files of {source}, each converted with "
        "annotations, judged, and compared with the arrays and axes that RosettaSciIO "
        f"{version('rosettasciio')} reads from it."
    )
    parts = [
        "# What is read",
        "",
        *wrap(opening, 100),
        "",
        "- *format*: RosettaSciIO's name, and the endings of the files that were met.",
        "- *valid*: measurements without a finding of any severity.",
        "- *same numbers*: every pixel and its SHA-256, of every axis each point, the unit and the",
        "  name, and the signal's name.",
        "- *files*: those that look like this format; *read*: those that gave a signal.",
        "- *keys mapped*: metadata keys that get their value from the file, a measurement.",
        "- *tags kept*: vendor tags kept verbatim, a measurement.",
        "- *MB/s*: of the decoded arrays, conversion alone, on the machine that wrote this; not",
        "  given for less than 10 MB.",
        "",
        *("| " + " | ".join(row) + " |" for row in figures),
        "",
        *(["## What is wrong", "", *(f"- {_escaped(line)}" for line in bad), ""] if bad else []),
        "## Files that gave no signal, or not all",
        "",
        *(_losses(table) if table is not None else (f"- {_escaped(line)}" for line in lost(found))),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _losses(table: Sequence[Loss]) -> Iterator[str]:
    for loss in table:
        yield f"- {loss.why}"
        yield from (f"  - `{file}`" for file in sorted(loss.files))


def _escaped(line: str) -> str:
    return line.replace("|", "\\|")
