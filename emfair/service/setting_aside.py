"""Files of an experiment that people set aside, and take back: one damaged file spoils no session.

It is said in the annotations (`files.NAME.set_aside`): so it has versions, who said it and why, and
stands in the lake; and what is said anew is processed anew. The raw file stays where it is, and in
the manifest. What does not belong here: what the chain makes of it (`emfair.nxem.aside`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from emfair.errors import NotFound
from emfair.model.annotations import Annotations, FileNotes, name_in
from emfair.nxem.annotations import parse_annotations
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.annotation_check import files_of
from emfair.service.annotations import annotate, current
from emfair.service.documents import annotations_of
from emfair.service.naming import names
from emfair.service.services import Services


@dataclass(frozen=True)
class Aside:
    """A file that is set aside: why, by whom, and when.

    `name` is theirs, empty if they have no card.
    """

    file: str
    because: str
    by: str
    name: str
    at: datetime


def files_aside(services: Services, row: ExperimentRow) -> tuple[Aside, ...]:
    """Return what is set aside, by name. Raises `BadData` if a document of it is damaged."""
    rows = services.registry.annotations.versions(row.id)
    now = annotations_of(rows[0]) if rows else Annotations()
    if not any(said.set_aside for said in now.files.values()):
        return ()
    since = {name: rows[0] for name in files_of(services, row) if now.why_aside(name)}
    still = set(since)
    for version in rows[1:]:
        notes = annotations_of(version)
        still = {name for name in still if notes.why_aside(name) == now.why_aside(name)}
        since |= dict.fromkeys(still, version)
    called = names(services, {version.author for version in since.values()})
    return tuple(
        Aside(
            name,
            now.why_aside(name),
            since[name].author,
            called.get(since[name].author, ""),
            since[name].created_at,
        )
        for name in sorted(since)
    )


def set_aside(
    access: Access, experiment: str, files: Sequence[str], *, because: str, expected_version: int
) -> ExperimentRow:
    """Set files aside; an experiment that is sealed is processed anew, without them.

    Parameters
    ----------
    files
        Named as in the manifest; of a format that is a folder, the folder.
    expected_version
        Of the annotations, which the person has seen.

    Raises
    ------
    NotFound
        There is no such file.
    BadAnnotations
        `because` is empty, or no text that can be kept.
    Outdated, Conflict
        As `emfair.service.annotations.annotate`.
    """
    said = parse_annotations({"files": {"it": {"set_aside": because}}}, experiment)
    why = said.files["it"].set_aside
    reason = f"{_counted(files)} set aside: {why}"
    return _say(access, experiment, files, why, reason, expected_version)


def take_back(
    access: Access, experiment: str, files: Sequence[str], *, expected_version: int
) -> ExperimentRow:
    """Have files converted again; one that is not set aside stays as it is.

    Raises as `set_aside`.
    """
    reason = f"{_counted(files)} taken back"
    return _say(access, experiment, files, None, reason, expected_version)


def _counted(files: Sequence[str]) -> str:
    return f"{files[0]} is" if len(files) == 1 else f"{len(files):,} files are"


def _say(
    access: Access,
    experiment: str,
    files: Sequence[str],
    because: str | None,
    reason: str,
    version: int,
) -> ExperimentRow:
    services = access.services
    row = services.registry.experiments.get(experiment)
    known = files_of(services, row)
    for lost in sorted({*files} - {*known}):
        raise NotFound(
            f"there is no such file in {experiment}.",
            subject=lost,
            remedy="Name it as its manifest does.",
        )
    notes, _ = current(services, experiment)
    for file in files:
        notes = _with(notes, file, because, known)
    return annotate(access, experiment, notes, expected_version=version, reason=reason)


def _with(notes: Annotations, file: str, because: str | None, known: Iterable[str]) -> Annotations:
    """Return notes that say why this one file is set aside, or that it is not."""
    said = dict(notes.files)
    key = notes.key_about(file)
    beside = [name for name in known if key and f"/{name}".endswith(f"/{key.lstrip('/')}")]
    together = [name for name in beside if notes.key_about(name) == key]
    if len(together) > 1:  # what is said of several is said of each from now on
        shared = said.pop(key)
        said |= {name_in(name, known): shared for name in together}
    own = key if len(together) == 1 else name_in(file, known)
    told = said.get(own, FileNotes()).model_copy(update={"set_aside": because})
    said[own] = told
    if told == FileNotes():
        del said[own]
    return notes.model_copy(update={"files": said})
