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


class UnreadableTag(_Document):
    """A tag that a table knows, but whose value could not be read; it is kept verbatim."""

    tag: str
    reason: str


class TagReport(_Document):
    """What became of a vendor's tags: a conversion report's numbers.

    Attributes
    ----------
    mapped
        How many were read into facts.
    kept
        How many stand verbatim in the container and nowhere else.
    unreadable
        Those that a table knows and could not read; they are kept too, and counted apart.
    """

    mapped: int = 0
    kept: int = 0
    unreadable: tuple[UnreadableTag, ...] = ()

    @property
    def total(self) -> int:
        """How many tags there are."""
        return self.mapped + self.kept + len(self.unreadable)

    @property
    def percent_mapped(self) -> float | None:
        """Share of the tags that were read into facts, 0 to 100; None where there are no tags."""
        return 100 * self.mapped / self.total if self.total else None


class TagUse(_Document):
    """How an experiment's files of one format use one tag.

    Attributes
    ----------
    tag
        Its path; places in lists and running numbers are ``*``.
    mapped_as
        The keys that tables read it into, with commas; empty if it is only kept.
    measurements
        In how many measurements it stands.
    varies
        Whether it has different values in different measurements.
    example
        Its value in the first of them, shortened.
    """

    reader: str
    tag: str
    mapped_as: str = ""
    measurements: int = 1
    varies: bool = False
    example: str = ""


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
        How many vendor tags stand verbatim in the container: all there are.
    tags
        How many of them were read into facts, and which could not be.
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
    tags: TagReport = TagReport()
    facts: tuple[Fact, ...]


class Conversion(_Document):
    """What became of an experiment's raw files; `tags` is what their vendors' tags were.

    `cover` is the measurement whose picture stands for all; empty for the first one's.
    """

    schema_version: int = 1
    place: Place
    manifest_version: int
    annotations_version: int
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...]
    tags: tuple[TagUse, ...] = ()
    cover: str = ""


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
