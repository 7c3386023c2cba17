"""``…/annotations``: what people say of an experiment, as it is, as it was, and given anew.

What does not belong here: the annotations of a deposit that is opened (`deposits`), the form they
are made with (`schema`), and checking them (`emfair.nxem.annotations`).
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair.api import guard, versions
from emfair.api.problems import responses
from emfair.identity.table import Action
from emfair.model.changes import Change
from emfair.nxem.annotations import Quantity, parse_annotations
from emfair.nxem.keys import keys
from emfair.nxem.show import quantity
from emfair.registry import ExperimentRow
from emfair.service import annotation_check, annotation_versions
from emfair.service.access import Access, Granted
from emfair.service.annotation_check import Looked
from emfair.service.annotation_versions import History, Version
from emfair.service.annotations import annotate, process_again

router = APIRouter(tags=["annotations"])
ONE = "/experiments/{experiment}/annotations"
Reading = Annotated[Granted[ExperimentRow], guard.experiment(Action.READ_EXPERIMENT)]
Writing = Annotated[Granted[ExperimentRow], guard.experiment(Action.ANNOTATE)]
_EXAMPLE = {"sample": {"atom_types": ["Si", "O"]}}
Document = Annotated[dict[str, Any], Field(examples=[_EXAMPLE])]


class AnnotationsAnswer(BaseModel):
    """A version; 0, of nothing and by nobody, before anything was said."""

    version: int = Field(examples=[2])
    annotations: Document
    author: str = Field("", examples=["local:ada"])
    author_name: str = Field("", examples=["Ada Lovelace"])
    created_at: AwareDatetime | None = None
    reason: str = Field("", examples=["the elements were wrong"])

    @classmethod
    def of(cls, found: Version | None) -> Self:
        """Return the answer."""
        if found is None:
            return cls(version=0, annotations={})
        return cls(
            version=found.row.version,
            annotations=found.annotations.model_dump(mode="json", exclude_defaults=True),
            author=found.row.author,
            author_name=found.name,
            created_at=found.row.created_at,
            reason=found.row.reason,
        )


class EditAnswer(BaseModel):
    """What one version changed; the first one all that it says."""

    version: int = Field(examples=[2])
    author: str = Field(examples=["local:ada"])
    author_name: str = Field(examples=["Ada Lovelace"])
    created_at: AwareDatetime
    reason: str = Field(examples=["the elements were wrong"])
    changes: list[Change] = Field(description="Empty where only the records have changed.")

    @classmethod
    def all_of(cls, history: History) -> list[Self]:
        """Return a history, newest first."""
        return [
            cls(
                version=edit.version,
                author=edit.author,
                author_name=history.names.get(edit.author, ""),
                created_at=edit.created_at,
                reason=edit.reason,
                changes=list(edit.changes),
            )
            for edit in history.edits
        ]


class NewAnnotations(BaseModel):
    """Annotations to take the place of those before, which are kept."""

    model_config = ConfigDict(extra="forbid")

    annotations: Document
    reason: str = Field(min_length=1, max_length=2000, examples=["the elements were wrong"])


class Again(BaseModel):
    """Why something is processed once more."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000, examples=["the disk was full"])


class ToCheck(BaseModel):
    """A document to look over, and the experiment that it is to be of, if there is one."""

    model_config = ConfigDict(extra="forbid")

    annotations: Document
    experiment: str | None = Field(None, examples=["e-20260122-k3f9zqmh"])


class MistakeAnswer(BaseModel):
    """What is wrong with a field."""

    field: str = Field(examples=["measurement.camera_length"])
    detail: str
    remedy: str


class QuantityAnswer(BaseModel):
    """What a quantity means."""

    field: str = Field(examples=["measurement.acceleration_voltage"])
    key: str = Field(examples=["acceleration_voltage"])
    text: str = Field(description="As it was typed.", examples=["0.2 MV"])
    value: float = Field(examples=[200000.0])
    unit: str = Field(description="SI.", examples=["V"])
    shown: str = Field(description="In the unit that people use.", examples=["200 kV"])

    @classmethod
    def of(cls, found: Quantity) -> Self:
        """Return the answer."""
        return cls(
            field=found.field,
            key=found.key,
            text=found.text,
            value=found.number,
            unit=keys()[found.key].unit,
            shown=quantity(found.key, found.number),
        )


class Checked(BaseModel):
    """What a document is worth."""

    fits: bool
    mistakes: list[MistakeAnswer]
    quantities: list[QuantityAnswer]
    missing: list[str] = Field(
        description="What NXem requires and nobody says yet; told once nothing is wrong.",
        examples=[["sample.preparation_date"]],
    )

    @classmethod
    def of(cls, looked: Looked) -> Self:
        """Return the answer."""
        return cls(
            fits=not looked.mistakes,
            mistakes=[
                MistakeAnswer(field=one.field, detail=one.message, remedy=one.remedy)
                for one in looked.mistakes
            ],
            quantities=[QuantityAnswer.of(one) for one in looked.quantities],
            missing=list(looked.missing),
        )


@router.post("/annotations/check", responses=responses(401, 403, 404, 422))
def check_annotations(
    access: Annotated[Access, guard.service(Action.SEE_SERVICE)], wanted: ToCheck
) -> Checked:
    """Look a document over; nothing is stored."""
    row = None
    if wanted.experiment is not None:
        row = access.experiment(Action.READ_EXPERIMENT, wanted.experiment)
    return Checked.of(annotation_check.check(wanted.annotations, access.services, row))


@router.get(ONE, responses=responses(401, 403, 404))
def show_annotations(reading: Reading, response: Response) -> AnnotationsAnswer:
    """Show what is said of an experiment."""
    return _newest(reading, response)


@router.put(ONE, responses=responses(400, 401, 403, 404, 409, 412, 422, 428))
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
    return _newest(writing, response)


@router.post(
    "/experiments/{experiment}/process-again", responses=responses(401, 403, 404, 409, 422)
)
def process_once_more(writing: Writing, why: Again, response: Response) -> AnnotationsAnswer:
    """Process an experiment once more, as it is; its annotations get a version that says why."""
    process_again(writing.access, writing.row.id, reason=why.reason)
    return _newest(writing, response)


@router.get(f"{ONE}/history", responses=responses(401, 403, 404))
def list_edits(reading: Reading) -> list[EditAnswer]:
    """List who changed which field when, from what to what and why, newest first."""
    found = annotation_versions.history(reading.access.services, reading.row.id)
    return EditAnswer.all_of(found)


@router.get(f"{ONE}/{{number}}", responses=responses(401, 403, 404, 422))
def show_version(
    reading: Reading, number: Annotated[int, Path(ge=1, le=999_999_999, examples=[1])]
) -> AnnotationsAnswer:
    """Show what was said of an experiment once."""
    found = annotation_versions.version(reading.access.services, reading.row.id, number)
    return AnnotationsAnswer.of(found)


def _newest(granted: Granted[ExperimentRow], response: Response) -> AnnotationsAnswer:
    answer = AnnotationsAnswer.of(
        annotation_versions.newest(granted.access.services, granted.row.id)
    )
    versions.tell(response, answer.version)
    return answer
