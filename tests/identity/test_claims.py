"""Whatever a profile holds, it locks nobody out and lets nobody in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.identity.claims import principal_of
from emfair.identity.principal import SUBJECT_LIMIT, Kind, issued_subject
from emfair.model.visible import is_visible

ISSUER = "https://login.test/application/o/emfair/"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
JOINED = dict.fromkeys(map(ord, "\u200c\u200d"))
NAMES = ["name", "preferred_username", "email", "email_verified", "orcid", "groups", "azp"]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON)))
def test_any_claims_of_any_type_give_a_principal_that_can_be_shown(claims):
    who = principal_of({"sub": "ada"} | claims, ISSUER)
    assert who.subject == f"ada@{ISSUER}"
    assert who.name
    assert (who.name + who.email + who.orcid).translate(JOINED).isprintable()
    assert is_visible(who.name)
    assert all(group.startswith("emfair-") for group in who.groups)


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": "\u202eztrauq\x07"}, "ztrauq"),
        ({"name": "می\u200cخواهم"}, "می\u200cخواهم"),
        ({"name": "\u3164", "preferred_username": "ada"}, "ada"),
        ({"name": "\u200b", "preferred_username": "\u2066\u2069"}, "sub"),
        ({"name": "\u200d", "sub": "\u3164"}, f"\u3164@{ISSUER}"),
    ],
)
def test_of_a_name_what_cannot_be_seen_is_taken_away(claims, name):
    assert principal_of({"sub": "sub"} | claims, ISSUER).name == name


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["emfair-admin", "mail", 7, None], {"emfair-admin"}),
        ("emfair-admin", {"emfair-admin"}),
        ("mail", set()),
        ({"emfair-admin": True}, set()),
        (["Emfair-admin", " emfair-admin"], set()),
        (["emfair-" + "x" * 255], set()),
        (None, set()),
    ],
)
def test_only_emfairs_groups_by_their_exact_names_are_kept(claim, groups):
    assert principal_of({"sub": "a", "groups": claim}, ISSUER).groups == groups


def test_an_address_that_the_issuer_has_not_verified_is_not_kept():
    said = {"sub": "a", "email": "boss@lab.test"}
    assert principal_of(said, ISSUER).email == "boss@lab.test"
    assert principal_of(said | {"email_verified": False}, ISSUER).email == ""


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("0000-0002-1825-0098", ""),
        (7, ""),
    ],
)
def test_an_orcid_is_kept_if_its_check_digit_is_right(said, kept):
    assert principal_of({"sub": "a", "orcid": said}, ISSUER).orcid == kept


@pytest.mark.parametrize(
    ("claims", "kind"),
    [
        ({"sub": "emfair-robot", "client_id": "emfair-robot"}, Kind.SERVICE),
        ({"sub": "emfair-robot", "azp": "emfair-robot"}, Kind.SERVICE),
        ({"sub": "9f", "preferred_username": "ak-emfair-client_credentials"}, Kind.SERVICE),
        ({"sub": "ada", "client_id": "emfair", "azp": "emfair"}, Kind.PERSON),
    ],
)
def test_client_credentials_are_told_from_people(claims, kind):
    assert principal_of(claims, ISSUER).kind is kind


def test_accounts_of_two_issuers_are_two_people():
    subjects = {issued_subject(url, "ada") for url in (ISSUER, ISSUER.rstrip("/"), "https://b/")}
    assert len(subjects) == 3


@given(st.text(min_size=1, max_size=255), st.integers(0, 300))
def test_a_subject_fits_the_registry_and_stays_the_same(sub, more):
    issuer = ISSUER + "x" * more
    subject = issued_subject(issuer, sub)
    assert len(subject) <= SUBJECT_LIMIT
    assert subject == issued_subject(issuer, sub) != issued_subject(issuer, sub + "x")
