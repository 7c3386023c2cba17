"""The documents the chain writes into the lake, one after the other.

``conversion.json`` (what became of the raw files) → ``validation.json`` (what the containers are
worth). Each holds all that the next step needs; none holds a wall-clock time, so that the same
input gives the same bytes.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from emfair.model.facts import Fact
from emfair.model.findings import Finding, Verdict
from emfair.model.manifest import Place


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True)


class AxisNotes(_Document):
    """An axis as it stands in a container; `unit` as NeXus spells it."""

    name: str
    long_name: str
    size: int
    unit: str
    scale: float | None
    offset: float | None


class Measurement(_Document):
    """One signal, converted.

    Attributes
    ----------
    measurement
        Identifier; also the container's name.
    file, file_sha256, companions, signal_index
        Where it came from. `companions` are the other raw files that were read with it.
    reader
        RosettaSciIO's name of the format.
    kind
        NXdata name in the container: ``image_2d``, ``spectrum_1d``, ``stack_2d`` …
    shape, dtype
        Of the array as stored (``uint16``).
    data_sha256
        Of the decoded array's bytes, C order, little endian: equal to the vendor's pixels.
    container_sha256, container_size
        Of the ``.nxs`` file.
    tags_kept
        How many vendor tags stand verbatim in the container.
    """

    measurement: str
    title: str
    file: str
    file_sha256: str
    companions: tuple[str, ...] = ()
    signal_index: int
    reader: str
    kind: str
    shape: tuple[int, ...]
    dtype: str
    axes: tuple[AxisNotes, ...]
    data_path: str
    data_sha256: str
    container_sha256: str
    container_size: int
    tags_kept: int
    facts: tuple[Fact, ...]


class Conversion(_Document):
    """What became of an experiment's raw files."""

    schema_version: int = 1
    place: Place
    manifest_version: int
    annotations_version: int
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]


class ContainerReport(_Document):
    """The verdict on one container."""

    measurement: str
    file: str
    container_sha256: str
    verdict: Verdict
    findings: tuple[Finding, ...]


class Validation(_Document):
    """The verdict on an experiment: its containers' and its unread files' findings together.

    `findings` holds all of them, `containers` those of each container again.
    """

    schema_version: int = 1
    place: Place
    definition: str = "NXem"
    nxdl_version: str
    validator: str
    verdict: Verdict
    containers: tuple[ContainerReport, ...]
    findings: tuple[Finding, ...]
