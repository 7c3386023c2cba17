"""``/experiments/…/annotations``: what people say of an experiment, as it is and given anew.

What does not belong here: the annotations of a deposit that is opened (`deposits`), and checking
them (`emfair.nxem.annotations`).
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from emfair.api import guard, versions
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.nxem.annotations import parse_annotations
from emfair.registry import ExperimentRow
from emfair.service.access import Granted
from emfair.service.annotations import annotate, current

router = APIRouter(prefix="/experiments", tags=["annotations"])
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]
Writing = Annotated[Granted[ExperimentRow], guard.experiment(Action.ANNOTATE)]
_EXAMPLE = {"sample": {"atom_types": ["Si", "O"]}}


class AnnotationsAnswer(BaseModel):
    """The newest version; 0, of nothing, before anything was said."""

    version: int = Field(examples=[2])
    annotations: dict[str, Any] = Field(examples=[_EXAMPLE])

    @classmethod
    def of(cls, granted: Granted[ExperimentRow], response: Response) -> Self:
        """Return what is said of an experiment now, and tell its version."""
        notes, version = current(granted.access.services, granted.row.id)
        versions.tell(response, version)
        return cls(
            version=version, annotations=notes.model_dump(mode="json", exclude_defaults=True)
        )


class NewAnnotations(BaseModel):
    """Annotations to take the place of those before, which are kept."""

    model_config = ConfigDict(extra="forbid")

    annotations: dict[str, Any] = Field(examples=[_EXAMPLE])
    reason: str = Field(min_length=1, max_length=2000, examples=["the elements were wrong"])


@router.get("/{experiment}/annotations", responses=responses(401, 403, 404))
def show_annotations(reading: Reading, response: Response) -> AnnotationsAnswer:
    """Show what is said of an experiment."""
    return AnnotationsAnswer.of(reading, response)


@router.put(
    "/{experiment}/annotations", responses=responses(400, 401, 403, 404, 409, 412, 422, 428)
)
def write_annotations(
    writing: Writing, version: versions.Expected, new: NewAnnotations, response: Response
) -> AnnotationsAnswer:
    """Say something else of an experiment; a sealed one is processed anew."""
    annotate(
        writing.access,
        writing.row.id,
        parse_annotations(new.annotations),
        expected_version=version,
        reason=new.reason,
    )
    return AnnotationsAnswer.of(writing, response)
