"""Units: what vendors and people write, read with Pint; SI inside. Sizes as people read them.

What does not belong here: which unit a vendor uses at which tag (the tables in `emfair.vendor`),
and what people type (`emfair.quantities`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

_NO_DIMENSION = frozenset(
    {"", "<undefined>", "a.u.", "px", "pix", "pixel", "pixels", "point", "points"}
    | {"count", "counts", "channel", "channels", "X", "x"}
)
"""What only counts, or says that nothing is known; Zeiss writes ``X`` behind a magnification."""

_ALIASES = {
    "Angstrom": "angstrom",
    "Angstroms": "angstrom",
    "angstroms": "angstrom",
    "µ": "µm",
    "µn": "µm",
    "u": "µm",
    "um": "µm",
    "micron": "µm",
    "microns": "µm",
    "°": "degree",
    "Degrees": "degree",
    "Deg": "degree",
    "secs": "s",
    "sec": "s",
    "Seconds": "s",
    "Torr": "torr",
    "%": "percent",
}
_SPELLINGS = str.maketrans({"\u03bc": "µ", "\u212b": "Å", "⁻": "-", "¹": "1", "²": "2", "³": "3"})
_SPELLINGS |= {ord(raised): f"^{number}" for number, raised in enumerate("⁴⁵⁶⁷⁸⁹", 4)}


_POWER = re.compile(
    r"((?:[^\W\d]|°)\w*|\((?:[^()*^]|\*(?!\*))*\))(?:\*\*|\^)"
    r"(?:-?\d{1,2}(?:\.\d{1,2})?(?![\w.])|\(-?\d{1,2}(?:/\d{1,2})?\))"
)
"""A name, or a bracket without powers, to the power of a number of at most two digits."""


@cache
def registry() -> UnitRegistry[Any]:
    """Return the process' unit registry (building it takes 0.2 s, so it is built when needed)."""
    from pint import UnitRegistry

    return UnitRegistry(cache_folder=None)


def plain(text: str) -> str:
    """Return `text` with plain letters and digits for those of other looks: ``Å-2`` for ``Å⁻²``."""
    return text.strip().translate(_SPELLINGS)


def pint_unit(text: str) -> str | None:
    """Return how Pint spells a vendor's `text`: ``""`` for no dimension, None if it is no unit.

    >>> pint_unit("1 / nm"), pint_unit("µ"), pint_unit("furlong per jiffy?")
    ('1/nm', 'µm', None)
    """
    named = re.sub(r"^\[(.*)\]$", r"\1", plain(text)).strip()
    if named in _NO_DIMENSION:
        return ""
    spelled = re.sub(r"\s*(/|\*|\^)\s*", r"\1", _ALIASES.get(named, named))
    spelled = re.sub(r"(?<=[^\W\d])\^?-(?=\d)", "**-", spelled).replace("Å", "angstrom")
    return spelled if _parses(spelled) else None


def axis_unit(text: str) -> str | None:
    """Return `pint_unit` of what stands at an axis, where ``A`` is the ångström.

    Whoever writes ``A``, ``1/A`` or ``A^-1`` at an axis of an electron microscope's data (py4DSTEM,
    MRC's and EMD's writers) means lengths of a crystal: no instrument scans an electric current in
    whole amperes. In a tag or a form ``A`` stays the ampere.
    """
    _, unit = named_unit(text)
    return pint_unit(re.sub(r"(?<![^\W\d])A(?![^\W\d])", "Å", unit))


def named_unit(text: str) -> tuple[str, str]:
    """Return the quantity and the unit of what stands at an axis; most name the unit alone.

    >>> named_unit("Energy Loss (eV)"), named_unit("1/(nm)")
    (('Energy Loss', 'eV'), ('', '1/(nm)'))

    ISO 22029:2022 has the former in XUNITS.
    """
    quantity, bracket, rest = text.partition("(")
    inside = rest.strip().removesuffix(")").strip()
    if bracket and rest.rstrip().endswith(")") and pint_unit(inside) and pint_unit(text) is None:
        return quantity.strip(), inside
    return "", text


def convert(value: float, unit: str, target: str) -> float:
    """Convert `value` from `unit` to `target`, both as Pint spells them.

    Raises
    ------
    ValueError
        The two measure different things, one is no unit, or the result is too large.
    """
    from pint.errors import PintError

    if unit == target:
        return value
    try:
        return float(registry().Quantity(value, unit or "1").to(target or "1").magnitude)
    except (PintError, ArithmeticError, AttributeError, TypeError) as error:
        given = unit or "a pure number"
        raise ValueError(f"{given} cannot be turned into {target or '1'}") from error


@cache
def _parses(text: str) -> bool:
    if not re.fullmatch(r"[\w\s/*^().µ°ωΩ-]{1,40}", text) or re.fullmatch(r"[\d.\s]+", text):
        return False
    if not _is_quick(text):
        return False
    try:
        registry().parse_units(text)
    except Exception:  # noqa: BLE001  pint raises tokenizer, syntax and its own errors alike
        return False
    return True


def _is_quick(text: str) -> bool:
    """Tell whether Pint is soon done with `text`: it works out ``9**9**9**9`` before it refuses it.

    A unit's only number besides exponents is the 1 of ``1/nm``. Powers of powers are refused too,
    as `convert` works out ``((min**99)**99)**99`` in whole numbers.
    """
    rest, powers = _POWER.subn(r"\1", text)
    if powers and re.search(r"\b(?:sq|square|cubic)\b", text):
        return False
    numbers = re.findall(r"(?<!\w)\.?\d[\w.]*", rest)
    return not re.search(r"\*\*|[-^⁰]", rest) and set(numbers) <= {"1", "1.0"}


def human_size(size: float) -> str:
    """Return a size as people read it: ``12.3 MB`` (powers of ten)."""
    number = float(size)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1000 or unit == "TB":
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
