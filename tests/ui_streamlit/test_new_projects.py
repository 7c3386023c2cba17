"""Where only stewards and whose groups name it begin a project, pages offer it to nobody else."""

from __future__ import annotations

import pytest

from emfair.model.nouns import ProjectCard
from emfair.service import browse
from emfair.service.nouns import projects
from tests.ui_streamlit.lab import (
    STEWARD,
    access,
    enter,
    fill,
    open_lab,
    press,
    shown,
    subject,
)
from ui_streamlit.components import links
from ui_streamlit.lab import closed_to

OWNER, EDITOR = (f"emfair-project-steel-{role}" for role in ("owner", "editor"))


@pytest.fixture
def lab(tmp_path):
    with open_lab(tmp_path / "home", projects="groups") as services:
        yield services


@pytest.mark.parametrize(
    ("groups", "makes", "deposits"),
    [
        ((), False, False),
        ((EDITOR.replace("editor", "viewer"),), False, False),
        ((EDITOR,), False, True),
        ((OWNER,), True, True),
        ((STEWARD,), True, True),
    ],
)
def test_what_is_offered_is_what_would_be_allowed(lab, groups, makes, deposits):
    text = [one.label for one in enter("board", "eve", *groups).text_input]
    assert ("Title" in " ".join(text)) is makes, text
    assert (links.DEPOSIT not in closed_to(access(lab, "eve", *groups))) is deposits
    page = shown(enter("deposit", "eve", *groups))
    assert ("there is no project that you may deposit into" in page) is not deposits
    assert ("Ask an owner of the project, or a steward" in page) is not deposits


def test_a_member_of_a_project_deposits_there_and_learns_who_makes_new_ones(lab):
    stew = access(lab, "stew", STEWARD)
    projects.create_project(stew, ProjectCard(title="Steel"))
    access(lab, "eve")
    lab.registry.memberships.grant(
        "steel", subject("eve"), "editor", until=None, actor=stew.subject
    )
    app = enter("deposit", "eve", project="Glass", proposal="q", sample="s")
    assert "new projects by a steward" in shown(app)
    press(fill(app, "Title of this session", "T").run(), "Next")
    assert "only stewards begin one" in shown(app)
    fill(app, "Project", "steel").run()
    press(app, "Next")
    (row,) = browse.experiments(access(lab, "eve")).rows
    assert (row.project, row.title) == ("steel", "T")
