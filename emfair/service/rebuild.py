"""Convert an experiment again and compare: its containers follow from its raw files, or do not.

Nothing in the lake is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.model.canonical import sha256_file
from emfair.model.documents import Measurement
from emfair.model.identifiers import check_identifier
from emfair.model.manifest import Place
from emfair.provenance.record import ProvenanceRecord, shaping_versions, software_versions
from emfair.service.browse import record_keys
from emfair.service.chain.convert import containers
from emfair.service.chain.step import begin, converted
from emfair.service.documents import read_made
from emfair.service.services import Services


class Difference(BaseModel):
    """One measurement of which the lake and the rebuilt container are not the same."""

    model_config = ConfigDict(frozen=True)

    measurement: str
    file: str
    what: str


class Rebuilt(BaseModel):
    """What came out.

    Attributes
    ----------
    same
        How many containers are, byte for byte.
    differences
        The others.
    software
        What has another version now than when the lake's were made: name → (then, now). Either
        makes other bytes, if it writes or reads anything else.
    """

    model_config = ConfigDict(frozen=True)

    experiment: str
    same: int
    differences: tuple[Difference, ...]
    software: dict[str, tuple[str, str]]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def rebuild(services: Services, experiment: str) -> Rebuilt:
    """Convert what the last conversion was made of, in a scratch folder, and compare.

    Raises
    ------
    BadName
        `experiment` is no identifier.
    NotFound
        There is no such experiment, or it was not converted yet.
    BadData
        A document in the lake is damaged.
    """
    step = begin(services, "rebuild", check_identifier(experiment), "", "1")
    subject, conversion = converted(step)
    with TemporaryDirectory(dir=services.scratch, prefix="rebuild-") as folder:
        made = containers(services, subject, Path(folder)).written
        again = {one.measurement.measurement: one.measurement for one in made}
    before = {one.measurement: one for one in conversion.measurements}
    stored = {name: _stored(services, subject.place, name) for name in before}
    differences = [
        Difference(measurement=name, file=(before.get(name) or again[name]).file, what=what)
        for name in sorted(before | again)
        if (what := _what(name, before, stored, again))
    ]
    return Rebuilt(
        experiment=experiment,
        same=len(before | again) - len(differences),
        differences=tuple(differences),
        software=_changed(_last_conversion(services, subject.place)),
    )


def _stored(services: Services, place: Place, measurement: str) -> str:
    """Return the SHA-256 of the container that lies in the lake; empty if none does."""
    try:
        key = layout.container(place, measurement)
        with services.lake.local_copy(key, services.scratch) as path:
            return sha256_file(path)
    except NotFound:
        return ""


def _what(
    name: str,
    before: Mapping[str, Measurement],
    stored: Mapping[str, str],
    again: Mapping[str, Measurement],
) -> str:
    """Say what differs; nothing if it is the same."""
    if name not in before or name not in again:
        return "is made only now" if name in again else "was made then, and is not now"
    then, now = before[name], again[name]
    if not stored[name]:
        return "its container is not in the lake"
    if stored[name] != then.container_sha256:
        return "its container in the lake is not the one that was written"
    if now.data_sha256 != then.data_sha256:
        return "its pixels are others now"
    same = now.container_sha256 == stored[name]
    return "" if same else "its pixels are the same, but what is told of them is not"


def _last_conversion(services: Services, place: Place) -> ProvenanceRecord | None:
    """Return the record of the last conversion; the others' are not read, and may be damaged."""
    keys = [key for key in record_keys(services, place) if "-nxem_container-" in key]
    return read_made(services, ProvenanceRecord, keys[-1]) if keys else None


def _changed(conversion: ProvenanceRecord | None) -> dict[str, tuple[str, str]]:
    then = conversion.software if conversion else {}
    now = software_versions()
    shaping = {*shaping_versions(), *(then.keys() - now.keys())}  # what is gone may have, too
    told = {name: (then.get(name, "not used"), now.get(name, "not used")) for name in shaping}
    return {name: told[name] for name in sorted(told) if then and told[name][0] != told[name][1]}
