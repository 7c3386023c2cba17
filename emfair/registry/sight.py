"""What someone may see in a list, as conditions of a query.

Who that is and why, `emfair.identity` decides; its `Reach` is a `Sight`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, Table, and_, false, not_, or_, true

from emfair.registry.tables import experiment


class Sight(Protocol):
    """The bounds of someone's lists; what any of them lets in is in."""

    @property
    def projects(self) -> frozenset[str] | None:
        """In which they see what is not restricted; None for all."""

    @property
    def restricted(self) -> frozenset[str] | None:
        """In which they see what is restricted, too; None for all."""

    @property
    def own(self) -> str | None:
        """Their subject, if they see what they made or deposited themselves wherever it is."""

    @property
    def experiments(self) -> frozenset[str]:
        """What a referee link shows besides, unless it is restricted."""


@dataclass(frozen=True)
class _Bounds:
    projects: frozenset[str] | None = None
    restricted: frozenset[str] | None = None
    own: str | None = None
    experiments: frozenset[str] = frozenset()


EVERYTHING: Sight = _Bounds()
"""No bounds: for emfair itself."""


def within(sight: Sight, project: str | None) -> Sight:
    """Return what `sight` lets in of one project; with None all of it.

    The query says so already, but a database does not see that someone who has no part in a large
    project finds hardly anything there, and looks at each of its experiments.
    """
    if project is None:
        return sight
    return _Bounds(
        projects=_only(sight.projects, project),
        restricted=_only(sight.restricted, project),
        own=sight.own,
        experiments=sight.experiments,
    )


def _only(projects: frozenset[str] | None, project: str) -> frozenset[str] | None:
    return None if projects is None else projects & {project}


def seen_experiments(sight: Sight) -> ColumnElement[bool]:
    """Return the condition on rows of `experiment`."""
    if sight.projects is None and sight.restricted is None:
        return true()
    table = experiment.c
    plain = not_(table.restricted)
    ways = [
        and_(plain, _within(table.project, sight.projects)),
        _within(table.project, sight.restricted),
    ]
    if sight.own is not None:
        ways.append(table.depositor == sight.own)
    if sight.experiments:
        ways.append(and_(table.id.in_(sorted(sight.experiments)), plain))
    return or_(*ways)


def seen_cards(sight: Sight, table: Table) -> ColumnElement[bool]:
    """Return the condition on projects, or on what lies in them."""
    if sight.projects is None:
        return true()
    project = table.c.project if "project" in table.c else table.c.id
    seen = _within(project, sight.projects)
    return seen if sight.own is None else or_(seen, table.c.owner == sight.own)


def _within(column: ColumnElement[str], projects: frozenset[str] | None) -> ColumnElement[bool]:
    if projects is None:
        return true()
    return column.in_(sorted(projects)) if projects else false()
