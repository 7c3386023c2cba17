"""Rights, as any face asks for them."""

from __future__ import annotations

from emfair.identity.policy import SERVICE
from emfair.identity.table import Action
from emfair.service.access import Access
from emfair.service.nouns.rights import rights
from tests.service.lab import someone
from tests.service.nouns.logins import access


def test_rights_are_what_would_be_allowed(services):
    assert Action.ADMIN in rights(someone(services), SERVICE)
    assert rights(access(services, "ada"), SERVICE) == [
        Action.SEE_SERVICE, Action.QUERY_INDEX, Action.KEEP, Action.CREATE_PROJECT,
    ]  # fmt: skip
    assert rights(Access(services, None), SERVICE) == [Action.SEE_SERVICE]
