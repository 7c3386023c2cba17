"""The registry is a `TokenStore`: a token goes its whole way through a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.errors import Unauthenticated
from emfair.identity.principal import Kind, Principal
from emfair.identity.tokens import TokenStore, holder, issue, revoke
from emfair.registry import open_registry
from tests.identity.conftest import NOW

ADA = Principal(
    "ada@https://login.test/", Kind.PERSON, groups=frozenset({"emfair-project-steel-owner"})
)


def test_a_token_is_made_used_and_revoked_in_the_registry(tmp_path):
    with open_registry(f"sqlite:///{tmp_path}/registry.db") as registry:
        store: TokenStore = registry.tokens
        text, stored = issue(
            store, ADA, name="script", scopes=["read"], expires_at=NOW + timedelta(1), now=NOW
        )
        assert holder(store, text, NOW).groups == frozenset()
        registry.logins.note(ADA.subject, ADA.groups, NOW)
        who = holder(store, text, NOW)
        assert (who.subject, who.scopes, who.groups) == (ADA.subject, {"read"}, ADA.groups)
        assert [one.last_used_at for one in store.list(ADA.subject)] == [NOW]
        revoke(store, stored.id, NOW, ADA.subject)
        with pytest.raises(Unauthenticated, match="was revoked"):
            holder(store, text, NOW)
