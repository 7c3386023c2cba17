"""Everything that emfair loads at run time may be combined with GPL-3.0-or-later."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
TABLE: dict[str, str] = yaml.safe_load((ROOT / "docs/licences.yaml").read_text())

# https://www.gnu.org/licenses/license-list.html#GPLCompatibleLicenses
COMPATIBLE = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "bzip2-1.0.6",
    "CC0-1.0",
    "GPL-3.0-or-later",
    "ISC",
    "LGPL-2.1-or-later",
    "LicenseRef-EUMETSAT-FCIDECOMP",  # MIT and a duty to name the source, as GPL-3 §7b permits
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Zlib",
}

# Classifiers that name one licence. "BSD License" is none of them: the 4-clause one is not
# compatible.
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def closure(name: str, extras: frozenset[str]) -> set[str]:
    """Return the distributions that installing ``name[extras]`` here brings, itself not."""
    seen: set[tuple[str, str]] = set()
    waiting = [(name, extra) for extra in ("", *extras)]
    while waiting:
        package, extra = waiting.pop()
        if (package, extra) in seen:
            continue
        seen.add((package, extra))
        for text in _installed(package).requires or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                wanted = canonicalize_name(needed.name)
                waiting += [(wanted, each) for each in ("", *needed.extras)]
    return {package for package, _ in seen} - {name}


def _installed(package: str) -> Distribution:
    try:
        return distribution(package)
    except PackageNotFoundError:
        pytest.fail(f"{package} is required but not installed. Run: make setup")


def declared(package: str) -> str | None:
    """Return the SPDX expression of the metadata; None where it is unclear."""
    metadata = _installed(package).metadata
    for field in ("License-Expression", "License"):
        try:
            return canonicalize_license_expression(metadata.get(field, ""))
        except InvalidLicenseExpression:
            continue
    named = [each for each in metadata.get_all("Classifier", []) if each.startswith("License ::")]
    known = [CLASSIFIERS.get(each) for each in named]
    return " AND ".join(filter(None, known)) if known and None not in known else None


def is_compatible(expression: str) -> bool:
    """Say whether every part that must be obeyed (AND binds tighter than OR) is compatible."""
    while inner := re.search(r"\(([^()]*)\)", expression):
        known = "MIT" if is_compatible(inner[1]) else "neither"
        expression = expression.replace(inner[0], known)
    choices = [choice.split(" AND ") for choice in expression.split(" OR ")]
    return any(all(part in COMPATIBLE for part in choice) for choice in choices)


def verdict(package: str) -> str | None:
    """Return what is wrong with the licence of `package`, None if nothing is."""
    expression = declared(package) or TABLE.get(package)
    if expression is None:
        return (
            f"{package}: its metadata names no licence. Read the licence text in the distribution "
            "and add its SPDX expression to docs/licences.yaml."
        )
    if not is_compatible(expression):
        return (
            f"{package}: {expression} is not known to be compatible with GPL-3.0-or-later. Drop "
            "the dependency, or, if gnu.org lists the licence as compatible, add it to COMPATIBLE."
        )
    return None


def test_every_run_time_dependency_may_be_combined_with_the_gpl() -> None:
    packages = closure("emfair", frozenset({"all"}))
    assert {"dagster", "h5py", "pint", "rosettasciio", "streamlit"} <= packages
    wrong = [found for package in sorted(packages) if (found := verdict(package))]
    assert not wrong, "\n".join(wrong)


def test_the_table_names_only_what_is_locked_and_unclear() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert set(TABLE) <= locked
    present = closure("emfair", frozenset({"all"})) & set(TABLE)
    assert [package for package in sorted(present) if declared(package)] == []


@pytest.mark.parametrize(
    ("expression", "compatible"),
    [
        ("MIT", True),
        ("GPL-2.0-only", False),
        ("GPL-2.0-only OR MIT", True),
        ("GPL-2.0-only AND MIT", False),
        ("MPL-2.0 AND (GPL-2.0-only OR MIT)", True),
        ("MPL-2.0 AND (GPL-2.0-only AND MIT)", False),
        ("(GPL-2.0-only OR (MIT AND BSD-4-Clause))", False),
        ("BSD-4-Clause AND MIT OR Apache-2.0 AND MIT", True),
        ("MIT AND (GPL-2.0-only OR ISC)", True),
        ("", False),
    ],
)
def test_an_expression_is_compatible_if_one_choice_is_so_entirely(expression, compatible) -> None:
    assert is_compatible(expression) is compatible
