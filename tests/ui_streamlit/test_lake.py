"""The lake's page: what one may see, level by level, and what one may take away."""

from __future__ import annotations

import pytest

from emfair.client.engine import DepositRequest
from emfair.identity.roles import Role
from emfair.model.deposits import Whereto
from emfair.model.nouns import ProjectCard
from emfair.service import deposits
from emfair.service.nouns import projects
from tests.service.lab import deposit
from tests.ui_streamlit.lab import access, enter, open_lab, press, shown, subject
from tests.ui_streamlit.test_pages import html

ODD = "näh 50% <b>王.dm3"
SAMPLE = "project=steel/proposal=2026-a/sample=lamella"


@pytest.fixture
def services(tmp_path):
    with open_lab(tmp_path / "home") as opened:
        for title in ("Steel", "Glass *1*"):
            projects.create_project(access(opened, "ada"), ProjectCard(title=title))
        yield opened


@pytest.fixture
def folder(services, tmp_path):
    """Return where a sealed experiment of one oddly named file lies."""
    file = tmp_path / ODD
    file.write_bytes(b"bytes of a microscope")
    made = deposit(services, DepositRequest([file], "steel", "2026-A", "Lamella", title="*Night*"))
    return f"{SAMPLE}/experiment={made.place.experiment}"


def join(services, name, role):
    access(services, name)
    services.registry.memberships.grant(
        "steel", subject(name), role, until=None, actor=subject("ada")
    )


def crumbs(app):
    icons = (":material/home_storage:", ":material/chevron_right:")
    return [one.proto.label for one in app.get("page_link") if one.proto.icon in icons]


def archives(app):
    return [one.proto.url for one in app.get("link_button") if "archive.zip" in one.proto.url]


def test_one_goes_down_from_the_projects_one_sees(services, folder):
    text = shown(enter("lake", "ada"))
    assert "**Steel**" in text
    assert r"**Glass \*1\***" in text
    join(services, "bob", Role.VIEWER)
    assert "Glass" not in shown(enter("lake", "bob"))
    text = shown(enter("lake", "ada", path=SAMPLE))
    assert r"**\*Night\***" in text
    assert crumbs(enter("lake", "ada", path=f"{folder}/raw")) == [
        "All projects", "Steel", "2026\\-A", "Lamella", r"\*Night\*", "raw",
    ]  # fmt: skip


def test_sessions_that_are_called_alike_have_their_identifiers_beside_them(services, folder):
    assert folder.rpartition("=")[2].replace("-", r"\-") in shown(enter("lake", "ada", path=SAMPLE))
    levels = enter("lake", "ada", path=SAMPLE.rpartition("/")[0])
    assert "lamella" not in shown(levels)


def test_an_experiments_folders_say_what_they_hold(services, folder):
    text = shown(enter("lake", "ada", path=folder))
    assert "as it was deposited, never changed" in text
    assert "Its page" in text


def test_a_file_has_its_size_its_time_and_its_link(services, folder):
    page = html(enter("lake", "ada", path=f"{folder}/raw/files"))
    assert "21 B" in page
    assert f"{services.now():%Y-%m-%d}" in page
    assert f'href="/api/v1/lake/objects/{folder}/raw/files/' in page
    assert "<b>王" not in page
    assert ">näh 50% &lt;b&gt;王.dm3</td>" in page


@pytest.mark.parametrize(("role", "downloads"), [(Role.VIEWER, True), (Role.EDITOR, True)])
def test_members_take_away(services, folder, role, downloads):
    join(services, "bob", role)
    assert ("Download " in html(enter("lake", "bob", path=f"{folder}/raw/files"))) is downloads
    assert len(archives(enter("lake", "bob", path=folder))) == 4


def test_each_level_is_taken_away_part_by_part(services, folder):
    experiment = folder.rpartition("=")[2]
    assert archives(enter("lake", "ada", path="project=steel"))[0] == (
        "/api/v1/projects/steel/archive.zip?part=raw"
    )
    assert archives(enter("lake", "ada", path=SAMPLE))[-1] == (
        "/api/v1/projects/steel/proposals/2026-a/samples/lamella/archive.zip?part=all"
    )
    assert archives(enter("lake", "ada", path=folder))[1] == (
        f"/api/v1/experiments/{experiment}/archive.zip?part=nexus"
    )
    assert archives(enter("lake", "ada")) == archives(
        enter("lake", "ada", path=f"{folder}/raw")
    ) == []  # fmt: skip


def test_a_draft_has_nothing_to_take(services):
    row = deposits.draft(access(services, "ada"), Whereto("steel", "2026-A", "Lamella", "Day"))
    app = enter("lake", "ada", path=f"{SAMPLE}/experiment={row.id}")
    assert archives(app) == []
    assert "Nothing here" in shown(app)


def test_what_is_hidden_answers_like_what_is_not_there(services, folder):
    for path in (folder, "project=steel", "project=nowhere", "x/y", "../..", f"{folder}/nothing"):
        app = enter("lake", "eve", path=path)
        assert len(app.warning) == 1
        assert not app.error
        assert "Night" not in shown(app)


def test_thousands_of_entries_come_in_pages(services, folder):
    for number in range(230):
        services.lake.put_bytes(f"{folder}/previews/p-{number:04}.png", b"x")
    app, seen = enter("lake", "ada", path=f"{folder}/previews"), []
    for _ in range(2):
        page = html(app)
        seen += [number for number in range(230) if f"p-{number:04}.png</td>" in page]
        press(app, "More")
    page = html(app)
    seen += [number for number in range(230) if f"p-{number:04}.png</td>" in page]
    assert seen == list(range(230))
    press(app, "Back")
    assert "p-0150.png" in html(app)
