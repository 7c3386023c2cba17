"""Arguments that several commands share, and how they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from emfair.model.annotations import Annotations
    from emfair.service.services import Services
    from emfair.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables, for scripts.")]
Files = Annotated[
    list[str], typer.Argument(help="Files, folders with files, or patterns ('**/*.dm4').")
]
AnnotationFile = Annotated[
    Path | None,
    typer.Option(
        "--annotations",
        "-a",
        help="A YAML file with what no vendor file carries: sample, start, instrument …",
    ),
]


def named(files: list[str]) -> list[Path]:
    """Return the paths that are named, patterns expanded where the shell has not done so.

    A path that is named twice, as overlapping patterns do, is meant once.

    Raises
    ------
    BadCall
        A pattern fits no file, or a name is empty: an unset ``"$DIR"`` would be the current folder.
    """
    from emfair.client.collect import printable
    from emfair.errors import BadCall

    if not all(files):
        raise BadCall(
            "one of the paths is empty.",
            remedy="Is a variable of your script unset? The current folder is called `.`.",
        )
    paths: list[Path] = []
    for name in files:
        if not {"*", "?"} & set(name) or os.path.lexists(name):
            paths.append(Path(name))
        elif found := _fitting(name):
            paths += found
        else:
            raise BadCall(
                "no file fits this pattern.",
                subject=printable(Path(name)),
                remedy="Check it, and the folder.",
            )
    once: dict[Path, Path] = {}
    for path in paths:
        once.setdefault(path.absolute(), path)
    return list(once.values())


def _fitting(pattern: str) -> list[Path]:
    """Return what fits a pattern of ``*``, ``?`` and ``**``; a format that is a folder as a whole.

    Of ``**``, which goes into folders itself, the files alone: their folders would name them again.
    """
    from emfair.vendor.bundles import STORES

    whole = Path(pattern.replace("[", "[[]") + ("/*" if pattern.endswith("**") else ""))
    base = Path(whole.anchor)  # pathlib's globs follow no link into a folder, and so end
    found = sorted(base.glob(str(whole.relative_to(base))))
    if "**" not in pattern:
        return found
    outside = [one for one in found if not any(up.suffix in STORES for up in one.parents)]
    return [one for one in outside if one.is_file() or one.suffix in STORES]


def settings() -> Settings:
    """Return this process' settings, read once."""
    from emfair.settings import read_settings

    return read_settings()


@contextmanager
def services(*, only_read: bool = False) -> Iterator[Services]:
    """Open the stores that the settings name; whoever only reads makes no new home on the way.

    Raises `NotFound` where there are none to read.
    """
    from emfair.errors import NotFound
    from emfair.service.services import open_services

    read = settings()
    if only_read and not (read.lake_url or read.registry_url or read.home.exists()):
        raise NotFound(
            "there is no emfair here.",
            subject=str(read.home),
            remedy="Go to the folder that holds it, or name it in EMFAIR_HOME.",
        )
    with open_services(read) as opened:
        yield opened


def read_notes(path: Path | None) -> Annotations:
    """Read the annotation file, if one is given. Raises `BadAnnotations`."""
    from emfair.model.annotations import Annotations
    from emfair.nxem.annotations import read_annotations

    return Annotations() if path is None else read_annotations(path)
