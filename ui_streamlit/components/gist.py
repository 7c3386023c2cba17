"""A measurement in a line, by which one knows it again; and which files lack what NXem requires.

Pure functions. What does not belong here: all that is known of a measurement (`facts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from emfair.model.documents import Measurement
from emfair.model.facts import Fact
from emfair.nxem.clocks import NO_ZONE
from emfair.nxem.facts import used
from emfair.service.reading import lacking
from ui_streamlit.components.extents import pixel_of
from ui_streamlit.components.times import day
from ui_streamlit.components.values import rounded

_DIGITS = 3
"""Digits of a pixel's size."""
_MICROSCOPE = ("model", "instrument_name", "vendor")
"""Keys that name a microscope, the one that people speak of first."""
_NAMED = 3
"""Files that are named."""


def gist(one: Measurement) -> tuple[str, ...]:
    """Return what is known of a measurement: ``200 kV``, ``5.3 nm/px``, ``Talos``, ``2017-03-06``.

    What is not known is left out; a day is the one that the microscope's clock showed.
    """
    known = used(one.facts)
    voltage = known.get("acceleration_voltage")
    pixel = pixel_of(one, _DIGITS)
    microscope = next((known[key].value_text for key in _MICROSCOPE if key in known), "")
    told = (
        rounded(voltage) if voltage else "",
        f"{pixel}/px" if pixel else "",
        microscope,
        _day(one.facts, known),
    )
    return tuple(filter(None, told))


def _day(facts: Iterable[Fact], known: Mapping[str, Fact]) -> str:
    """Return the day of the start, though it may be in no known zone."""
    local = (fact for fact in facts if fact.key == "start_time" and fact.warning == NO_ZONE)
    start = known.get("start_time") or next(local, None)
    with suppress(ValueError):
        return day(datetime.fromisoformat(start.value_text)) if start else ""
    return ""


def lacks(
    read: Iterable[Measurement], called: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Return what NXem requires and no file has, and what some lack, with those files.

    Parameters
    ----------
    called
        What people call each field.
    """
    by_file: dict[str, set[str]] = {}
    for one in read:
        by_file.setdefault(one.file, set()).update(lacking(one))
    of_all, of_some = [], {}
    for field, name in called.items():
        without = [file for file, missing in by_file.items() if field in missing]
        if len(without) == len(by_file) > 0:
            of_all.append(name)
        elif without:
            of_some[name] = _told(without)
    return of_all, of_some


def _told(files: list[str]) -> str:
    """Return ``a.tif, b.tif and 2 more files``, without folders where all differ without."""
    bare = [file.rpartition("/")[2] for file in files]
    shown = bare if len(set(bare)) == len(bare) else files
    named, more = ", ".join(shown[:_NAMED]), len(files) - _NAMED
    if more < 1:
        return named
    return f"{named} and {more:,} more {'file' if more == 1 else 'files'}"
