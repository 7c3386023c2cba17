"""Referee links, as any face makes and ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.errors import NotFound
from emfair.identity.referees import link_digest
from emfair.identity.table import Action
from emfair.model.deposits import Whereto
from emfair.model.nouns import ProjectCard
from emfair.service import deposits
from emfair.service.access import Granted
from emfair.service.nouns import projects, referees
from tests.service.nouns.logins import access


@pytest.fixture
def sharing(services):
    """Return a project of ada's, which she may share."""
    projects.create_project(access(services, "ada"), ProjectCard(title="Steel"))
    ada = access(services, "ada")
    return Granted(ada, ada.project(Action.SHARE_PROJECT, "steel"))


def test_a_link_is_found_by_its_secret_until_it_is_revoked(services, sharing):
    until = services.now() + timedelta(days=1)
    made = referees.show_project(sharing, until)
    digest = link_digest(made.secret)
    assert services.registry.referees.find(digest) == made.link
    assert made.secret not in repr(made)
    referees.revoke(sharing.access, referees.of_project(sharing), made.link.id)
    assert services.registry.referees.find(digest) is None


def test_a_link_is_revoked_only_from_where_it_belongs(services, sharing):
    row = deposits.draft(access(services, "ada"), Whereto("steel", "p", "s", "title"))
    made = referees.show_project(sharing, services.now() + timedelta(days=1))
    links = referees.of_experiment(Granted(sharing.access, row))
    assert links == ()
    with pytest.raises(NotFound):
        referees.revoke(sharing.access, links, made.link.id)
