"""Questions to the index in SQL: what can be asked, and the answers as the faces show them.

What does not belong here: how a question is run and kept from doing harm (`emfair.catalogue`), and
lists and pages that need no SQL (`browse`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from emfair.errors import BadQuery
from emfair.identity.table import Action
from emfair.model.shown import Shown
from emfair.service.access import Access

if TYPE_CHECKING:
    from emfair.catalogue.query import Answer, Description


def query(access: Access, sql: str, *, limit: int) -> Answer:
    """Answer a person's SQL over the index, within bounds; at most `limit` rows.

    The answer speaks of the experiments that they may see, and of no other. A token that may ask
    needs no other scope for it.

    Raises
    ------
    BadQuery
        The SQL is refused, or takes too long or too much.
    Unavailable
        Too many ask at once.
    """
    return access.services.asker.ask(sql, limit=limit, shown=partial(_shown, access))


def search(access: Access, sql: str, *, limit: int) -> Answer:
    """Answer emfair's own SQL for someone, as `query` does, beside people's long questions."""
    return access.services.searcher.ask(sql, limit=limit, shown=partial(_shown, access))


def _shown(access: Access) -> Shown:
    """Return which experiments someone may see, whatever their token is limited to."""
    holder = access.principal and replace(access.principal, scopes=None)
    sight = replace(access, principal=holder).sight(Action.READ_EXPERIMENT)
    return access.services.registry.experiments.shown(sight)


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
