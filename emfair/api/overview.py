"""``/overview``: what needs someone, what runs, what ended; ``/upkeep``: what to look after.

What does not belong here: lists in full (`experiments`), and figures over time (`figures`).
"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from emfair.api import guard
from emfair.api.answers import ExperimentSummary
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service import overview
from emfair.service.access import Access
from emfair.service.naming import names
from emfair.service.overview import Disk, Part

router = APIRouter(tags=["overview"])


class PartAnswer(BaseModel):
    """A few experiments, the latest first, and how many there are in all."""

    total: int = Field(examples=[12])
    items: list[ExperimentSummary]

    @classmethod
    def of(cls, access: Access, part: Part[ExperimentRow]) -> Self:
        """Return the answer."""
        called = names(access.services, (row.depositor for row in part.rows))
        items = [ExperimentSummary.of(row, called.get(row.depositor, "")) for row in part.rows]
        return cls(total=part.total, items=items)


class AlikeAnswer(BaseModel):
    """A reason that several experiments share."""

    state: ExperimentState = Field(examples=["failed"])
    reason: str
    experiments: int = Field(examples=[7])


class OverviewAnswer(BaseModel):
    """What a home page says at a glance."""

    counts: dict[ExperimentState, int] = Field(description="Experiments of each state.")
    drafts: PartAnswer = Field(description="Begun by whoever asks, and not sealed.")
    needy: PartAnswer = Field(description="Only a person leads them on.")
    running: PartAnswer
    finished: PartAnswer
    longest: PartAnswer = Field(description="For stewards: what has waited longest for a person.")
    alike: list[AlikeAnswer] = Field(description="For stewards: what fails for one reason.")


class LeftAnswer(BaseModel):
    """A deposit that nobody has touched for days."""

    experiment: ExperimentSummary
    given_up_at: AwareDatetime = Field(description="When it is given up by itself.")


class DiskAnswer(BaseModel):
    """A disk that emfair writes to."""

    where: str = Field(examples=["lake"])
    free: int = Field(description="In bytes.", examples=[120000000000])
    total: int = Field(examples=[500000000000])
    nearly_full: bool

    @classmethod
    def of(cls, disk: Disk) -> Self:
        """Return the answer."""
        return cls(where=disk.where, free=disk.free, total=disk.total, nearly_full=disk.nearly_full)


class UpkeepAnswer(BaseModel):
    """What an administrator looks after."""

    left_total: int
    left: list[LeftAnswer] = Field(description="What is given up first stands first.")
    failed: PartAnswer
    disks: list[DiskAnswer]


@router.get("/overview", responses=responses(401, 422))
def show_overview(
    access: Annotated[Access, guard.listing(Action.READ_EXPERIMENT)],
    mine: Annotated[bool, Query(description="Only of what one deposited oneself.")] = False,
) -> OverviewAnswer:
    """Show what needs someone, what runs and what ended, of all that whoever asks may see."""
    seen = overview.glance(access, mine=mine)
    return OverviewAnswer(
        counts=dict(seen.counts),
        drafts=PartAnswer.of(access, overview.drafts(access)),
        needy=PartAnswer.of(access, seen.needy),
        running=PartAnswer.of(access, overview.running(access, mine=mine)),
        finished=PartAnswer.of(access, seen.finished),
        longest=PartAnswer.of(access, seen.longest),
        alike=[
            AlikeAnswer(state=one.state, reason=one.reason, experiments=one.experiments)
            for one in seen.alike
        ],
    )


@router.get("/upkeep", responses=responses(401, 403, 503))
def show_upkeep(access: Annotated[Access, guard.service(Action.ADMIN)]) -> UpkeepAnswer:
    """Show what an administrator looks after: deposits left behind, failed runs, disks."""
    found = overview.upkeep(access)
    called = names(access.services, (one.row.depositor for one in found.left.rows))
    return UpkeepAnswer(
        left_total=found.left.total,
        left=[
            LeftAnswer(
                experiment=ExperimentSummary.of(one.row, called.get(one.row.depositor, "")),
                given_up_at=one.ends,
            )
            for one in found.left.rows
        ],
        failed=PartAnswer.of(access, found.failed),
        disks=[DiskAnswer.of(disk) for disk in found.disks],
    )
