"""What RosettaSciIO leaves out of an MRC file: FEI's newer extended headers, SerialEM's ``.mdoc``.

Only what stands at the first picture and for the whole file; bounded, whatever the header claims.
What does not belong here: what a tag means (``tables/mrc_fei_extended.yaml``, ``mrc_mdoc.yaml``).

Sources: the FEI1 and FEI2 records are laid out as in Thermo Fisher's MRC2014 specification; the
``.mdoc`` as in SerialEM's help, "Image metadata (.mdoc) file".
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

_HEADER = 1024
_MDOC_LIMIT = 1 << 16
_TYPES = {b"FEI1", b"FEI2"}
_RECORD = np.dtype(
    {
        "names": [
            "Metadata size", "Metadata version", "Microscope type", "D-Number", "Application",
            "Application version", "HT", "Dose", "Alpha tilt", "Beta tilt", "X-Stage", "Y-Stage",
            "Z-Stage", "Tilt axis angle", "Pixel size X", "Pixel size Y", "Defocus",
            "Applied defocus", "Instrument mode", "Projection mode", "Magnification",
            "Camera length", "Convergence angle", "Integration time", "Camera name",
        ],
        "formats": [
            "<i4", "<i4", "S16", "S16", "S16", "S16", *["<f8"] * 8, "<f8", "<f8", "<f8", "<f8",
            "<i4", "<i4", "<f8", "<f8", "<f8", "<f8", "S16",
        ],
        "offsets": [
            0, 4, 20, 36, 52, 68, 84, 92, 100, 108, 116, 124, 132, 140, 156, 164, 220, 236, 244,
            248, 289, 301, 329, 419, 435,
        ],
        "itemsize": 768,
    }
)  # fmt: skip


def more_tags(path: Path) -> dict[str, Any]:
    """Return what stands in an MRC file's extended header and in the ``.mdoc`` beside it.

    Empty branches are left out; a damaged header or file gives none.
    """
    found = {"fei_extended": _fei_extended(path), "mdoc": _mdoc(path)}
    return {name: branch for name, branch in found.items() if branch}


def _fei_extended(path: Path) -> dict[str, Any]:
    """Return the first record of an FEI1 or FEI2 header; texts without their padding."""
    with path.open("rb") as stream:
        head = stream.read(_HEADER + _RECORD.itemsize)
    size = int.from_bytes(head[92:96], "little", signed=True)
    whole = len(head) == _HEADER + _RECORD.itemsize
    if head[104:108] not in _TYPES or size < _RECORD.itemsize or not whole:
        return {}
    record = np.frombuffer(head, _RECORD, count=1, offset=_HEADER)[0]
    if record["Metadata size"] < _RECORD.itemsize:
        return {}
    return {name: _plain(record[name]) for name in _RECORD.names or ()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.split(b"\0")[0].decode("latin-1").strip()
    return value.item()


def _mdoc(path: Path) -> dict[str, Any]:
    """Return the lines for the whole file, and those of the first section under ``first``."""
    for beside in (path.with_name(f"{path.name}.mdoc"), path.with_suffix(".mdoc")):
        if beside.is_file():
            with beside.open("rb") as stream:
                return _sections(stream.read(_MDOC_LIMIT).decode("utf-8", "replace"))
    return {}


def _sections(text: str) -> dict[str, Any]:
    tags: dict[str, Any] = {}
    branch = tags
    for line in text.splitlines():
        if re.fullmatch(r"\s*\[(ZValue|FrameSet|MontSection)\s*=.*\]\s*", line):
            if branch is not tags:
                break
            branch = tags["first"] = {}
        name, equals, value = line.partition("=")
        if equals and not name.lstrip().startswith("["):
            branch[name.strip()] = _listed(value.strip())
    return tags


def _listed(value: str) -> str | list[str]:
    """Return a value, or its parts if it is several numbers (``12.5 -340.1``)."""
    parts = value.split()
    several = len(parts) > 1 and all(re.fullmatch(r"[+-]?[\d.]+(?:e[+-]?\d+)?", p) for p in parts)
    return parts if several else value
