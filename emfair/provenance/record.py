"""The provenance record of one step: readable with a text editor, in ten years, without Dagster.

PROV-O words: an activity used entities, generated entities, and was associated with an agent.
"""

from __future__ import annotations

import os
import platform
import socket
from datetime import datetime
from functools import cache
from importlib import metadata
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from emfair import __version__

SOFTWARE = (
    "rosettasciio",
    "h5py",
    "pynxtools",
    "numpy",
    "imagecodecs",
    "pyarrow",
    "deltalake",
    "dagster",
)


SHAPING = frozenset({"emfair", "h5py", "imagecodecs", "numpy", "rosettasciio"})


class Entity(BaseModel):
    """Something used or generated: its key in the lake and its bytes."""

    model_config = ConfigDict(frozen=True)

    key: str
    sha256: str
    size: int = Field(ge=0)


class Agent(BaseModel):
    """Who or what ran the step, and for whom."""

    model_config = ConfigDict(frozen=True)

    software: str
    version: str
    host: str
    process: int
    on_behalf_of: str


class ProvenanceRecord(BaseModel):
    """One step on one experiment.

    `activity` is the asset's name, `run` the identifier of the Dagster run (or ``local``),
    `code_version` the step's, `software` the versions of the packages that shape its output,
    `configuration` what else does.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: int = 1
    activity: str
    experiment: str
    run: str
    inputs: tuple[Entity, ...]
    outputs: tuple[Entity, ...]
    code_version: str
    software: dict[str, str]
    configuration: dict[str, Any]
    agent: Agent
    started_at: AwareDatetime
    ended_at: AwareDatetime

    @property
    def name(self) -> str:
        """File name in the lake: sorts by time, and no two runs share one."""
        started = self.started_at.strftime("%Y%m%dT%H%M%S%f")
        return f"{started}-{self.activity}-{self.run[:8]}"


@cache
def software_versions() -> dict[str, str]:
    """Return the versions of emfair, Python and the packages that shape containers and index."""
    found = {"emfair": __version__, "python": platform.python_version()}
    for package in SOFTWARE:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:  # an extra that this process runs without
            continue
    return found


def shaping_versions() -> dict[str, str]:
    """Return the versions of what a container's bytes depend on."""
    return {name: version for name, version in software_versions().items() if name in SHAPING}


def this_agent(on_behalf_of: str) -> Agent:
    """Return this process as an agent acting for a person."""
    return Agent(
        software="emfair",
        version=__version__,
        host=socket.gethostname(),
        process=os.getpid(),
        on_behalf_of=on_behalf_of,
    )


def record(
    activity: str,
    experiment: str,
    *,
    run: str,
    inputs: tuple[Entity, ...],
    outputs: tuple[Entity, ...],
    code_version: str,
    configuration: dict[str, Any],
    on_behalf_of: str,
    started_at: datetime,
    ended_at: datetime,
) -> ProvenanceRecord:
    """Assemble a record with this process' software and agent."""
    return ProvenanceRecord(
        activity=activity,
        experiment=experiment,
        run=run,
        inputs=inputs,
        outputs=outputs,
        code_version=code_version,
        software=dict(software_versions()),
        configuration=configuration,
        agent=this_agent(on_behalf_of),
        started_at=started_at,
        ended_at=ended_at,
    )
