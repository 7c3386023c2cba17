"""From documents to rows."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from emfair.catalogue.rows import NUMBERS, TEXTS, rows_of
from emfair.catalogue.schema import TABLES
from emfair.model.annotations import Annotations, InstrumentNotes, SampleNotes
from emfair.model.documents import TagUse
from emfair.model.findings import Finding, Severity
from emfair.nxem.keys import keys

NIGHT = datetime(2026, 1, 22, 23, 30, tzinfo=UTC)


@pytest.fixture
def rows(make):
    """Return a function from measurements and findings to the rows of each table."""

    def rows(measurements=(), findings=(), unread=(), notes=None):
        tables = rows_of(
            make.manifest(),
            notes or Annotations(),
            *make.documents("e-1", measurements, findings, unread),
        )
        return {name: table.to_pylist() for name, table in tables.items()}

    return rows


def test_each_table_has_exactly_its_schema(make):
    tables = rows_of(
        make.manifest(), Annotations(), *make.documents("e-1", [make.measurement("m")])
    )
    assert list(tables) == list(TABLES)
    for name, table in tables.items():
        assert table.schema.equals(TABLES[name].columns, check_metadata=True)


def test_an_experiment_without_measurements_has_a_row_too(rows):
    found = rows()
    assert found["measurements"] == found["facts"] == []
    assert found["experiments"][0]["n_measurements"] == 0
    assert found["experiments"][0]["start_time"] is None


def test_a_quantity_column_holds_the_used_fact(make, rows):
    facts = [
        make.number("acceleration_voltage", 300e3, "V", source="form"),
        make.number("acceleration_voltage", 200e3, "V", replaced_by="form", reason="form wins"),
        make.number("camera_length", 99.0, "m", warning="impossible value: not used"),
        make.number("magnification", 1e5),
        make.text("operation_mode", "STEM"),
    ]
    (row,) = rows([make.measurement("m", facts)])["measurements"]
    assert row["acceleration_voltage_V"] == 300e3
    assert row["camera_length_m"] is None
    assert row["magnification"] == 1e5
    assert row["operation_mode"] == "STEM"
    assert row["technique"] is None
    assert row["detector"] is None


def test_the_technique_is_the_used_facts(make, rows):
    facts = [
        make.text("technique", "STEM EDS", source="form"),
        make.text("technique", "STEM imaging", source="derived", replaced_by="form"),
    ]
    (row,) = rows([make.measurement("m", facts)])["measurements"]
    assert row["technique"] == "STEM EDS"


@pytest.mark.parametrize(
    ("names", "models", "instrument"),
    [
        (["Titan"], ["80-300"], "Titan"),
        ([], ["80-300"], "80-300"),
        ([""], [], None),
        ([], [], None),
    ],
)
def test_a_measurements_instrument_is_its_own(make, rows, names, models, instrument):
    said = [
        *(make.text("instrument_name", name) for name in names),
        make.text("instrument_name", "of old", replaced_by="vendor"),
        *(make.text("model", model) for model in models),
    ]
    other = [make.text("instrument_name", "Scios")]
    found = rows([make.measurement("a", said), make.measurement("b", other)])["measurements"]
    assert [row["instrument"] for row in found] == [instrument, "Scios"]


def test_every_quantity_column_names_the_unit_its_key_is_stored_in():
    for column, key in NUMBERS.items():
        unit = keys()[key].unit
        assert column == (f"{key}_{unit}" if unit else key)
    assert set(TEXTS) <= set(keys())


def test_facts_are_kept_with_what_they_replaced(make, rows):
    facts = [
        make.number("dwell_time", 1e-6, "s", raw="1 us", source_path="Scan/Dwell", extractor="dm"),
        make.number("dwell_time", 2e-6, "s", source="profile", replaced_by="vendor", reason="why"),
    ]
    found = rows([make.measurement("m", facts)])["facts"]
    assert [row["replaced_by"] for row in found] == ["", "vendor"]
    assert found[0] == {
        "experiment_id": "e-1", "measurement_id": "m", "key": "dwell_time", "value_num": 1e-6,
        "value_text": "", "unit": "s", "source": "vendor", "source_path": "Scan/Dwell",
        "raw": "1 us", "extractor": "dm", "extractor_version": "", "replaced_by": "", "reason": "",
        "warning": "",
    }  # fmt: skip


def test_a_measurement_says_where_its_container_and_picture_stand(make, rows):
    (row,) = rows([make.measurement("m")])["measurements"]
    prefix = "project=p-1/proposal=q-1/sample=s-1/experiment=e-1"
    assert row["container"] == f"{prefix}/nexus/m.nxs"
    assert row["preview"] == f"{prefix}/previews/m.png"
    assert (row["sha256"], row["size"], row["data_sha256"]) == ("c" * 64, 400, "d" * 64)
    assert row["shape"] == [512, 512]
    assert row["axes"][0]["scale"] == 0.5
    assert row["verdict"] == "valid"


def test_files_are_read_kept_or_unreadable(make, rows):
    findings = [
        Finding(severity=Severity.ERROR, rule="unreadable-file", message="broken", file="x.dm3"),
        Finding(severity=Severity.NOTE, rule="kept", message="no reader", file="notes.txt"),
        Finding(severity=Severity.ERROR, rule="r", message="m", file="scan.dm4", measurement="a"),
    ]
    found = rows(
        [
            make.measurement("a"),
            make.measurement("b"),
            make.measurement("c", file="tia.emi", companions=["tia_1.ser"]),
        ],
        unread=findings,
    )["files"]
    assert {row["name"]: (row["status"], row["n_measurements"]) for row in found} == {
        "scan.dm4": ("read", 2),
        "tia.emi": ("read", 1),
        "tia_1.ser": ("read", 1),
        "notes.txt": ("kept", 0),
        "x.dm3": ("unreadable", 0),
    }
    assert found[0]["key"].endswith(f"/raw/files/{found[0]['name']}")


def test_findings_are_counted_by_severity(rows):
    findings = [
        Finding(severity=severity, rule="r", message=str(count), measurement="m")
        for severity in Severity
        for count in range(1 + severity.rank)
    ]
    found = rows(findings=findings)
    (row,) = found["experiments"]
    ranks = {severity: 1 + severity.rank for severity in Severity}
    ranks[Severity.RECOMMENDED] += ranks.pop(Severity.WARNING)  # contradictions are among them
    assert {one: row[f"n_{one.value}"] for one in ranks} == ranks
    assert row["verdict"] == "invalid"
    assert len(found["findings"]) == 21
    assert {finding["measurement_id"] for finding in found["findings"]} == {"m"}


def test_what_a_person_says_goes_before_what_files_say(make, rows):
    facts = [
        make.text("model", "Titan"),
        make.text("atom_types", "Si, O"),
        make.text("sample_name", "old"),
    ]
    notes = Annotations(
        title="Better title",
        sample=SampleNotes(name="lamella"),
        instrument=InstrumentNotes(model="Themis"),
    )
    (row,) = rows([make.measurement("m", facts)], notes=notes)["experiments"]
    assert (row["title"], row["model"], row["sample_name"]) == ("Better title", "Themis", "lamella")
    assert row["elements"] == ["Si", "O"]
    assert (row["bytes"], row["container_bytes"]) == (5000, 400)


def test_the_instrument_is_the_one_most_measurements_name(make, rows):
    models = ["B", "A", "B", "C"]
    found = rows([make.measurement(f"m{i}", [make.text("model", m)]) for i, m in enumerate(models)])
    assert found["experiments"][0]["model"] == "B"


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["2026-01-22T12:00:00+01:00", "2026-01-22T10:30:00Z"], (10, 30)),
        (["2026-01-22T12:00:00", "2026-01-22T13:00:00+01:00", "yesterday"], (12, 0)),
    ],
)
def test_an_experiment_starts_with_its_first_comparable_time(texts, first, make, rows):
    measured = [
        make.measurement(f"m{i}", [make.text("start_time", t)]) for i, t in enumerate(texts)
    ]
    (row,) = rows(measured)["experiments"]
    assert row["start_time"] == datetime(2026, 1, 22, *first, tzinfo=UTC)


def test_times_are_stored_in_utc(rows):
    notes = Annotations(start_time=NIGHT.astimezone(timezone(timedelta(hours=9))))
    (row,) = rows(notes=notes)["experiments"]
    assert row["start_time"] == NIGHT
    assert row["sealed_at"] == NIGHT


def test_the_same_documents_give_the_same_rows(make):
    facts = [make.number("dwell_time", 1e-6, "s"), make.text("model", "Titan")]
    made = [
        rows_of(make.manifest(), Annotations(), *make.documents("e-1", order))
        for order in (
            [make.measurement("a", facts), make.measurement("b")],
            [make.measurement("b"), make.measurement("a", facts[::-1])],
        )
    ]
    assert all(made[0][name].equals(made[1][name]) for name in TABLES)


def test_tags_are_counted_for_a_measurement_and_listed_for_the_experiment(make):
    use = TagUse(
        reader="DM", tag="a/*", mapped_as="model", measurements=2, varies=True, example="1"
    )
    documents = make.documents("e-1", [make.measurement("m")], tags=[use])
    tables = rows_of(make.manifest(), Annotations(), *documents)
    (row,) = tables["measurements"].to_pylist()
    assert (row["tags_kept"], row["tags_mapped"], row["tags_unreadable"]) == (7, 2, 0)
    assert tables["tags"].to_pylist() == [{"experiment_id": "e-1"} | use.model_dump()]
