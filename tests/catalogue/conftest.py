"""A small experiment, as the chain writes it, and an index to put it in."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from emfair.catalogue.delta import Index
from emfair.catalogue.query import answer
from emfair.catalogue.rows import rows_of
from emfair.lake.local import LocalLake
from emfair.model.annotations import Annotations
from emfair.model.documents import (
    AxisNotes,
    ContainerReport,
    Conversion,
    Measurement,
    TagReport,
    TagUse,
    Validation,
)
from emfair.model.facts import Fact, Source
from emfair.model.findings import Finding, Severity, Verdict, verdict_of
from emfair.model.manifest import Depositor, Manifest, Place, RawFile, Titles

NIGHT = datetime(2026, 1, 22, 23, 30, tzinfo=UTC)


class Clock:
    """A clock that tests turn."""

    def __init__(self):
        self.time = NIGHT

    def __call__(self):
        """Return the time."""
        return self.time

    def advance(self, **amount):
        """Turn it on."""
        self.time += timedelta(**amount)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path / "a lake, 50% full ü")


@pytest.fixture
def index(lake, tmp_path, clock):
    return Index(lake, tmp_path / "cache", clock=clock)


@pytest.fixture(scope="session")
def tables_of():
    """Return a function that makes a small experiment's rows."""
    return some_tables


@pytest.fixture(scope="session")
def content():
    """Return a function that tells what an index holds."""
    return what_it_holds


@pytest.fixture(scope="session")
def make():
    """Return the functions that make documents."""
    return SimpleNamespace(
        manifest=a_manifest,
        measurement=a_measurement,
        documents=documents,
        number=number,
        text=text,
    )


def a_file(name, size=1000):
    return RawFile(name=name, path=name, size=size, sha256="a" * 64, modified_at=NIGHT)


def a_manifest(experiment="e-1", names=("scan.dm4", "tia.emi", "tia_1.ser", "notes.txt", "x.dm3")):
    return Manifest(
        version=2,
        place=Place(project="p-1", proposal="q-1", sample="s-1", experiment=experiment),
        titles=Titles(project="Minerals", proposal="Q", sample="Quartz", experiment="Night shift"),
        deposited_by=Depositor(subject="local:ada", name="ada"),
        sealed_at=NIGHT,
        files=tuple(a_file(name) for name in names),
    )


def a_measurement(name, facts=(), *, file="scan.dm4", companions=(), title="HAADF"):
    axis = AxisNotes(name="x", long_name="x (nm)", size=512, unit="nm", scale=0.5, offset=0.0)
    return Measurement(
        measurement=name,
        title=title,
        file=file,
        file_sha256="a" * 64,
        companions=tuple(companions),
        signal_index=0,
        reader="DigitalMicrograph",
        kind="image_2d",
        shape=(512, 512),
        dtype="uint16",
        axes=(axis, axis),
        data_path="/entry/measurement/event1/image1/image_2d/real",
        data_sha256="d" * 64,
        container_sha256="c" * 64,
        container_size=400,
        tags_kept=7,
        tags=TagReport(mapped=2, kept=5),
        facts=tuple(facts),
    )


def number(key, value, unit="", **more):
    return Fact(key=key, value_num=value, unit=unit, source=more.pop("source", "vendor"), **more)


def text(key, value, **more):
    return Fact(key=key, value_text=value, source=more.pop("source", Source.VENDOR), **more)


def documents(experiment="e-1", measurements=(), findings=(), unread=(), tags=()):
    """Return conversion and validation as the chain writes them."""
    place = Place(project="p-1", proposal="q-1", sample="s-1", experiment=experiment)
    conversion = Conversion(
        place=place,
        manifest_version=2,
        annotations_version=3,
        measurements=tuple(measurements),
        findings=tuple(unread),
        tags=tuple(tags),
    )
    together = (*findings, *unread)
    validation = Validation(
        place=place,
        nxdl_version="v2026.01",
        validator="pynxtools 0.16",
        verdict=verdict_of(together),
        containers=tuple(
            ContainerReport(
                measurement=m.measurement,
                file=m.file,
                container_sha256=m.container_sha256,
                verdict=Verdict.VALID,
                findings=(),
            )
            for m in measurements
        ),
        findings=together,
    )
    return conversion, validation


def some_tables(experiment="e-1", voltage=200e3, n=2, title="HAADF", n_findings=1):
    """Return a small experiment's rows of all six tables."""
    measurements = [
        a_measurement(
            f"m-{i}",
            [number("acceleration_voltage", voltage, "V"), text("detector", "HAADF")],
            title=title,
        )
        for i in range(n)
    ]
    findings = [
        Finding(severity=Severity.MISSING, rule="missing", message=f"no {i}", field="sample.name")
        for i in range(n_findings)
    ]
    tags = [TagUse(reader="DigitalMicrograph", tag="Spot size", measurements=n, example="3")]
    return rows_of(
        a_manifest(experiment),
        Annotations(),
        *documents(experiment, measurements, findings, tags=tags if n else ()),
    )


def what_it_holds(index, at=None):
    """Return (experiment, voltage, title, measurements, findings) of each experiment."""
    return answer(
        index.files(at),
        """
        SELECT e.experiment_id, any_value(f.value_num), any_value(m.title),
               count(DISTINCT m.measurement_id), any_value(n_missing),
               (SELECT count(*) FROM findings g WHERE g.experiment_id = e.experiment_id)
        FROM experiments e
        LEFT JOIN measurements m USING (experiment_id)
        LEFT JOIN facts f ON f.measurement_id = m.measurement_id
          AND f.experiment_id = e.experiment_id AND f.key = 'acceleration_voltage'
        GROUP BY ALL ORDER BY ALL
        """,
    ).rows


@pytest.fixture
def filled(index, tables_of):
    for number in range(3):
        index.replace(f"e-{number}", tables_of(f"e-{number}", voltage=100e3 * (number + 1)))
    return index
