"""The audit log as people read it: of one project, or all of it.

What does not belong here: writing it, which each change does in its own transaction
(`emfair.registry.audit`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from emfair.identity.policy import Resource
from emfair.identity.table import About, Action
from emfair.model.nouns import ProjectCard
from emfair.registry import AuditRow, CardRow
from emfair.service.access import Access, Granted
from emfair.service.naming import names
from emfair.service.pages import PAGE, check_limit
from emfair.service.services import Services

COLUMNS = ("id", "at", "actor", "actor_name", "action", "subject", "detail")
"""Of deeds as a table."""


@dataclass(frozen=True)
class Which:
    """Only deeds by this actor, of this kind, to this subject; at `since` or later, before `until`.

    What is None does not matter.
    """

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class DeedPage:
    """One page of deeds, newest first; `names` are the actors', `next` the cursor after it."""

    rows: tuple[AuditRow, ...]
    next: int | None
    names: Mapping[str, str]


def of_project(
    reading: Granted[CardRow[ProjectCard]],
    which: Which,
    *,
    limit: int = PAGE,
    after: int | None = None,
) -> DeedPage:
    """Return a page of what was done to a project and to what lies in it.

    Raises `BadCall` if `limit` is out of bounds.
    """
    return _page(reading.access, which, reading.row.id, limit, after)


def everything(
    access: Access, which: Which, *, limit: int = PAGE, after: int | None = None
) -> DeedPage:
    """Return a page of what was done anywhere, to whoever may read it in every project.

    Raises
    ------
    BadCall
        `limit` is out of bounds.
    Unauthenticated, Forbidden
        They may not.
    """
    access.require(Action.READ_AUDIT, Resource(About.PROJECT))
    return _page(access, which, None, limit, after)


def kinds(services: Services) -> tuple[str, ...]:
    """Return the kinds of deeds that there are, to choose from: they tell nothing of anyone."""
    return services.registry.audit.actions()


def as_rows(page: Callable[[int | None], DeedPage], most: int) -> Iterator[tuple[str, ...]]:
    """Yield at most so many deeds as rows of a table, page by page.

    Parameters
    ----------
    page
        Returns the page after a cursor: `of_project` or `everything`, asked for long pages.
    """
    after: int | None = None
    while most > 0:
        found = page(after)
        for row in found.rows[:most]:
            yield (
                str(row.id),
                row.at.isoformat(),
                row.actor,
                found.names.get(row.actor, ""),
                row.action,
                row.subject,
                json.dumps(row.detail, ensure_ascii=False),
            )
        most -= len(found.rows)
        after = found.next
        if after is None:
            return


def _page(
    access: Access, which: Which, project: str | None, limit: int, after: int | None
) -> DeedPage:
    check_limit(limit)
    rows = access.services.registry.audit.list(
        subject=which.subject,
        actor=which.actor,
        action=which.action,
        project=project,
        since=which.since,
        until=which.until,
        limit=limit + 1,
        before=after,
    )
    shown = rows[:limit]
    following = shown[-1].id if len(rows) > limit else None
    return DeedPage(shown, following, names(access.services, (row.actor for row in shown)))
