"""One way in: a login's token, an access token, or nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emfair.errors import Unauthenticated
from emfair.identity.bearer import Entrance
from emfair.identity.principal import Kind
from emfair.identity.tokens import issue
from tests.identity.conftest import NOW


@pytest.fixture
def guarded(drawer, bearer):
    return Entrance(drawer, bearer, lambda: NOW)


@pytest.fixture
def embedded(drawer):
    return Entrance(drawer, None, lambda: NOW)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", " Bearer  "])
def test_both_kinds_of_token_come_in_by_the_same_header(oidc, guarded, drawer, scheme):
    ada = guarded.principal(f"{scheme} {oidc.token('ada')}")
    assert ada.name == "Ada Lovelace"
    end = NOW + timedelta(days=1)
    text, stored = issue(drawer, ada, name="script", scopes=["read"], expires_at=end, now=NOW)
    script = guarded.principal(f"{scheme} {text}")
    assert (script.subject, script.token) == (ada.subject, stored.id)


def test_who_brings_nothing_is_nobody_where_there_is_a_login(guarded):
    assert guarded.principal(None) is None


def test_who_brings_nothing_is_the_local_user_where_there_is_none(embedded):
    assert embedded.principal(None).kind is Kind.LOCAL


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer abc",
        "Bearer emf_abc",
        "emf_abc",
        "Bearer a b",
    ],
)
def test_a_wrong_credential_is_never_as_good_as_none(guarded, embedded, header):
    for entrance in (guarded, embedded):
        with pytest.raises(Unauthenticated):
            entrance.principal(header)


def test_an_issuers_token_proves_nobody_where_there_is_no_issuer(oidc, embedded):
    with pytest.raises(Unauthenticated, match="no login service here"):
        embedded.principal(f"Bearer {oidc.token('ada')}")
