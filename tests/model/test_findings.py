"""Findings and what they come to."""

import pytest

from emfair.model.findings import (
    Finding,
    Severity,
    Verdict,
    count_by_severity,
    in_order,
    verdict_of,
)


def finding(severity=Severity.NOTE, **rest) -> Finding:
    return Finding(**{"severity": severity, "rule": "r", "message": "m", **rest})


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ([], Verdict.VALID),
        (["note", "undocumented", "recommended", "warning"], Verdict.VALID),
        (["note", "missing"], Verdict.NEEDS_INPUT),
        (["missing", "error"], Verdict.INVALID),
        (["error"], Verdict.INVALID),
    ],
)
def test_the_worst_finding_decides(severities, verdict):
    assert verdict_of(finding(Severity(one)) for one in severities) is verdict


def test_counts_name_every_severity_most_severe_first():
    counts = count_by_severity([finding(Severity.ERROR), finding(), finding()])
    assert list(counts.items()) == [
        ("error", 1), ("missing", 0), ("warning", 0), ("recommended", 0), ("undocumented", 0),
        ("note", 2),
    ]  # fmt: skip


def test_findings_come_once_most_severe_first_in_an_order_that_hangs_on_nothing_else():
    findings = [
        finding(severity, file=file, field=field, hint=hint)
        for severity in Severity
        for file in ("a", "b")
        for field in ("", "sample.name")
        for hint in ("", "do")
    ]
    expected = in_order(findings)
    assert [one.severity.rank for one in expected] == sorted(one.severity.rank for one in expected)
    for seed in range(5):
        shuffled = sorted(findings * 2, key=lambda one: (hash((seed, one)), seed))
        assert in_order(shuffled) == expected
