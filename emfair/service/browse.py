"""What the faces show: lists of experiments, one experiment's page, its files, answers to SQL.

Reads only, and answers with values. What does not belong here: HTTP, HTML, and who may see what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError

from emfair.errors import BadCall, BadData, BadQuery, NotFound
from emfair.lake import layout
from emfair.model.documents import Conversion, Measurement, Validation
from emfair.model.findings import Finding, Verdict
from emfair.model.identifiers import check_identifier
from emfair.model.manifest import Manifest, Place, Titles
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.registry import ExperimentRow
from emfair.service.deposits import read_manifest
from emfair.service.services import Services

if TYPE_CHECKING:
    from emfair.catalogue.query import Answer, Description

PAGE = 50
PAGE_LIMIT = 500
CONTAINER_TYPE = "application/x-hdf5"
_BATCH = 500  # rows read at once where a text filter leaves out most of them

_Document = TypeVar("_Document", bound=BaseModel)


@dataclass(frozen=True)
class ExperimentList:
    """One page of experiments, newest first; `next` is the cursor of the page after it."""

    rows: tuple[ExperimentRow, ...]
    next: str | None


@dataclass(frozen=True)
class ExperimentPage:
    """All there is to say of one experiment.

    `manifest`, `conversion` and `validation` are None until the chain has come so far.
    """

    row: ExperimentRow
    titles: Titles
    folder: str
    manifest: Manifest | None
    conversion: Conversion | None
    validation: Validation | None
    records: tuple[ProvenanceRecord, ...]

    @property
    def place(self) -> Place:
        """Where it hangs."""
        return self.row.place

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is not as it should be, most severe first."""
        return self.validation.findings if self.validation else ()

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """What was converted, in the order of the files."""
        return self.conversion.measurements if self.conversion else ()

    def verdict(self, measurement: Measurement) -> Verdict | None:
        """Return what a measurement's container is worth; None until this container is judged."""
        for report in self.validation.containers if self.validation else ():
            if report.container_sha256 == measurement.container_sha256:
                return report.verdict
        return None


@dataclass(frozen=True)
class Download:
    """An object on its way to a person: streamed, never read whole.

    `sha256` is what the manifest or the conversion promises.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]


def experiments(
    services: Services,
    *,
    state: ExperimentState | None = None,
    project: str | None = None,
    text: str = "",
    limit: int = PAGE,
    after: str | None = None,
) -> ExperimentList:
    """Return a page of experiments, newest first.

    Parameters
    ----------
    text
        Words that must all occur in title, identifier, project, proposal, sample or depositor;
        letter case is ignored.
    limit
        1 to 500.
    after
        `ExperimentList.next` of the page before.

    Raises
    ------
    BadCall
        `limit` is out of bounds.
    NotFound
        `after` is no cursor.
    """
    if not 1 <= limit <= PAGE_LIMIT:
        raise BadCall(
            f"must lie between 1 and {PAGE_LIMIT}.", subject="limit", remedy="Ask page by page."
        )
    words = text.casefold().split()
    batch = _BATCH if words else limit + 1
    found: list[ExperimentRow] = []
    for row in _all(services, state, project, after, batch):
        if all(word in _searched(row) for word in words):
            found.append(row)
        if len(found) > limit:
            return ExperimentList(tuple(found[:limit]), found[limit - 1].id)
    return ExperimentList(tuple(found), None)


def counts(services: Services) -> dict[ExperimentState, int]:
    """Return how many experiments each state has, zeros included."""
    return services.registry.experiments.count_by_state()


def experiment(services: Services, identifier: str) -> ExperimentPage:
    """Return one experiment's page.

    Raises
    ------
    BadName
        `identifier` is none.
    NotFound
        There is no such experiment.
    """
    row = services.registry.experiments.get(check_identifier(identifier))
    place, titles = services.registry.experiments.place(row.id)
    return ExperimentPage(
        row=row,
        titles=titles,
        folder=services.lake.locate(layout.experiment_prefix(place)),
        manifest=_manifest(services, row),
        conversion=_document(services, Conversion, layout.conversion(place)),
        validation=_document(services, Validation, layout.report(place, "json")),
        records=_records(services, place),
    )


def report(services: Services, identifier: str) -> str:
    """Return the validation report as an HTML page. Raises `NotFound`."""
    return _text(services, identifier, lambda place: layout.report(place, "html"))


def readme(services: Services, identifier: str) -> str:
    """Return the experiment's README, Markdown. Raises `NotFound`."""
    return _text(services, identifier, lambda place: layout.readme(layout.experiment_prefix(place)))


def preview(services: Services, identifier: str, measurement: str = "") -> bytes:
    """Return a measurement's picture, PNG; without a name the first one's. Raises `NotFound`."""
    place = _place(services, identifier)
    chosen = _measurement(services, place, measurement)
    return services.lake.read_bytes(layout.preview(place, chosen.measurement))


def raw_file(services: Services, identifier: str, path: str) -> Download:
    """Return a deposited file, by its given name or its path in the lake. Raises `NotFound`."""
    row = services.registry.experiments.get(check_identifier(identifier))
    manifest = _manifest(services, row)
    for file in manifest.files if manifest else ():
        if path in (file.name, file.path):
            key = layout.raw_file(row.place, file.path)
            name = PurePosixPath(file.name).name
            return _download(services, key, name, "application/octet-stream", file.sha256)
    raise NotFound(
        f"no such file in {identifier}.",
        subject=repr(path),
        remedy="Take the name from the experiment's list of files.",
    )


def container(services: Services, identifier: str, measurement: str) -> Download:
    """Return a measurement's NXem container. Raises `NotFound`."""
    place = _place(services, identifier)
    one = _measurement(services, place, check_identifier(measurement))
    key = layout.container(place, one.measurement)
    name = f"{one.measurement}.nxs"
    return _download(services, key, name, CONTAINER_TYPE, one.container_sha256)


def query(services: Services, sql: str, *, limit: int) -> Answer:
    """Answer SQL over the index; at most `limit` rows. Raises `BadQuery`."""
    from emfair.catalogue.query import ask

    return ask(services.index, sql, limit=limit)


def rows(answer: Answer) -> list[tuple[Any, ...]]:
    """Return an answer's rows as Python values. Raises `BadQuery` for dates Python cannot hold."""
    try:
        return answer.rows
    except (OverflowError, ValueError) as error:
        raise BadQuery(
            "the answer holds a time that lies outside the years 1 to 9999.",
            remedy="Turn it into text: CAST(… AS VARCHAR).",
        ) from error


def tables() -> tuple[Description, ...]:
    """Return the tables that SQL can ask, with their columns and what they hold."""
    from emfair.catalogue.query import describe

    return describe()


def _all(
    services: Services,
    state: ExperimentState | None,
    project: str | None,
    after: str | None,
    batch: int,
) -> Iterator[ExperimentRow]:
    while True:
        rows = services.registry.experiments.list(
            state=state, project=project, limit=batch, after=after
        )
        yield from rows
        if len(rows) < batch:
            return
        after = rows[-1].id


def _searched(row: ExperimentRow) -> str:
    words = (row.title, row.id, row.project, row.proposal, row.sample, row.depositor)
    return " ".join(words).casefold()


def _place(services: Services, identifier: str) -> Place:
    return services.registry.experiments.get(check_identifier(identifier)).place


def _manifest(services: Services, row: ExperimentRow) -> Manifest | None:
    if row.manifest_version is None:
        return None
    return read_manifest(services, row.place, row.manifest_version)


def _document(services: Services, kind: type[_Document], key: str) -> _Document | None:
    try:
        return _parsed(services, kind, key)
    except NotFound:
        return None


def _parsed(services: Services, kind: type[_Document], key: str) -> _Document:
    try:
        return kind.model_validate_json(services.lake.read_bytes(key))
    except ValidationError as error:
        raise BadData(
            f"is no {kind.__name__.lower()} document of this emfair.",
            subject=key,
            remedy="Process the experiment again; if it stays, restore the lake from a backup.",
        ) from error


def _records(services: Services, place: Place) -> tuple[ProvenanceRecord, ...]:
    """Return the provenance records, oldest first (their names begin with the time)."""
    folder = layout.provenance(place, "").removesuffix(".json")
    return tuple(_parsed(services, ProvenanceRecord, one.key) for one in services.lake.list(folder))


def _measurement(services: Services, place: Place, name: str) -> Measurement:
    conversion = _document(services, Conversion, layout.conversion(place))
    for one in conversion.measurements if conversion else ():
        if name in ("", one.measurement):
            return one
    raise NotFound(
        f"no such measurement in {place.experiment}.",
        subject=name,
        remedy="Wait until the experiment is processed, or take a name from its measurements.",
    )


def _text(services: Services, identifier: str, key: Callable[[Place], str]) -> str:
    place = _place(services, identifier)
    try:
        return services.lake.read_bytes(key(place)).decode()
    except NotFound as error:
        raise NotFound(
            "has not been written yet.",
            subject=PurePosixPath(key(place)).name,
            remedy=f"Wait until the chain has processed {identifier}.",
        ) from error


def _download(services: Services, key: str, name: str, media_type: str, sha256: str) -> Download:
    info = services.lake.info(key)
    if info is None:
        raise NotFound(
            "the lake does not hold this object any more.",
            subject=key,
            remedy="Ask whoever runs the lake to restore it from the backup.",
        )
    return Download(name, media_type, info.size, sha256, lambda: services.lake.open(key))
