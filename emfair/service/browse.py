"""What the faces show: lists of experiments, and one experiment's page.

Reads only, and answers with values. What does not belong here: HTTP, HTML, who may see what, files
to take away (`downloads`), and answers to SQL (`questions`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel

from emfair.errors import BadData
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.model.documents import ContainerReport, Conversion, Measurement, Validation
from emfair.model.findings import Finding, Verdict
from emfair.model.manifest import Manifest, Place, Titles
from emfair.model.states import ExperimentState
from emfair.provenance.record import ProvenanceRecord
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.documents import shown, shown_manifest
from emfair.service.naming import names, places
from emfair.service.pages import PAGE, check_limit
from emfair.service.services import Services

_Document = TypeVar("_Document", bound=BaseModel)


@dataclass(frozen=True)
class ExperimentList:
    """One page of experiments, newest first.

    `next` is the cursor of the page after it; `names` are the depositors', by subject; `places` is
    where they hang, in titles, by identifier.
    """

    rows: tuple[ExperimentRow, ...]
    next: str | None
    names: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True)
class Damage:
    """A document that cannot be read: of which kind it is, and what is told of it."""

    kind: type[BaseModel]
    error: BadData


@dataclass(frozen=True)
class ExperimentPage:
    """All there is to say of one experiment.

    `depositor` is their name, empty if they have no card.
    `manifest`, `conversion` and `validation` are None until the chain has come so far, and where
    they are `damaged`.
    """

    row: ExperimentRow
    titles: Titles
    folder: str
    depositor: str
    manifest: Manifest | None
    conversion: Conversion | None
    validation: Validation | None
    records: tuple[ProvenanceRecord, ...]
    damaged: tuple[Damage, ...] = ()

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
        report = self._reports.get(measurement.container_sha256)
        return report.verdict if report else None

    def damage(self, *kinds: type[BaseModel]) -> BadData | None:
        """Return what is told of the first document of these kinds that cannot be read."""
        return next((one.error for one in self.damaged if one.kind in kinds), None)

    @cached_property
    def _reports(self) -> dict[str, ContainerReport]:
        containers = self.validation.containers if self.validation else ()
        return {report.container_sha256: report for report in reversed(containers)}


def experiments(
    access: Access,
    *,
    state: ExperimentState | None = None,
    project: str | None = None,
    proposal: str | None = None,
    sample: str | None = None,
    instrument: str | None = None,
    depositor: str | None = None,
    reason: str | None = None,
    text: str = "",
    limit: int = PAGE,
    after: str | None = None,
) -> ExperimentList:
    """Return a page of the experiments that someone may see, newest first.

    Parameters
    ----------
    state, project, proposal, sample, instrument, depositor
        Only experiments of this one; identifiers, and a subject.
    reason
        Only what is in its state for this reason, word for word.
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
        `after` is no cursor, or what they may not see.
    """
    if after is not None:
        access.experiment_seen(after)
    check_limit(limit)
    rows = access.services.registry.experiments.list(
        state=state,
        project=project,
        proposal=proposal,
        sample=sample,
        instrument=instrument,
        depositor=depositor,
        reason=reason,
        text=text,
        visible=access.sight(Action.READ_EXPERIMENT),
        limit=limit + 1,
        after=after,
    )
    return ExperimentList(
        rows[:limit],
        rows[limit - 1].id if len(rows) > limit else None,
        names(access.services, (row.depositor for row in rows[:limit])),
        places(access.services, rows[:limit]),
    )


def projects(access: Access) -> Mapping[str, str]:
    """Return the projects in which they may see experiments: titles by identifier, by title."""
    sight = access.sight(Action.READ_EXPERIMENT)
    return access.services.registry.standings.projects(visible=sight)


def experiment(services: Services, row: ExperimentRow) -> ExperimentPage:
    """Return one experiment's page. Raises `BadData` if a document of it is damaged."""
    page = readable(services, row)
    for one in page.damaged:
        raise one.error
    return page


def readable(services: Services, row: ExperimentRow) -> ExperimentPage:
    """Return what can be read of one experiment's page, and what is damaged."""
    place, titles = services.registry.experiments.place(row.id)
    reader = _Reader(services)
    manifest = reader.manifest(place, row.manifest_version)
    records = [reader.document(ProvenanceRecord, key) for key in record_keys(services, place)]
    return ExperimentPage(
        row=row,
        titles=titles,
        folder=services.lake.locate(layout.experiment_prefix(place)),
        depositor=names(services, [row.depositor]).get(row.depositor, ""),
        manifest=manifest,
        conversion=reader.document(Conversion, layout.conversion(place)),
        validation=reader.document(Validation, layout.report(place, "json")),
        records=tuple(filter(None, records)),
        damaged=tuple(reader.damaged),
    )


class _Reader:
    """Reads documents for people to look at, and keeps in mind which of them are `damaged`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.damaged: list[Damage] = []

    def document(self, kind: type[_Document], key: str) -> _Document | None:
        """Return a document; None if it is not there, or damaged."""
        return self._or_damage(kind, lambda: shown(self._services, kind, key))

    def manifest(self, place: Place, version: int | None) -> Manifest | None:
        """Return a version of the manifest; None if there is none yet, or it is damaged or gone."""
        if version is None:
            return None
        return self._or_damage(Manifest, lambda: shown_manifest(self._services, place, version))

    def _or_damage(
        self, kind: type[_Document], look: Callable[[], _Document | None]
    ) -> _Document | None:
        try:
            return look()
        except BadData as error:
            self.damaged.append(Damage(kind, error))
            return None


def record_keys(services: Services, place: Place) -> list[str]:
    """Return the keys of the provenance records, oldest first: their names begin with the time."""
    folder = layout.provenance(place, "").removesuffix(".json")
    return [one.key for one in services.lake.list(folder)]
