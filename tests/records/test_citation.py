"""Citations, as text and for BibTeX, whatever people are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.records.citation import Citation


def cited(people=("Ada Lovelace", "Grace Hopper"), title="Grain boundaries"):
    address = "https://emfair.example.org/experiment?id=e-1"
    return Citation(people, 2026, title, "e-1", address)


def test_people_year_title_identifier_and_address():
    assert cited().text == (
        "Ada Lovelace; Grace Hopper (2026): Grain boundaries [Data set]. emfair. e-1. "
        "https://emfair.example.org/experiment?id=e-1"
    )
    assert cited(title="A title.").text.count("title. [") == 0


def test_bibtex_names_the_same():
    assert cited().bibtex == (
        "@misc{lovelace2026-e-1,\n"
        "  author = {{Ada Lovelace} and {Grace Hopper}},\n"
        "  title = {{Grain boundaries}},\n"
        "  year = {2026},\n"
        "  publisher = {emfair},\n"
        "  note = {Data set e-1},\n"
        "  url = {https://emfair.example.org/experiment?id=e-1}\n"
        "}"
    )


def test_without_people_nobody_is_made_up():
    assert cited(people=()).text.startswith("Unknown (2026)")
    assert cited(people=()).bibtex.startswith("@misc{unknown2026-e-1,\n  author = {{Unknown}}")


@pytest.mark.parametrize(
    ("name", "key"),
    [("José Ñandú", "nandu"), ("李 四", "unknown"), ("O'Neil", "oneil"), ("  ", "unknown")],
)
def test_a_key_is_what_bibtex_takes(name, key):
    assert cited(people=(name,)).bibtex.startswith(f"@misc{{{key}2026-e-1,")


def test_what_latex_reads_is_escaped():
    entry = cited(title="50% of {A_B} & C # $ ~ ^ \\end").bibtex
    assert (
        r"{50\% of \{A\_B\} \& C \# \$ \textasciitilde{} \textasciicircum{} "
        r"\textbackslash{}end}" in entry
    )


@given(st.text(), st.lists(st.text(), max_size=3))
def test_no_text_breaks_out_of_an_entry(title, people):
    entry = cited(people=tuple(people), title=title).bibtex
    bare = re.sub(r"\\[{}]", "", entry)
    depth = 0
    for place, char in enumerate(bare):
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth > 0 or "{" not in bare[:place] or place == len(bare) - 1
    assert depth == 0
    assert len(entry.splitlines()) == 8
    assert len(cited(people=tuple(people), title=title).text.splitlines()) == 1
