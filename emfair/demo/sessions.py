"""The demonstration's sessions: a table, and the folders of files it comes to."""

from __future__ import annotations

import shutil
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from emfair.demo.corpus import unpack
from emfair.errors import NotFound


class Broken(BaseModel):
    """A file made for the occasion: part of a real one, or a text."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: str = Field(default="", alias="from")
    keep: float = Field(default=1.0, ge=0, le=1)
    text: str = ""


class Session(BaseModel):
    """One row of ``sessions.yaml``; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    project: str
    proposal: str
    sample: str
    files: tuple[str, ...]
    broken: dict[str, Broken] = Field(default_factory=dict)
    annotations: dict[str, Any] = Field(default_factory=dict)


def sessions() -> tuple[Session, ...]:
    """Return the table."""
    text = files("emfair.demo").joinpath("sessions.yaml").read_text("utf-8")
    return tuple(Session.model_validate(row) for row in yaml.load(text, yaml.CSafeLoader))


def lay_out(session: Session, corpus: Path, folder: Path) -> list[Path]:
    """Put a session's files into `folder`, as they would lie on a microscope's disk.

    Returns what to deposit: the files and folders directly in it.

    Raises
    ------
    NotFound
        A glob of the table finds nothing: the archive is another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in session.files:
        found = _found(pattern, corpus, folder.parent / f".{folder.name}-unpacked")
        if not found:
            raise NotFound(
                "no file of the archive fits.", subject=pattern, remedy="Mend sessions.yaml."
            )
        for path, name in found:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for name, broken in session.broken.items():
        content = (corpus / broken.source).read_bytes() if broken.source else broken.text.encode()
        (folder / name).write_bytes(content[: round(len(content) * broken.keep)])
    return sorted(folder.iterdir())


def _found(pattern: str, corpus: Path, scratch: Path) -> list[tuple[Path, str]]:
    """Return the files that fit, each with its name in the session's folder."""
    archive, is_archive, member = pattern.partition(".zip!")
    if is_archive:
        inside = unpack(corpus / f"{archive}.zip", scratch / Path(archive).name)
        return [(path, path.name) for path in inside if fnmatch(path.name, member)]
    found = sorted(path for path in corpus.glob(pattern) if path.is_file())
    return [(path, path.name) for path in found]
