"""Documents for people to look at: parsed once while their bytes are the same."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import UTC, datetime

import pytest

from emfair.errors import BadData
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.context import Context
from emfair.model.documents import ContainerReport, Conversion, Validation
from emfair.model.findings import Finding, Severity, Verdict
from emfair.model.manifest import Depositor, Manifest, RawFile, Titles
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
from emfair.provenance.record import Agent, Entity, ProvenanceRecord
from emfair.service.documents import bytes_read, is_remade, made, shown


def conversion(place, version: int) -> bytes:
    return canonical_json(
        Conversion(
            place=place, manifest_version=version, annotations_version=1, measurements=(),
            findings=(),
        )
    )  # fmt: skip


def test_the_same_bytes_are_parsed_once_and_others_anew(services, sealed):
    key = layout.conversion(sealed)
    assert shown(services, Conversion, key) is None
    services.lake.put_bytes(key, conversion(sealed, 1))
    first = shown(services, Conversion, key)
    assert shown(services, Conversion, key) is first
    assert made(services, Conversion, key) == first
    services.lake.put_bytes(key, conversion(sealed, 2), replace=True)
    second = shown(services, Conversion, key)
    assert second is not None
    assert second.manifest_version == 2


def test_damaged_bytes_are_told_each_time(services, sealed):
    services.lake.put_bytes(layout.conversion(sealed), b"{")
    for _ in range(2):
        with pytest.raises(BadData, match="damaged"):
            shown(services, Conversion, layout.conversion(sealed))


def test_the_chain_makes_anew_what_it_makes():
    assert is_remade(Conversion)
    assert is_remade(Validation)
    for kind in (Manifest, Annotations, Context, ProvenanceRecord):
        assert not is_remade(kind)


NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)
MANY = 400


def manifest(place, name) -> Manifest:
    files = [
        RawFile(name=name(n), path=name(n), size=n, sha256=f"{n:064}", modified_at=NOON)
        for n in range(MANY)
    ]
    return Manifest(
        place=place, titles=Titles(project="P", proposal="Q", sample="S", experiment="E"),
        deposited_by=Depositor(subject="local:ada", name="Ada"), sealed_at=NOON,
        files=tuple(files),
    )  # fmt: skip


def measured(place, file, folder) -> Conversion:
    dossier = Dossier(Source(file.name, "0" * 64), Annotations(), "e", {"emfair": "0.1"})
    (one,) = convert_file(file, dossier, folder).written
    many = [
        one.measurement.model_copy(update={"measurement": f"m-{n:04}", "file": f"scan {n}.dm4"})
        for n in range(50)
    ]
    return Conversion(
        place=place, manifest_version=1, annotations_version=1, measurements=tuple(many),
        findings=(),
    )  # fmt: skip


def validation(place) -> Validation:
    found = [
        Finding(
            severity=Severity.MISSING, rule="missing-required-field", file=f"scan {n}.dm4",
            message=f"The field {n} is required, and is not there.", hint=f"Write field {n}.",
            measurement=f"m-{n:04}", path=f"/entry/sample1/field{n}", field=f"sample.field{n}",
        )
        for n in range(MANY)
    ]  # fmt: skip
    reports = [
        ContainerReport(
            measurement=one.measurement, file=one.file, container_sha256="0" * 64,
            verdict=Verdict.NEEDS_INPUT, findings=(one,),
        )
        for one in found
    ]  # fmt: skip
    return Validation(
        place=place, nxdl_version="v2025", validator="pynxtools", verdict=Verdict.NEEDS_INPUT,
        containers=tuple(reports), findings=tuple(found),
    )  # fmt: skip


def provenance(place) -> ProvenanceRecord:
    entities = [
        Entity(key=f"project=p/experiment=e/raw/files/scan {n}.dm4", sha256=f"{n:064}", size=n)
        for n in range(MANY)
    ]
    return ProvenanceRecord(
        activity="nxem_container", experiment=place.experiment, run="local",
        inputs=tuple(entities), outputs=(), code_version="1", software={}, configuration={},
        agent=Agent(software="emfair", version="1", host="h", process=1, on_behalf_of="ada"),
        started_at=NOON, ended_at=NOON,
    )  # fmt: skip


def taken(kind, content: bytes) -> int:
    """Return the bytes that a document takes once it is read."""
    kind.model_validate_json(content)  # what is made once for all documents of a kind
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        read = kind.model_validate_json(content)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read
    return after - before


@pytest.mark.parametrize(
    "example",
    [
        lambda place, *_: manifest(place, lambda n: f"a{n}"),
        lambda place, *_: manifest(place, lambda n: f"session of June/scan {n:04} HAADF Si.dm4"),
        measured,
        lambda place, *_: validation(place),
        lambda place, *_: provenance(place),
    ],
    ids=["short names", "long names", "conversion", "validation", "provenance"],
)
def test_no_document_takes_more_memory_than_is_counted_nor_less_than_half(
    sealed, corpus, tmp_path, example
):
    document = example(sealed, corpus / "dm4_3D_data/EELS_SI.dm4", tmp_path)
    content = canonical_json(document)
    counted = bytes_read(type(document), len(content))
    assert 0.5 * counted < taken(type(document), content) < counted
