"""What is true of a simulated session, as one JSON document for acceptance tests.

It never lies in the session's folder: whoever ships that folder must not find the answers there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from emfair.model.canonical import sha256_file
from emfair.simulate.acquisition import Acquisition
from emfair.simulate.formats import FORMATS
from emfair.simulate.mess import Mess
from emfair.simulate.sessions import Session

PREPARED = timedelta(days=2)
"""How long before the session its sample was made."""


@dataclass(frozen=True)
class Written:
    """An acquisition and its files; or, without one, mess."""

    session: str
    acquisition: Acquisition
    format: str
    paths: tuple[Path, ...]
    mess: tuple[Mess, ...]
    seconds: float

    @property
    def primary(self) -> Path:
        """The file that a reader is given; the others are its companions."""
        return next(one for one in self.paths if one.suffix == FORMATS[self.format].suffix)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(one.stat().st_size for path in self.paths for one in _files(path))


def told(acquisition: Acquisition, layout: str) -> dict[str, float | str]:
    """Return the values that the file itself tells."""
    keys = FORMATS[layout].told
    return {key: value for key, value in acquisition.values.items() if key in keys}


def about(one: Written, root: Path) -> dict[str, Any]:
    """Return what is true of one acquisition; paths are relative to the session's root."""
    true = one.acquisition
    return {
        "session": one.session,
        "files": {
            str(path.relative_to(root)): sha256_file(path)
            for place in one.paths
            for path in sorted(_files(place))
        },
        "primary": str(one.primary.relative_to(root)),
        "reader": FORMATS[one.format].reader,
        "technique": true.technique,
        "start_time": true.start.isoformat(),
        "end_time": true.end.isoformat(),
        "shape": list(true.shape),
        "dtype": true.dtype.name,
        "axes": [
            {"name": axis.name, "unit": axis.unit, "scale": axis.scale, "offset": axis.offset}
            for axis in true.axes
        ],
        "elements": list(true.elements),
        "operator": true.operator,
        "told": told(true, one.format),
        "values": dict(true.values),
        "physics": dict(true.physics),
        "mess": [
            {
                "kind": mess.kind,
                "files": [str(path.relative_to(root)) for path in mess.files],
                "rule": mess.rule,
            }
            for mess in one.mess
        ],
    }


def form(session: Session, done: Sequence[Written]) -> dict[str, Any]:
    """Return the form that a person would fill in for a session, as `emfair convert` takes it.

    With the begin of each file: most layouts tell no time zone. Not of folders that are files
    (``.zspy``), which a form has no name for.
    """
    start = min(one.acquisition.start for one in done)
    return {
        "start_time": start.isoformat(),
        "end_time": max(one.acquisition.end for one in done).isoformat(),
        "sample": {
            **session.sample.model_dump(mode="json", exclude_none=True),
            "preparation_date": (start - PREPARED).isoformat(),
            "is_simulation": True,
        },
        "instrument": {
            "vendor": "emfair",
            "model": "synthetic microscope",
            "name": session.microscope.name,
            "serial_number": session.microscope.serial_number,
        },
        "user": {"name": session.microscope.operator},
        "files": {
            one.primary.name: {"start_time": one.acquisition.start.isoformat()}
            for one in done
            if one.primary.is_file()
        },
    }


def _files(path: Path) -> list[Path]:
    return [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]
