"""READMEs say where one is, and nothing a person typed can break them."""

from __future__ import annotations

import re

import pytest

from emfair.records.readme import LISTED, Child, Level, level_readme

HOSTILE = "a | b\n\n# Heading <script>x</script> `code` [link](javascript:1) *bold* \x1b[31m"


def rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize(
    ("level", "below"),
    [(Level.PROJECT, "proposal"), (Level.PROPOSAL, "sample"), (Level.SAMPLE, "experiment")],
)
def test_a_level_lists_what_lies_directly_below_it(level, below):
    page = level_readme(level, "x-1", "Minerals", [Child("y-1", "First", 3)])
    assert page.startswith("# Minerals\n")
    last = "" if level is Level.SAMPLE else " 3 |"
    assert rows(page) == [f"| `{below}=y-1` | First |{last}"]


def test_a_long_list_is_cut_and_says_so():
    children = [Child(f"e-{n}", "One") for n in range(LISTED + 7)]
    page = level_readme(Level.SAMPLE, "s", "Sample", children)
    assert len(rows(page)) == LISTED
    assert "… and 7 more." in page


@pytest.mark.parametrize("level", list(Level))
def test_a_hostile_title_stays_one_cell_of_one_row(level):
    page = level_readme(level, "x-1", HOSTILE, [Child("y-1", HOSTILE, 1)])
    (row,) = rows(page)
    assert len(re.findall(r"(?<!\\)\|", row)) == (3 if level is Level.SAMPLE else 4)
    assert "<script>" not in page
    assert not re.search(r"(?<!\\)\]\(", page)
    assert [line for line in page.splitlines() if line.startswith("#")][1:] == [
        f"## {level.below.capitalize()}s"
    ]
