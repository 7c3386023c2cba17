"""Ranges as people type them: ``80-200 kV``, ``80 kV to 0.2 MV``, ``> 100 kV``, ``200 kV``.

One unit is enough for both ends. A single value stands for what rounds to it, to the digits that
are typed: ``200 kV`` or ``~200 kV`` for 199.5 to 200.5 kV, ``200.0 kV`` for 199.95 to 200.05 kV.
What does not belong here: units and numbers (`emfair.quantities`), and searching.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from emfair.errors import BadAnnotations, BadCall
from emfair.nxem.keys import Key
from emfair.nxem.show import show_rules
from emfair.quantities import did_you_mean, has_comma, pointed, read_quantity, ungrouped

_NUMBER = r"[+\-−]?\s*(?:\d+\.?\d*|\.\d+)(?:[eE][+\-−]?\d+)?"
_LONGEST = 200  # characters
_END = re.compile(rf"\s*({_NUMBER})(.*)", re.DOTALL)
_BETWEEN = (r"\.\.+|…", r"\bto\b", r"\band\b", r"[–—]", r"-")
"""What stands between two ends, the plainest first: a minus may belong to a number or a unit."""
_AT_LEAST = r"(?:>=|≥|=>|at least|from|min(?:imum)?)"
_AT_MOST = r"(?:<=|≤|=<|at most|up to|max(?:imum)?)"
_ABOVE, _BELOW = r"(?:>|more than|over|above)", r"(?:<|less than|under|below)"
_ABOUT = r"(?:[~∼≈≃]|about\b|around\b|approx(?:\.|imately\b)?|ca?\.|circa\b)"
_WORDS = {">=": _AT_LEAST, "<=": _AT_MOST, ">": _ABOVE, "<": _BELOW, "=": r"(?:==?|exactly)"}
_BEFORE = re.compile("|".join([*_WORDS.values(), _ABOUT, r"\.\.+|…|between", ""]), re.IGNORECASE)
"""What may stand before a number."""


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, in SI, either of which may be open; `strict`: without the ends."""

    low: float | None = None
    high: float | None = None
    strict: bool = False


def example_of(key: Key) -> str:
    """Return a range of a key as one may type it."""
    return show_rules().ranges.get(key.key, f"1 to 2 {key.shown}".strip())


def read_range(text: str, key: Key, subject: str) -> Range:
    """Return what `text` says of a key of numbers.

    Raises
    ------
    BadCall
        It cannot be read; says what to write instead.
    """
    said = ungrouped(text, key.unit).strip()
    if not said.strip(". …"):
        raise BadCall("says nothing about it.", subject=subject, remedy=_remedy(key))
    if len(said) > _LONGEST:
        raise BadCall("is too long.", subject=subject, remedy=_remedy(key))
    reader = _Reader(key, subject)
    found = reader.compared(said) or reader.open_ended(said) or reader.single(said)
    found = found or reader.two_ends(re.sub(r"^(?:from|between)\b", "", said, flags=re.IGNORECASE))
    if found is None:
        raise reader.refusal(said)
    return found


@dataclass(frozen=True)
class _Reader:
    """Reads what is said of one key; each method returns None where the text has another form."""

    key: Key
    subject: str

    def compared(self, said: str) -> Range | None:
        """Read ``> 100 kV``, ``at most 1.2 nm``."""
        for sign, words in _WORDS.items():
            match = re.fullmatch(rf"{words}\s*({_NUMBER}.*)", said, re.IGNORECASE | re.DOTALL)
            if match is None or (number := self._number(match[1])) is None:
                continue
            if sign == "=":
                return Range(number, number)
            low, high = (number, None) if sign in (">", ">=") else (None, number)
            return Range(low, high, strict=sign in "<>")
        return None

    def open_ended(self, said: str) -> Range | None:
        """Read ``80 kV..`` and ``..200 kV``."""
        first = re.fullmatch(r"(.*?)\s*(?:\.\.+|…)", said, re.DOTALL)
        last = re.fullmatch(r"(?:\.\.+|…)\s*(.*)", said, re.DOTALL)
        if first is not None and (number := self._number(first[1])) is not None:
            return Range(low=number)
        if last is not None and (number := self._number(last[1])) is not None:
            return Range(high=number)
        return None

    def single(self, said: str) -> Range | None:
        """Read ``200 kV``, ``~200 kV``: all that rounds to it."""
        value = re.sub(rf"^{_ABOUT}\s*", "", said, flags=re.IGNORECASE)
        match = _END.fullmatch(value)
        number = self._number(value)
        if match is None or number is None:
            return None
        half = self._number(f"{_half_a_digit(match[1])}{match[2]}")
        return None if half is None else Range(number - half, number + half)

    def two_ends(self, said: str) -> Range | None:
        """Read ``80 kV to 200 kV``, ``80-200 kV``."""
        for first, last in _split(said):
            low, high = self._pair(first, last)
            if low is None or high is None:
                continue
            if low > high:
                raise BadCall(
                    f"{first.strip()} is more than {last.strip()}.",
                    subject=self.subject,
                    remedy=f"Swap the two: {last.strip()} to {first.strip()}.",
                )
            return Range(low, high)
        return None

    def refusal(self, said: str) -> BadCall:
        """Return what was not understood of what has none of these forms, and what can be."""
        problem, instead = self._not_understood(said)
        remedy = f"{instead} {_remedy(self.key)}".strip()
        return BadCall(problem, subject=self.subject, remedy=remedy)

    def _not_understood(self, said: str) -> tuple[str, str]:
        """Return what was not, and what may be written instead where that is known."""
        before = re.sub(r"[\d.+\-−].*", "", said, flags=re.DOTALL).strip()
        plain = re.sub(r"^(?:\.\.+|…|[^\d.+\-−]+)|(?:\.\.+|…)$", "", said)
        ends = [_END.fullmatch(end) for end in next(_split(plain), (plain,))]
        numbers = [_compact(end[1]) for end in ends if end]
        units = [end[2].strip() for end in ends if end and end[2].strip()]
        told = f"{said[:80]!r}"
        if has_comma(said):
            return f"{told} has a comma; a number's point is a point.", f"Write {pointed(said)}."
        if numbers and not _BEFORE.fullmatch(before):
            return f"{before[:40]!r} before a number is not understood.", ""
        if len(numbers) < len(ends):
            return f"{told} is no range.", ""
        if self.key.unit and not units:
            return f"{told} has no unit.", ""
        if not all(isfinite(float(number)) for number in numbers):
            return f"{told} is too large a number.", ""
        unit = (units or [said])[-1]
        is_unit = self._number(f"1 {unit}") is not None
        problem = f"{told} is no range." if is_unit else f"{unit[:40]!r} is no unit of it."
        return problem, did_you_mean(unit, self.key.unit)

    def _pair(self, first: str, last: str) -> tuple[float | None, float | None]:
        """Read both ends; one that has no unit has the other's.

        Numbers need no unit where the key has none: only ``10-20 kx`` has one for both.
        """
        ends = [_END.fullmatch(end) for end in (first, last)]
        if ends[0] is None or ends[1] is None:
            return None, None
        units = [end[2].strip() for end in ends if end]
        low = self._number(f"{ends[0][1]} {units[0] or units[1]}")
        high = self._number(f"{ends[1][1]} {units[1] or (units[0] if self.key.unit else '')}")
        return low, high

    def _number(self, said: str) -> float | None:
        """Read a number with its unit, in SI; None if it is none, or too large."""
        plain = re.sub(r"^([+\-−])\s+", r"\1", said.strip())  # "- 5 nm"
        try:
            number = read_quantity(plain, self.key.unit, self.key.shown, self.subject)
        except BadAnnotations:
            return None
        return number if isfinite(number) else None


def _split(said: str) -> Iterator[tuple[str, str]]:
    for sign in _BETWEEN:
        for match in re.finditer(sign, said, re.IGNORECASE):
            first, last = said[: match.start()], said[match.end() :]
            if _END.fullmatch(first) and _END.fullmatch(last):
                yield first, last


def _compact(number: str) -> str:
    return re.sub(r"\s", "", number).replace("−", "-")


def _half_a_digit(number: str) -> str:
    """Return half of one in the last place of a typed number: 5e-2 of ``1.2``, 5e1 of ``1.2e3``."""
    digits, _, power = number.lower().replace("−", "-").partition("e")
    places = len(digits.partition(".")[2])
    return f"5e{int(power or 0) - places - 1}"


def _remedy(key: Key) -> str:
    example = example_of(key)
    _, _, last = example.partition(" to ")
    return f"Write a range, like {example}, a bound, like > {last}, or a value, like {last}."
