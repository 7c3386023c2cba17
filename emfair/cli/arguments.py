"""Arguments that several commands share, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from emfair.model.annotations import Annotations
    from emfair.service.services import Services
    from emfair.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Files = Annotated[list[Path], typer.Argument(help="Files, or folders with files.")]
AnnotationFile = Annotated[
    Path | None,
    typer.Option("--annotations", "-a", help="YAML: what no file carries (see README)."),
]


def settings() -> Settings:
    """Return this process' settings, read once."""
    from emfair.settings import read_settings

    return read_settings()


@contextmanager
def services() -> Iterator[Services]:
    """Open the stores that the settings name."""
    from emfair.service.services import open_services

    with open_services(settings()) as opened:
        yield opened


def read_notes(path: Path | None) -> Annotations:
    """Read the annotation file, if one is given. Raises `BadAnnotations`."""
    from emfair.model.annotations import Annotations
    from emfair.nxem.annotations import read_annotations

    return Annotations() if path is None else read_annotations(path)
