"""What is to mend, by severity and by field."""

from __future__ import annotations

from emfair.model.documents import ContainerReport, Validation
from emfair.model.findings import Finding, Severity, Verdict
from emfair.model.manifest import Place
from emfair.validation.mending import field_name, mending
from emfair.validation.outline import outline

PLACE = Place(project="p", proposal="q", sample="s", experiment="e-1")


def validation(*findings, count=12):
    containers = tuple(
        ContainerReport(
            measurement=f"m-{number}", file="a.dm3", container_sha256="0" * 64,
            verdict=Verdict.VALID, findings=(),
        )
        for number in range(count)
    )  # fmt: skip
    return Validation(
        place=PLACE, nxdl_version="1", validator="v", verdict=Verdict.INVALID,
        containers=containers, findings=findings,
    )  # fmt: skip


def finding(severity, number, message="said", **about):
    return Finding(
        severity=severity, rule="r", message=message, measurement=f"m-{number}", **about
    )  # fmt: skip


def test_what_many_measurements_miss_is_said_once():
    missing = [
        finding(Severity.MISSING, number, field="sample.atom_types", path="/entry/sample1/x")
        for number in range(12)
    ]
    ((severity, (matter,)),) = mending(outline(validation(*missing))).items()
    assert severity is Severity.MISSING
    assert matter.name == "Sample › Elements in the sample"
    assert [row.spread for row in matter.rows] == ["all 12 measurements"]


def test_all_that_is_said_of_a_field_stands_together_and_is_counted_as_one():
    told = outline(
        validation(
            finding(Severity.MISSING, 0, "one", field="start_time"),
            finding(Severity.MISSING, 0, "other", field="sample.name"),
            finding(Severity.MISSING, 1, "two", field="start_time"),
            finding(Severity.ERROR, 0, "this"),
            finding(Severity.ERROR, 0, "that"),
        )
    )
    found = mending(told)
    assert told.counts == (("error", "2 errors"), ("missing", "2 missing values"))
    assert told.summary.startswith("2 errors have to be mended, and 2 missing values have to be")
    matters = {
        matter.field: [row.message for row in matter.rows] for matter in found[Severity.MISSING]
    }
    assert matters == {"start_time": ["one", "two"], "sample.name": ["other"]}


def test_what_no_field_mends_comes_after_what_one_does_and_stands_alone():
    found = mending(
        outline(
            validation(
                finding(Severity.ERROR, 0, "no field", hint="Do this."),
                finding(Severity.ERROR, 1, "no field, too"),
                finding(Severity.ERROR, 2, "a field", field="end_time"),
            )
        )
    )
    assert [matter.field for matter in found[Severity.ERROR]] == ["end_time", "", ""]
    assert found[Severity.ERROR][1].rows[0].hint == "Do this."


def test_the_most_severe_come_first_and_empty_ones_not_at_all():
    found = mending(
        outline(validation(finding(Severity.NOTE, 0), finding(Severity.ERROR, 0, "worse")))
    )
    assert list(found) == [Severity.ERROR, Severity.NOTE]
    assert mending(outline(validation())) == {}


def test_a_field_that_the_form_does_not_know_keeps_its_name():
    assert field_name("files.a.title") == "files.a.title"
