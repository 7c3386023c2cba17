"""What an EMPAD detector's description tells of the raw file beside it.

As RosettaSciIO's reader takes it. What does not belong here: axes and tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

FRAME = 130 * 128 * 4
"""Bytes of a frame: 128 × 128 float32, and two lines more."""


@dataclass(frozen=True)
class Description:
    """The raw file's name, and how many frames it holds; 0 if that is not told."""

    raw: str
    frames: int


def description_of(path: Path) -> Description | None:
    """Return what is described; None if the file names no raw file."""
    try:
        root = ET.parse(path).getroot()  # noqa: S314  as its reader will
    except (ET.ParseError, ValueError, LookupError):
        return None  # its reader says how it is damaged
    element = root.find("raw_file")
    if element is None:
        return None
    raw = element.get("filename") or (element.findtext("filename") or "").strip()
    return Description(raw, _frames(root, raw)) if raw else None


def _frames(root: ET.Element, raw: str) -> int:
    series = root.findtext("scan_parameters/series_count")
    if series is not None:
        return _count(series)
    sides = [root.findtext(name) for name in ("pix_x", "pix_y")]
    if None not in sides:
        return _count(sides[0]) * _count(sides[1])
    named = re.match(r"scan_.*x(\d+)_y(\d+)\.", raw)
    return int(named[1]) * int(named[2]) if named else 0


def _count(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isdecimal() else 0
