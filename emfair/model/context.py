"""The context of an experiment: what the registry's records said when it was sealed or annotated.

Canonical JSON beside the annotation document of the same version, so that a rebuild reads what was
read before, whatever became of the records since: an instrument's profile that is changed takes
effect with the next annotation or seal. What does not belong here: which value of several is used
(`emfair.nxem.facts`).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from emfair.model.identifiers import Identifier
from emfair.model.nouns import InstrumentCard, ProjectCard, ProposalCard, SampleCard


class Recorded(BaseModel):
    """A card as it was at one version.

    A class for each kind: what is generic cannot be sent to another process.
    """

    model_config = ConfigDict(frozen=True)

    id: Identifier
    version: int = Field(ge=1)


class RecordedProject(Recorded):
    """A project's card."""

    card: ProjectCard


class RecordedProposal(Recorded):
    """A proposal's card."""

    card: ProposalCard


class RecordedSample(Recorded):
    """A sample's card."""

    card: SampleCard


class RecordedInstrument(Recorded):
    """An instrument's card, with its profile."""

    card: InstrumentCard


class Context(BaseModel):
    """What an experiment hangs on, and what it was made with; no instrument where none is named."""

    model_config = ConfigDict(frozen=True)

    schema_version: int = 1
    project: RecordedProject
    proposal: RecordedProposal
    sample: RecordedSample
    instrument: RecordedInstrument | None = None
