"""What became of the damaged files: a table with a row a format, and what must be mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.fuzz.run import Outcome

COLUMNS = (
    "format", "variants", "converted", "findings", "hung", "died", "memory", "defects", "slowest",
)  # fmt: skip
_TOLD = {"hung": "reader-hung", "died": "reader-died", "memory": "too-large-for-memory"}


def lines(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield the table, and below it each defect and each reader that was stopped."""
    names = sorted({one.target.format for one in found})
    rows = [_row(name, [one for one in found if one.target.format == name]) for name in names]
    rows.append(_row("all", found))
    widths = [max(len(row[place]) for row in [COLUMNS, *rows]) for place in range(len(COLUMNS))]
    for row in [COLUMNS, *rows]:
        cells = [text.rjust(width) for text, width in zip(row, widths, strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *cells[1:]])
    yield ""
    yield from sorted(line for one in found for line in _told(one))


def _row(name: str, found: Sequence[Outcome]) -> tuple[str, ...]:
    counts = [
        len(found),
        sum(one.containers > 0 for one in found),
        sum(bool(one.rules) for one in found),
        *(sum(rule in one.rules for one in found) for rule in _TOLD.values()),
        sum(bool(one.defects) for one in found),
    ]
    slowest = max((one.seconds for one in found), default=0.0)
    return (name, *map(str, counts), f"{slowest:.1f} s")


def _told(one: Outcome) -> Iterator[str]:
    recipe = f"{one.target.format}: {one.target.bundle.primary}: {one.damage}"
    for defect in one.defects:
        yield f"DEFECT {recipe}: {defect}"
    for word, rule in _TOLD.items():
        if rule in one.rules:
            yield f"{word} {recipe} ({one.seconds:.0f} s)"
