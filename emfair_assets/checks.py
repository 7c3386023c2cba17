"""Asset checks, from the documents that the chain wrote. Pure.

They are declared on their assets: a check of its own on a partitioned asset would load every
partition (dagster 1.13). Dagster shows the latest result of any experiment, so each names its own.
"""

from __future__ import annotations

from dagster import AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, MetadataValue

from emfair.errors import FixityMismatch
from emfair.model.documents import Validation
from emfair.model.findings import Severity, count_by_severity
from emfair.model.manifest import Manifest

FIXITY = AssetCheckSpec(
    "fixity", asset="raw_upload", description="Every raw file has the bytes of the manifest."
)
NO_ERRORS = AssetCheckSpec(
    "no_errors",
    asset="validation_report",
    description="Nothing is wrong: every file was read, every container is right.",
)
COMPLETE = AssetCheckSpec(
    "complete",
    asset="validation_report",
    description="Everything NXem requires is there; what is not, only a person can supply.",
)


def of_fixity(manifest: Manifest) -> AssetCheckResult:
    """Return the check of a deposit whose files were all read again and found whole."""
    return AssetCheckResult(
        check_name=FIXITY.name,
        asset_key=FIXITY.asset_key,
        passed=True,
        metadata={
            "experiment": MetadataValue.text(manifest.place.experiment),
            "files": MetadataValue.int(len(manifest.files)),
        },
    )


def of_broken(error: FixityMismatch) -> AssetCheckResult:
    """Return the check of a deposit of which files are missing or differ."""
    return AssetCheckResult(
        check_name=FIXITY.name,
        asset_key=FIXITY.asset_key,
        passed=False,
        severity=AssetCheckSeverity.ERROR,
        metadata={
            "experiment": MetadataValue.text(error.subject),
            "what is wrong": MetadataValue.text(error.message),
            "what to do": MetadataValue.text(error.remedy),
        },
    )


def of_validation(validation: Validation) -> list[AssetCheckResult]:
    """Return the checks of a report: errors fail as errors, missing values as warnings."""
    return [
        _result(NO_ERRORS, validation, Severity.ERROR, AssetCheckSeverity.ERROR),
        _result(COMPLETE, validation, Severity.MISSING, AssetCheckSeverity.WARN),
    ]


def _result(
    spec: AssetCheckSpec, validation: Validation, severity: Severity, level: AssetCheckSeverity
) -> AssetCheckResult:
    counts = count_by_severity(validation.findings)
    return AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=counts[severity.value] == 0,
        severity=level,
        metadata={
            "experiment": MetadataValue.text(validation.place.experiment),
            **{name: MetadataValue.int(number) for name, number in counts.items()},
        },
    )
