"""What a person takes away from an experiment: its files, its report and README, its pictures.

What does not belong here: lists and pages (`browse`), ranges of bytes and HTTP (`emfair.api`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from emfair.errors import BadName, NotFound
from emfair.lake import layout
from emfair.lake.keys import check_key
from emfair.model.documents import Conversion, Measurement
from emfair.model.identifiers import check_identifier
from emfair.model.manifest import Place
from emfair.model.paths import lake_path
from emfair.registry import ExperimentRow
from emfair.service.access import check_there
from emfair.service.documents import made
from emfair.service.services import Services

CONTAINER_TYPE = "application/x-hdf5"
BYTES = "application/octet-stream"


@dataclass(frozen=True)
class Download:
    """An object on its way to a person: streamed, never read whole.

    `sha256` is what the manifest or the conversion promises; empty where nothing does. `open`
    returns the bytes from one position up to another.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    open: Callable[[int, int], BinaryIO]


def raw_file(services: Services, row: ExperimentRow, path: str) -> Download:
    """Return a deposited file, by its given name or its path in the lake. Raises `NotFound`."""
    for known in _lake_paths(path):
        if file := services.registry.files.find(row.id, known):
            name = PurePosixPath(file.name).name
            key = layout.raw_file(row.place, file.path)
            return download(services, key, name, BYTES, file.sha256)
    raise NotFound(
        f"no such file in {row.id}.",
        subject=repr(path),
        remedy="Take the name from the experiment's list of files.",
    )


def container(services: Services, row: ExperimentRow, measurement: str) -> Download:
    """Return a measurement's NXem container. Raises `NotFound`."""
    one = _measurement(services, row.place, check_identifier(measurement))
    key = layout.container(row.place, one.measurement)
    name = f"{one.measurement}.nxs"
    return download(services, key, name, CONTAINER_TYPE, one.container_sha256)


def container_key(services: Services, row: ExperimentRow, measurement: str) -> str:
    """Return where a measurement's container lies. Raises `NotFound`."""
    one = _measurement(services, row.place, check_identifier(measurement))
    return layout.container(row.place, one.measurement)


def report(services: Services, row: ExperimentRow) -> str:
    """Return the validation report as an HTML page. Raises `NotFound`."""
    return _text(services, row, lambda place: layout.report(place, "html"))


def readme(services: Services, row: ExperimentRow) -> str:
    """Return the experiment's README, Markdown. Raises `NotFound`."""
    return _text(services, row, lambda place: layout.readme(layout.experiment_prefix(place)))


def preview(services: Services, row: ExperimentRow, measurement: str = "") -> bytes:
    """Return a measurement's picture, PNG; without a name the one that stands for all.

    Raises
    ------
    NotFound, Withdrawn
        There is none, or no longer.
    """
    check_there(row)
    chosen = _measurement(services, row.place, measurement)
    return services.lake.read_bytes(layout.preview(row.place, chosen.measurement))


def _measurement(services: Services, place: Place, name: str) -> Measurement:
    conversion = made(services, Conversion, layout.conversion(place))
    name = name or (conversion.cover if conversion else "")
    for one in conversion.measurements if conversion else ():
        if name in ("", one.measurement):
            return one
    raise NotFound(
        f"no such measurement in {place.experiment}.",
        subject=name,
        remedy="Wait until the experiment is processed, or take a name from its measurements.",
    )


def _text(services: Services, row: ExperimentRow, key: Callable[[Place], str]) -> str:
    try:
        return services.lake.read_bytes(key(row.place)).decode()
    except NotFound as error:
        raise NotFound(
            "has not been written yet.",
            subject=PurePosixPath(key(row.place)).name,
            remedy=f"Wait until the chain has processed {row.id}.",
        ) from error


def download(
    services: Services, key: str, name: str, media_type: str = BYTES, sha256: str = ""
) -> Download:
    """Return an object of the lake under the name that it is saved by. Raises `NotFound`."""
    info = services.lake.info(key)
    if info is None:
        raise NotFound(
            "the lake does not hold this object any more.",
            subject=key,
            remedy="Ask whoever runs the lake to restore it from the backup.",
        )
    return Download(name, media_type, info.size, sha256, partial(services.lake.open, key))


def _lake_paths(path: str) -> Iterator[str]:
    """Yield how a file may stand in the lake that someone calls `path`.

    No name in the lake holds NUL or half a character, and no database is asked for one.
    """
    with suppress(BadName):
        yield check_key(path)
    with suppress(BadName):
        yield lake_path(path)
