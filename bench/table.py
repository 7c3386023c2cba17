"""The figures, and the one table that shows them: ratios first, for machines differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Better = Literal["less", "more", "share"]


class Failed(Exception):
    """A measurement could not be made; the message says why."""


@dataclass(frozen=True)
class Figure:
    """One figure beside one baseline; without a value it says why there is none.

    `better` says whether less or more of `unit` is better; of a ``share`` neither is.
    """

    part: str
    what: str
    unit: str
    ours: float | None
    baseline: str = ""
    theirs: float | None = None
    better: Better = "less"
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better emfair is (below 1: worse); of a share, the share."""
        if self.ours is None or self.theirs is None or not self.ours or not self.theirs:
            return None
        return self.theirs / self.ours if self.better == "less" else self.ours / self.theirs

    def plain(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {**asdict(self), "ratio": self.ratio}


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the table, line by line."""
    head = ("ratio", "what", "emfair", "baseline", "of")
    rows = [_cells(figure) for figure in figures]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    part = ""
    yield _line(head, widths)
    for figure, row in zip(figures, rows, strict=True):
        if figure.part != part:
            part = figure.part
            yield f"── {part} ".ljust(sum(widths) + 2 * len(widths), "─")
        yield _line(row, widths)


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    ratio = figure.ratio
    if ratio is None:
        shown = "–"
    elif figure.better == "share":
        shown = f"{ratio:.0%}"
    else:
        shown = f"{ratio:.2g}×" if ratio < 10 else f"{ratio:.0f}×"
    of = f"{figure.baseline} ({figure.remark})" if figure.baseline and figure.remark else (
        figure.baseline or figure.remark
    )  # fmt: skip
    return (
        shown,
        figure.what,
        _amount(figure.ours, figure.unit),
        _amount(figure.theirs, figure.unit),
        of,
    )


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    digits = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".strip()


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        text.rjust(width) if column in (0, 2, 3) else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
