"""Figures of a lab over time: deposits, bytes, formats, instruments, verdicts, faults.

What the index holds is counted by SQL, under whoever asks: of what they may see, and of no other.
What is sealed and not indexed yet, the registry tells. Times are UTC; a week begins on Monday. What
does not belong here: charts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from operator import attrgetter

from emfair.errors import TooMuch
from emfair.identity.table import Action
from emfair.model.identifiers import check_identifier
from emfair.registry.standings import Unindexed
from emfair.service import questions
from emfair.service.access import Access

WAITING = "not indexed"
"""What stands for the verdict of what the chain has not come to the end with."""
UNNAMED = "not told"
SEVERAL = "several"
"""What people call the instrument of a deposit from more than one."""
NO_INSTRUMENT = (SEVERAL, UNNAMED, WAITING)
_LONGEST_IN_WEEKS = timedelta(weeks=27)
_MOST = 10_000  # rows of all the answers together
_FAULTS = 8

_Row = tuple[datetime | None, str, int, int]
"""Since when, if by interval; name, number, bytes."""


class Unit(StrEnum):
    """How long an interval is."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From `begin` to before `end`, cut into intervals."""

    begin: date
    end: date

    @property
    def unit(self) -> Unit:
        """How it is cut: half a year into weeks, more into months."""
        return Unit.WEEK if self.end - self.begin <= _LONGEST_IN_WEEKS else Unit.MONTH

    def interval(self, day: date) -> date:
        """Return the first day of the interval that `day` lies in.

        >>> Period(date(2026, 1, 1), date(2026, 2, 1)).interval(date(2026, 1, 22)).isoformat()
        '2026-01-19'
        """
        if self.unit is Unit.MONTH:
            return day.replace(day=1)
        return day - timedelta(days=day.weekday())

    def following(self, begin: date) -> date:
        """Return the first day of the interval after the one that begins on `begin`."""
        if self.unit is Unit.WEEK:
            return begin + timedelta(days=7)
        return (begin + timedelta(days=31)).replace(day=1)

    @property
    def intervals(self) -> Iterator[date]:
        """The first days of all its intervals; the first one may begin before it does."""
        day = self.interval(self.begin)
        while day < self.end:
            yield day
            day = self.following(day)


@dataclass(frozen=True)
class IntervalSum:
    """So much of `name` in the interval that begins on `since`."""

    since: date
    name: str
    number: int
    bytes: int = 0


@dataclass(frozen=True)
class PeriodSum:
    """So much of `name` in the whole period."""

    name: str
    number: int
    bytes: int = 0


@dataclass(frozen=True)
class Figures:
    """Figures of one period.

    Attributes
    ----------
    deposits
        Experiments and their bytes, by verdict.
    formats
        What was deposited, and its bytes, by format: files that are read together (a ZSPY's
        thousand chunks, EMI and SER) are one; what holds nothing to measure is not counted.
    instruments
        Experiments and their bytes, by instrument.
    no_instrument
        Those of which no instrument can be told: `SEVERAL`, `UNNAMED`, or `WAITING`.
    faults
        Experiments that are not valid, by what is wrong or missing; the most frequent first.
    measurements
        How many there are.
    questions
        The SQL behind each of these, by name.
    """

    period: Period
    deposits: tuple[IntervalSum, ...] = ()
    formats: tuple[PeriodSum, ...] = ()
    instruments: tuple[PeriodSum, ...] = ()
    no_instrument: tuple[PeriodSum, ...] = ()
    faults: tuple[tuple[str, int], ...] = ()
    measurements: int = 0
    questions: dict[str, str] = field(default_factory=dict)


def first_day(access: Access) -> date | None:
    """Return the day on which the oldest experiment that they may see was begun."""
    sight = access.sight(Action.READ_EXPERIMENT)
    found = access.services.registry.standings.first(visible=sight)
    return found.astimezone(UTC).date() if found else None


def figures(access: Access, period: Period) -> Figures:
    """Return the figures of a period, of what they may see.

    All is asked at once: each question opens the index anew.

    Raises
    ------
    Forbidden, Unauthenticated
        They may not ask the index.
    Unavailable
        Too many ask at once.
    TooMuch
        There are more rows of figures than are looked at.
    """
    access.service(Action.QUERY_INDEX)
    asked, unindexed = _questions(period), _unindexed(access, period)
    parts = asked | _indexed({one.experiment for one in unindexed})
    found = _answers(access, parts, limit=_MOST + len(unindexed))
    indexed = {name for _, name, _, _ in found["indexed"]}
    waiting = _waiting(period, (one for one in unindexed if one.experiment not in indexed))
    instruments = [*_period_sums(found["instruments"]), *_in_all(waiting)]
    faults = sorted(found["faults"], key=lambda row: (-row[2], row[1]))  # a union has no order
    return Figures(
        period=period,
        deposits=(*_interval_sums(found["deposits"]), *waiting),
        formats=tuple(_period_sums(found["formats"])),
        instruments=tuple(one for one in instruments if one.name not in NO_INSTRUMENT),
        no_instrument=tuple(one for one in instruments if one.name in NO_INSTRUMENT),
        faults=tuple((name, number) for _, name, number, _ in faults),
        measurements=sum(number for _, _, number, _ in found["measurements"]),
        questions=asked,
    )


def _answers(access: Access, parts: Mapping[str, str], limit: int) -> dict[str, list[_Row]]:
    """Return the rows that answer each part."""
    sql = " UNION ALL BY NAME ".join(
        f"SELECT '{name}' AS part, * FROM ({part})"  # noqa: S608  a person's bounds hold anyway
        for name, part in parts.items()
    )
    answer = questions.search(access, sql, limit=limit)
    if answer.truncated:
        raise TooMuch(
            f"the figures of this period take more than {_MOST:,} rows.",
            remedy="Choose a shorter period.",
        )
    found: dict[str, list[_Row]] = defaultdict(list)
    for part, since, name, number, size in questions.rows(answer):
        found[part].append((since, name, number, size))
    return found


def _questions(period: Period) -> dict[str, str]:
    """Return the SQL of each part: since (if by interval), name, number, bytes."""
    since = f"date_trunc('{period.unit}', sealed_at)"
    within = f"sealed_at >= TIMESTAMPTZ '{period.begin}' AND sealed_at < TIMESTAMPTZ '{period.end}'"
    named = f"coalesce(nullif(instrument, ''), '{UNNAMED}')"
    return {
        "deposits": (
            f"SELECT {since} AS since, verdict AS name, count(*) AS number, sum(bytes) AS bytes\n"
            f"FROM experiments WHERE {within}\nGROUP BY ALL ORDER BY ALL"
        ),
        "formats": (
            "SELECT name, sum(number)::BIGINT AS number, sum(bytes)::BIGINT AS bytes FROM (\n"  # noqa: S608  days of ours
            "  SELECT reader AS name, count(DISTINCT (experiment_id, file)) AS number, 0 AS bytes\n"
            "  FROM measurements JOIN experiments USING (experiment_id)\n"
            f"  WHERE {within}\n  GROUP BY ALL\n"
            "  UNION ALL\n"
            "  SELECT reader AS name, 0 AS number, sum(size) AS bytes\n"
            "  FROM files JOIN experiments USING (experiment_id)\n"
            f"  WHERE reader <> '' AND {within}\n  GROUP BY ALL\n"
            ") GROUP BY ALL ORDER BY ALL"
        ),
        "instruments": (
            f"SELECT {named} AS name, count(*) AS number, sum(bytes) AS bytes\n"
            f"FROM experiments WHERE {within}\nGROUP BY ALL ORDER BY ALL"
        ),
        "faults": (
            "SELECT coalesce(nullif(field, ''), rule) AS name,\n"
            "       count(DISTINCT experiment_id) AS number, 0 AS bytes\n"
            "FROM findings JOIN experiments USING (experiment_id)\n"
            f"WHERE severity IN ('error', 'missing') AND {within}\nGROUP BY ALL\n"
            f"ORDER BY number DESC, name LIMIT {_FAULTS}"
        ),
        "measurements": (
            "SELECT '' AS name,\n"
            "       coalesce(sum(n_measurements), 0)::BIGINT AS number, 0 AS bytes\n"
            f"FROM experiments WHERE {within}"
        ),
    }


def _interval_sums(rows: Iterable[_Row]) -> Iterator[IntervalSum]:
    for since, name, number, size in rows:
        if since is not None:
            yield IntervalSum(since.astimezone(UTC).date(), name, int(number), int(size or 0))


def _period_sums(rows: Iterable[_Row]) -> Iterator[PeriodSum]:
    for _, name, number, size in rows:
        yield PeriodSum(name, int(number), int(size or 0))


def _in_all(waiting: tuple[IntervalSum, ...]) -> Iterator[PeriodSum]:
    if waiting:
        number, size = (sum(map(attrgetter(name), waiting)) for name in ("number", "bytes"))
        yield PeriodSum(WAITING, number, size)


def _unindexed(access: Access, period: Period) -> list[Unindexed]:
    """Return what was sealed in a period and not processed to its end."""
    begin, end = (datetime.combine(day, time(), UTC) for day in (period.begin, period.end))
    sight = access.sight(Action.READ_EXPERIMENT)
    rows = access.services.registry.standings.unindexed(begin, visible=sight)
    return [row for row in rows if row.sealed_at < end]


def _indexed(experiments: Collection[str]) -> dict[str, str]:
    """Return the SQL of which of these the index has, and counts, all the same.

    A run leaves one that fails at its very end, or has not told the registry yet.
    """
    if not experiments:
        return {}
    names = ", ".join(f"'{check_identifier(one)}'" for one in sorted(experiments))
    return {
        "indexed": (
            "SELECT experiment_id AS name, 1 AS number, 0 AS bytes FROM experiments\n"  # noqa: S608  checked
            f"WHERE experiment_id IN ({names})"
        )
    }


def _waiting(period: Period, unindexed: Iterable[Unindexed]) -> tuple[IntervalSum, ...]:
    """Return what waits for the chain, by interval."""
    found: dict[date, list[int]] = defaultdict(list)
    for row in unindexed:
        found[period.interval(row.sealed_at.astimezone(UTC).date())].append(row.bytes)
    return tuple(
        IntervalSum(since, WAITING, len(sizes), sum(sizes))
        for since, sizes in sorted(found.items())
    )
