"""Logins of the browser: Streamlit's own cookies are read; what only looks like one is nobody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import Unauthenticated
from emfair.identity.logins import COOKIE, Logins
from emfair.identity.principal import Kind
from tests.identity.browsers import login_cookies
from tests.identity.conftest import NOW

SECRET = "s" * 32
ISSUER, CLIENT, ORIGIN = "https://login.test/o/emfair/", "emfair-web", "https://emfair.test"
SINCE = int(NOW.timestamp()) - 60


def logins(hours: float = 12.0, secret: str = SECRET, origin: str = ORIGIN) -> Logins:
    return Logins(ISSUER, CLIENT, origin, hours, secret)


def claims(**other: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER, "aud": CLIENT, "sub": "ada", "iat": SINCE, "name": "Ada Lovelace",
        "groups": ["emfair-steward", "mail"],
        "origin": ORIGIN, "is_logged_in": True, "provider": "default",
    }  # fmt: skip
    return {name: value for name, value in (usual | other).items() if value is not None}


def test_a_cookie_of_streamlits_says_who_it_is():
    login = logins().of_cookies(login_cookies(SECRET, claims()), NOW)
    assert login is not None
    assert (login.principal.subject, login.principal.kind) == (f"ada@{ISSUER}", Kind.PERSON)
    assert login.principal.groups == {"emfair-steward"}
    assert login.principal.scopes is None, "a login may do all that the person may"


def test_a_long_one_comes_in_pieces():
    groups = [f"emfair-project-{uuid4()}-editor" for _ in range(150)]
    cookies = login_cookies(SECRET, claims(groups=groups))
    assert len(cookies) > 2
    login = logins().of_cookies(cookies, NOW)
    assert login is not None
    assert login.principal.groups == set(groups)
    for piece in cookies:
        assert logins().of_cookies(cookies | {piece: ""}, NOW) is None


@pytest.mark.parametrize("count", ["0", "-1", "99999999", "x", "", "²"])
def test_a_number_of_pieces_that_is_none_is_nobody(count):
    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    signed = create_signed_value(SECRET, COOKIE, f"chunks-{count}").decode()
    assert logins().of_cookies({COOKIE: signed}, NOW) is None


@pytest.mark.parametrize(
    "forged",
    [
        lambda: login_cookies("t" * 32, claims()),
        lambda: {COOKIE: login_cookies(SECRET, claims())[COOKIE][:-1]},
        lambda: {COOKIE: login_cookies(SECRET, claims(), "_streamlit_user_tokens").popitem()[1]},
        lambda: login_cookies(SECRET, claims(origin="https://other.test")),
        lambda: login_cookies(SECRET, claims(origin=None)),
        lambda: login_cookies(SECRET, claims(is_logged_in=None)),
        lambda: login_cookies(SECRET, claims(is_logged_in="yes")),
        lambda: login_cookies(SECRET, claims(iss="https://login.test/o/other/")),
        lambda: login_cookies(SECRET, claims(aud="mail")),
        lambda: login_cookies(SECRET, claims(sub=None)),
        lambda: login_cookies(SECRET, claims(iat=None)),
        lambda: login_cookies(SECRET, claims(iat=True)),
        lambda: login_cookies(SECRET, claims(iat="now")),
        lambda: login_cookies(SECRET, claims(iat=1e300)),
        lambda: login_cookies(SECRET, claims(iat=SINCE + 3600)),
        lambda: {COOKIE: "null"},
        dict,
    ],
)
def test_what_only_looks_like_one_is_nobody(forged):
    assert logins().of_cookies(forged(), NOW) is None


@given(st.dictionaries(st.sampled_from([COOKIE, f"{COOKIE}_1"]), st.text(max_size=80)))
def test_whatever_a_browser_sends_is_no_error(cookies):
    assert logins().of_cookies(cookies, NOW) is None


@given(st.floats(0.01, 720), st.floats(0, 2).filter(lambda share: abs(share - 1) > 1e-3))
def test_it_ends_so_many_hours_after_the_issuer_said_so(hours, share):
    cookies = login_cookies(SECRET, claims(iat=NOW.timestamp()))
    later = NOW + timedelta(hours=hours * share)
    assert (logins(hours).of_cookies(cookies, later) is None) == (share > 1)


def test_a_client_may_be_one_of_several_audiences():
    assert logins().of_claims(claims(aud=["mail", CLIENT]), NOW).principal.name == "Ada Lovelace"


def test_whoever_logs_out_is_out_with_every_copy_of_the_cookie_and_may_come_back():
    one, cookies = logins(), login_cookies(SECRET, claims())
    login = one.of_cookies(cookies, NOW)
    assert login is not None
    one.end(login, NOW)
    assert one.of_cookies(cookies, NOW) is None
    with pytest.raises(Unauthenticated, match="logged out"):
        one.of_claims(claims(), NOW)
    assert one.of_claims(claims(sub="bob"), NOW)
    assert one.of_claims(claims(iat=SINCE + 5), NOW)


def test_ends_are_forgotten_when_they_are_no_longer_needed():
    one = logins()
    one.end(one.of_claims(claims(), NOW), NOW)
    one.end(one.of_claims(claims(sub="bob"), NOW), NOW + timedelta(hours=13))
    assert len(one._over) == 1
