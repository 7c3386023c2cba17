"""A personal access token acts as its holder, within its scopes, until its end."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadCall, NotFound, Unauthenticated
from emfair.identity.principal import Kind, Principal
from emfair.identity.referees import link_digest, new_link, referee
from emfair.identity.roles import Role, roles_of
from emfair.identity.secret import SCANNED, digest, new_secret, parts
from emfair.identity.tokens import LONGEST, TOUCH_EVERY, holder, issue, revoke
from tests.identity.conftest import NOW

ADA = Principal(
    "ada@https://login.test/",
    Kind.PERSON,
    groups=frozenset({"emfair-admin", "emfair-steward", "emfair-project-steel-owner"}),
)
END = NOW + timedelta(days=30)


def make(drawer, **other):
    wanted = {"name": "FIB's PC", "scopes": ["deposit"], "expires_at": END} | other
    return issue(drawer, ADA, now=NOW, **wanted)


def test_a_token_acts_as_its_maker_within_its_scopes(drawer):
    text, stored = make(drawer)
    who = holder(drawer, text, NOW)
    assert (who.subject, who.kind, who.token) == (ADA.subject, Kind.PERSON, stored.id)
    assert who.scopes == {"deposit"}


def test_a_token_carries_no_global_power(drawer):
    text, _ = make(drawer)
    drawer.brought[ADA.subject] = ADA.groups
    who = holder(drawer, text, NOW)
    assert who.groups == {"emfair-project-steel-owner"}
    assert roles_of(who, "steel", None, (), NOW) == {Role.OWNER, Role.DEPOSITOR, Role.ANYONE}


def test_a_token_carries_no_group_that_the_last_login_did_not_bring(drawer):
    text, _ = make(drawer)
    assert holder(drawer, text, NOW).groups == frozenset(), "nobody knows what they are in now"
    drawer.brought[ADA.subject] = frozenset({"emfair-project-glass-owner"})
    assert holder(drawer, text, NOW).groups == frozenset(), "none that it was not made with"


def test_an_instruments_token_acts_as_the_instrument_and_has_no_groups(drawer):
    text, _ = make(drawer, instrument="fib-2")
    who = holder(drawer, text, NOW)
    assert (who.subject, who.kind, who.groups) == ("instrument:fib-2", Kind.INSTRUMENT, frozenset())


def test_the_token_itself_is_not_kept(drawer):
    text, stored = make(drawer)
    assert text not in repr(drawer.kept)
    assert parts(text)["secret"] not in repr(drawer.kept)
    assert stored.secret_sha256 == digest(text)
    assert re.fullmatch("[0-9a-f]{64}", stored.secret_sha256)


def test_its_form_can_be_found_by_scanners(drawer):
    text, stored = make(drawer)
    found = SCANNED.search(f'token = "{text}"  # oops')
    assert found
    assert (found["prefix"], found["id"]) == ("emf", stored.id)
    assert parts(found[0])


@given(place=st.integers(0, 200), char=st.sampled_from("0aZz_-. é"))
def test_any_typing_error_is_noticed_before_the_store_is_asked(place, char):
    text = new_secret("emf", "abc")
    at = place % len(text)
    changed = text[:at] + char + text[at + 1 :]
    assert (parts(changed) is None) == (changed != text)
    assert parts(text[:at]) is None


def test_no_two_secrets_are_alike_and_each_has_256_bits():
    secrets = {parts(new_secret("emf", "a"))["secret"] for _ in range(2000)}
    assert len(secrets) == 2000
    assert {len(secret) for secret in secrets} == {43}
    top = {secret[-1] for secret in secrets}
    assert len(top) > 20, "the most significant digit is random too"


def test_a_token_of_another_emfair_or_with_another_secret_is_not_known(drawer):
    _, stored = make(drawer)
    for text in (new_secret("emf", stored.id), new_secret("emf", "nobody")):
        with pytest.raises(Unauthenticated, match="not known here") as told:
            holder(drawer, text, NOW)
        assert text not in str(told.value)
    assert drawer.touches == 0


@pytest.mark.parametrize(
    "cut", ["", "emf_", "emf_abc", "Bearer x", "x" * 1000, "emf_a_" + "0" * 49]
)
def test_what_is_no_whole_token_is_told(drawer, cut):
    with pytest.raises(Unauthenticated, match="not a whole access token"):
        holder(drawer, cut, NOW)


def test_a_referee_links_secret_is_no_access_token(drawer):
    with pytest.raises(Unauthenticated, match="not a whole access token"):
        holder(drawer, new_secret("emr", "abc"), NOW)


def test_a_token_ends_at_its_moment(drawer):
    text, _ = make(drawer)
    assert holder(drawer, text, END - timedelta(seconds=1))
    with pytest.raises(Unauthenticated, match="ended on 2026-02-21"):
        holder(drawer, text, END)


def test_a_revoked_token_is_no_good_at_once_and_again_is_no_error(drawer):
    text, stored = make(drawer)
    revoke(drawer, stored.id, NOW, ADA.subject)
    revoke(drawer, stored.id, END, ADA.subject)
    assert drawer.kept[stored.id].revoked_at == NOW
    with pytest.raises(Unauthenticated, match="was revoked"):
        holder(drawer, text, NOW)
    with pytest.raises(NotFound):
        revoke(drawer, "nobody", NOW, ADA.subject)


def test_the_last_use_is_noted_once_a_minute(drawer):
    text, stored = make(drawer)
    for seconds in (0, 1, 30, TOUCH_EVERY.seconds, TOUCH_EVERY.seconds + 1):
        holder(drawer, text, NOW + timedelta(seconds=seconds))
    assert drawer.touches == 2
    assert drawer.kept[stored.id].last_used_at == NOW + TOUCH_EVERY


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": "  "}, "needs a name"),
        ({"scopes": []}, "needs scopes"),
        ({"scopes": ["read", "admin"]}, r"given: admin"),
        ({"scopes": ["login"]}, r"given: login"),
        ({"expires_at": NOW}, "within a year"),
        ({"expires_at": NOW + LONGEST + timedelta(seconds=1)}, "within a year"),
    ],
)
def test_a_token_that_should_not_be_is_not_made(drawer, wrong, why):
    with pytest.raises(BadCall, match=why):
        make(drawer, **wrong)
    assert drawer.kept == {}


def test_a_referee_link_shows_what_it_says_until_its_end():
    text, kept = new_link()
    assert link_digest(text) == kept
    assert text not in kept
    guest, granted = referee("r-1", "steel", "e-1", END)
    assert guest.kind is Kind.REFEREE
    assert Role.REFEREE in roles_of(guest, "steel", "e-1", [granted], NOW)
    assert Role.REFEREE not in roles_of(guest, "steel", "e-2", [granted], NOW)
    assert Role.REFEREE not in roles_of(guest, "steel", "e-1", [granted], END)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "emr_abc",
        pytest.param(new_secret("emf", "abc"), id="a token"),
        pytest.param(new_link()[0] + "x", id="a letter more"),
    ],
)
def test_a_part_of_a_referee_link_is_told(wrong):
    with pytest.raises(Unauthenticated, match="not a whole referee link"):
        link_digest(wrong)
