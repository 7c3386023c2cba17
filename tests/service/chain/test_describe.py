"""Fourth step: READMEs at every level."""

from __future__ import annotations

import re

from emfair.lake import layout


def test_a_readme_stands_at_every_level(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    pages = {}
    for prefix in (
        layout.project_prefix(place),
        layout.proposal_prefix(place),
        layout.sample_prefix(place),
        layout.experiment_prefix(place),
    ):
        pages[prefix] = lab.services.lake.read_bytes(layout.readme(prefix)).decode()
    project, proposal, sample, experiment = pages.values()
    assert "| `proposal=2026-a` | 2026\\-A | 1 |" in project
    assert "| `sample=quartz` | Quartz | 1 |" in proposal
    assert f"| `experiment={place.experiment}` | test-1.dm3 |" in sample
    assert "Valid NXem" in experiment


def test_a_hostile_title_cannot_break_a_readme(lab):
    title = "# Heading | <script>alert(1)</script> `x` [link](javascript:1)"
    place = lab.deposit(lab.file("test-1.dm3"), title=title).place
    lab.process(place.experiment)
    for prefix in (layout.sample_prefix(place), layout.experiment_prefix(place)):
        page = lab.services.lake.read_bytes(layout.readme(prefix)).decode()
        assert "<script>" not in page
        assert not re.search(r"^\s*\\?# Heading", page, re.MULTILINE)
        assert not re.search(r"(?<!\\)\]\(javascript", page)
