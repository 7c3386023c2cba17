"""What people write for project, proposal and sample leads to what they mean, or is refused."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall, Conflict, NotFound
from emfair.identity.table import Action
from emfair.model.deposits import Whereto
from emfair.model.nouns import ProjectCard, SampleCard
from emfair.service import deposits, placing
from emfair.service.access import Granted
from emfair.service.nouns import projects, samples
from tests.service.lab import someone
from tests.service.nouns.logins import access

LONG = "A long name of a sample, and of its region"


@pytest.fixture
def ada(services):
    return someone(services)


def draft(who, project="Steel", sample="Lamella"):
    return deposits.draft(who, Whereto(project, "2026-A", sample, "Night"))


def sample_title(who, row):
    key = (row.project, row.proposal, row.sample)
    return who.sample(Action.READ_SAMPLE, key).card.title


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("α-Fe", "β-Fe"),
        ("Si/C", "Si C"),
        ("S1+", "S1-"),
        (f"{LONG} 1", f"{LONG} 2"),
        ("样品一", "样品二"),
    ],
)
def test_two_samples_are_two_and_each_keeps_its_name(ada, one, other):
    rows = [draft(ada, sample=one), draft(ada, sample=other), draft(ada, sample=one)]
    assert rows[0].sample == rows[2].sample != rows[1].sample
    assert [sample_title(ada, row) for row in rows] == [one, other, one]


def test_an_identifier_names_what_there_is_whatever_its_title(ada):
    row = draft(ada, project="项目", sample="α-Fe")
    again = draft(ada, project=row.project, sample=row.sample)
    assert (again.project, again.sample) == (row.project, row.sample)
    projects.create_project(ada, ProjectCard(title="Calcite"), "quartz")
    assert draft(ada, project="quartz").project == "quartz"


def test_an_exact_title_finds_what_was_made_with_an_identifier_of_its_own(ada):
    projects.create_project(ada, ProjectCard(title="项目"), "chinese")
    assert draft(ada, project="项目").project == "chinese"


def test_of_several_with_one_title_none_is_guessed(ada):
    for name in ("one", "two"):
        projects.create_project(ada, ProjectCard(title="Steel"), name)
    with pytest.raises(Conflict, match="one, two"):
        draft(ada)
    assert draft(ada, project="two").project == "two"
    projects.create_project(ada, ProjectCard(title="Steel"))
    assert draft(ada).project == "steel"


def test_another_title_with_the_identifier_of_something_is_refused(ada):
    projects.create_project(ada, ProjectCard(title="Calcite"), "quartz-2nd")
    with pytest.raises(Conflict, match="another project has its identifier, quartz-2nd"):
        draft(ada, project="Quartz 2nd")
    assert ada.services.registry.projects.list()[0].card.title == "Calcite"
    assert ada.services.registry.experiments.list() == ()


def test_what_got_another_title_is_found_by_its_old_one_too(ada):
    row = draft(ada, sample="α-Fe")
    key = (row.project, row.proposal, row.sample)
    for version, title in ((1, "ferrite"), (2, "alpha iron")):
        editing = Granted(ada, ada.sample(Action.EDIT_SAMPLE, key))
        samples.edit_sample(editing, SampleCard(title=title), expected_version=version)
    assert draft(ada, sample="α-Fe").sample == row.sample
    assert draft(ada, sample="alpha iron").sample == row.sample


def test_the_title_of_what_others_have_is_no_way_into_it(services):
    ada, eve = access(services, "ada"), access(services, "eve")
    projects.create_project(ada, ProjectCard(title="Steel"), "secret")
    assert draft(eve, project="Steel").project == "steel"
    assert draft(access(services, "ada"), project="Steel").project == "secret"
    with pytest.raises(NotFound, match="the name of another project, which was not shared"):
        draft(access(services, "eve"), project="secret")


@pytest.mark.parametrize("title", ["", "  ", "\u200b", "a\u202eb", "x" * 501])
def test_what_can_be_no_title_is_refused_and_nothing_is_made(ada, title):
    with pytest.raises(BadCall):
        draft(ada, project=title)
    assert ada.services.registry.projects.list() == ()


def test_levels_are_found_from_the_project_downwards(ada):
    row = draft(ada, project="项目", sample="α-Fe")
    assert placing.identifiers(ada, "项目") == (row.project,)
    words = ("项目", "2026-A", "α-Fe")
    assert placing.identifiers(ada, *words) == (row.project, row.proposal, row.sample)
