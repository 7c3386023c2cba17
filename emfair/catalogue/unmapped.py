"""Which vendor tags are worth mapping next: across the whole index, in one question.

Tags that only say how a file is laid out are no candidates: ``structural.yaml`` lists them. What
does not belong here: what a tag's row says (`emfair.nxem.tag_report`), and the tables that map tags
(`emfair.vendor.table`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from importlib.resources import files

import yaml

from emfair.catalogue.delta import Index
from emfair.catalogue.query import ask
from emfair.errors import NotFound
from emfair.vendor.plugins import plugins

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
    """Return the tags most worth mapping next: of one format, or the best of each in turn.

    Parameters
    ----------
    reader
        RosettaSciIO's name of the format, whatever the case; empty for all formats.

    Raises
    ------
    NotFound
        There is no such format.
    Unavailable
        The store is sick.
    BadData
        The index's files are damaged.
    """
    wanted = _known(reader) if reader else ""
    found = [Unmapped(*row) for row in ask(index, UNMAPPED).rows]
    kept = [one for one in found if not is_structural(one.reader, one.tag)]
    if wanted:
        return [one for one in kept if one.reader == wanted][:limit]
    return _in_turn(kept)[:limit]


def is_structural(reader: str, tag: str) -> bool:
    """Whether a tag says how a file of this format is laid out or shown, not what was measured."""
    return any(fits.match(tag) for fits in _structural(reader))


@cache
def _structural(reader: str) -> tuple[re.Pattern[str], ...]:
    text = files("emfair.catalogue").joinpath("structural.yaml").read_text("utf-8")
    listed: dict[str, list[str]] = yaml.load(text, yaml.CSafeLoader)
    patterns = (*listed["any"], *listed.get(reader, ()))
    return tuple(re.compile(translate(pattern), re.IGNORECASE) for pattern in patterns)


def _known(reader: str) -> str:
    """Return the format's own name. Raises `NotFound`."""
    names = {name.casefold(): name for name in plugins()}
    if reader.casefold() not in names:
        raise NotFound(
            "there is no such format.",
            subject=reader,
            remedy=f"Formats are: {', '.join(sorted(names.values(), key=str.casefold))}.",
        )
    return names[reader.casefold()]


def _in_turn(found: Iterable[Unmapped]) -> list[Unmapped]:
    """Put the first of each format before the second of any: one format would fill the screen."""
    seen: Counter[str] = Counter()
    ranked = []
    for one in found:
        ranked.append((seen[one.reader], one))
        seen[one.reader] += 1
    return [one for _, one in sorted(ranked, key=lambda pair: pair[0])]
