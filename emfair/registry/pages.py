"""Pages of a list, newest first; the next one begins after the last row of the one before.

By the row's own time and key, never by a number of rows to skip: what is added meanwhile pushes
nothing out of the page or into it twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, tuple_

PAGE_LIMIT = 1000


def newest_first(
    connection: Connection,
    query: Select[Any],
    order: Sequence[ColumnElement[Any]],
    after: Sequence[str] | None,
    limit: int,
) -> Select[Any] | None:
    """Return `query` for one page; None if there is no row with the key `after`.

    Parameters
    ----------
    order
        The column of the time, then those of the key.
    limit
        At most so many rows; never more than 1,000.
    """
    when, *keys = order
    if after is not None:
        same = [key == value for key, value in zip(keys, after, strict=True)]
        time = connection.execute(select(when).where(*same)).scalar_one_or_none()
        if time is None:
            return None
        query = query.where(tuple_(*order) < tuple_(time, *after))
    query = query.order_by(*(column.desc() for column in order))
    return query.limit(min(max(limit, 1), PAGE_LIMIT))
