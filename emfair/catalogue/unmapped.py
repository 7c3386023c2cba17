"""Which vendor tags are worth mapping next: across the whole index, in one question.

What does not belong here: what a tag's row says (`emfair.nxem.tag_report`), and the tables that map
tags (`emfair.vendor.table`).
"""

from __future__ import annotations

from dataclasses import dataclass

from emfair.catalogue.delta import Index
from emfair.catalogue.query import ask

UNMAPPED = """
SELECT reader, tag,
       count(*) AS experiments,
       sum(measurements)::BIGINT AS measurements,
       bool_or(varies) OR count(DISTINCT example) > 1 AS varies,
       arg_min(example, experiment_id) AS example
FROM tags
GROUP BY reader, tag
HAVING bool_and(mapped_as = '')
ORDER BY varies DESC, experiments DESC, measurements DESC, reader, tag
"""
"""SQL over the index: tags that no table reads, the most worth mapping first.

One that is the same wherever it stands tells nothing apart, so it comes after all that vary.
"""


@dataclass(frozen=True)
class Unmapped:
    """A tag that is kept and not read: where, how often, and what it looks like.

    `varies` is whether it has different values in different measurements.
    """

    reader: str
    tag: str
    experiments: int
    measurements: int
    varies: bool
    example: str


def worth_mapping(index: Index, reader: str = "", limit: int = 50) -> list[Unmapped]:
    """Return the tags most worth mapping next, of one format or of all.

    Raises
    ------
    Unavailable
        The store is sick.
    BadData
        The index's files are damaged.
    """
    found = [Unmapped(*row) for row in ask(index, UNMAPPED).rows]
    wanted = reader.casefold()
    return [one for one in found if wanted in ("", one.reader.casefold())][:limit]
