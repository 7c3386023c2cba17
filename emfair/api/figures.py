"""``/figures``: a lab over time: deposits, bytes, formats, instruments, verdicts, faults.

What does not belong here: counting (`emfair.service.statistics`), and any other question
(``POST /query``).
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from emfair.api import guard
from emfair.api.problems import responses
from emfair.errors import BadCall
from emfair.identity.table import Action
from emfair.service import statistics
from emfair.service.access import Access
from emfair.service.statistics import Figures, IntervalSum, Period, PeriodSum, Unit

router = APIRouter(tags=["overview"])
LONGEST = timedelta(days=366 * 20)
YEAR = timedelta(days=365)
_FIRST, _LAST = date(1970, 1, 1), date(2200, 1, 1)


class SumAnswer(BaseModel):
    """So much of something in the whole period."""

    name: str = Field(examples=["Titan"])
    number: int = Field(examples=[42])
    bytes: int = Field(examples=[73400320])

    @classmethod
    def of(cls, one: PeriodSum) -> Self:
        """Return the answer."""
        return cls(name=one.name, number=one.number, bytes=one.bytes)


class IntervalAnswer(BaseModel):
    """So much of something in the interval that begins on `since`."""

    since: date
    name: str = Field(description="The verdict.", examples=["valid"])
    number: int = Field(examples=[7])
    bytes: int = Field(examples=[73400320])

    @classmethod
    def of(cls, one: IntervalSum) -> Self:
        """Return the answer."""
        return cls(since=one.since, name=one.name, number=one.number, bytes=one.bytes)


class FaultAnswer(BaseModel):
    """What is wrong with experiments, or missing."""

    name: str = Field(description="A field, or a rule.", examples=["sample.atom_types"])
    experiments: int = Field(examples=[5])


class FiguresAnswer(BaseModel):
    """Figures of one period, of what whoever asks may see."""

    begin: date
    end: date = Field(description="The first day that does not count.")
    unit: Unit = Field(description="How long an interval is.", examples=["week"])
    first_day: date | None = Field(description="On which the oldest experiment was begun.")
    measurements: int = Field(examples=[318])
    deposits: list[IntervalAnswer] = Field(description="Experiments by verdict and interval.")
    formats: list[SumAnswer] = Field(description="What was deposited, by format.")
    instruments: list[SumAnswer] = Field(description="Experiments by instrument.")
    no_instrument: list[SumAnswer] = Field(description="Of which no one instrument can be told.")
    faults: list[FaultAnswer] = Field(description="The most frequent first.")
    questions: dict[str, str] = Field(description="The SQL behind each of these.")

    @classmethod
    def of(cls, found: Figures, first_day: date | None) -> Self:
        """Return the answer."""
        return cls(
            begin=found.period.begin,
            end=found.period.end,
            unit=found.period.unit,
            first_day=first_day,
            measurements=found.measurements,
            deposits=[IntervalAnswer.of(one) for one in found.deposits],
            formats=[SumAnswer.of(one) for one in found.formats],
            instruments=[SumAnswer.of(one) for one in found.instruments],
            no_instrument=[SumAnswer.of(one) for one in found.no_instrument],
            faults=[FaultAnswer(name=name, experiments=n) for name, n in found.faults],
            questions=found.questions,
        )


@router.get("/figures", responses=responses(400, 401, 403, 413, 422, 503))
def show_figures(
    access: Annotated[Access, guard.service(Action.QUERY_INDEX)],
    begin: Annotated[date | None, Query(description="A year before the end if left out.")] = None,
    end: Annotated[date | None, Query(description="Tomorrow if left out: today counts.")] = None,
) -> FiguresAnswer:
    """Show the figures of a period, by week, or by month where it is longer than half a year."""
    last = end or access.services.now().astimezone(UTC).date() + timedelta(days=1)
    if not _FIRST <= last <= _LAST:
        raise _out("end", f"is not between {_FIRST} and {_LAST}.")
    first = begin or last - YEAR
    if not last - LONGEST <= first < last:
        raise _out("begin", f"is not before {last}, or more than 20 years before it.")
    found = statistics.figures(access, Period(first, last))
    return FiguresAnswer.of(found, statistics.first_day(access))


def _out(field: str, what: str) -> BadCall:
    return BadCall(what, subject=field, remedy="Name a day of at most 20 years: 2026-01-22.")
