"""Who sees what: strangers a login page, people what their roles show, at every address."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from emfair.identity.principal import Kind, Principal, issued_subject
from emfair.identity.referees import COOKIE
from emfair.identity.roles import Role
from emfair.identity.table import Action
from emfair.identity.tokens import issue
from emfair.service.access import Granted
from emfair.service.nouns import referees
from emfair.service.reception import Reception
from emfair.service.services import Services
from tests.ui_streamlit.conftest import SCRIPT
from tests.ui_streamlit.discovering import identifiers
from tests.ui_streamlit.test_pages import html, told
from ui_streamlit import stores
from ui_streamlit.login.door import own_address
from ui_streamlit.login.secrets import auth_secrets
from ui_streamlit.login.visit import Standing, Visit, shown_by, visit

ISSUER = "https://login.lab.test/o/emfair/"
PAGES = [
    "", "experiments", "experiment", "sql", "instruments", "people", "lake", "audit", "members",
    "tokens",
]  # fmt: skip


@pytest.fixture(scope="module")
def there(services: Services, made: dict[str, str]) -> Services:
    """Return the filled stores of an emfair where people log in."""
    settings = services.settings.model_copy(
        update={"oidc_issuer": ISSUER, "contact": "Stew *Ward*, room 204"}
    )
    return replace(services, settings=settings)


@pytest.fixture
def reception(there: Services) -> Iterator[Reception]:
    with stores.use(there) as opened:
        yield opened


def claims(sub: str = "ada", *groups: str, **other: Any) -> dict[str, Any]:
    usual = {"iss": ISSUER, "aud": "emfair", "sub": sub, "name": f"{sub.title()} L."}
    return usual | {"iat": time.time(), "groups": list(groups), "is_logged_in": True} | other


def open_at(path: str, user: dict[str, Any], /, **query: str) -> AppTest:
    app = AppTest.from_file(str(SCRIPT), default_timeout=30)
    app.user = user
    app.run()
    if path:
        app._page_hash = calc_hash(path)  # ``switch_page`` knows files only
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("user", [{}, {"is_logged_in": False}, claims() | {"is_logged_in": "yes"}])
def test_a_stranger_sees_a_login_that_leads_back_and_nothing_else(reception, made, path, user):
    app = open_at(path, user, id=made["valid"], text="a b&c")
    shown = html(app)
    assert f'href="/login?to=%2F{path}%3Fid%3D{made["valid"]}%26text%3Da%2Bb%2526c"' in shown
    assert "login.lab.test" in shown
    assert "Stew *Ward*, room 204" in shown
    for left in (app.dataframe, app.title, app.button, app.text_input, app.selectbox, app.code):
        assert not left
    assert "Diffraction" not in shown + told(app)
    assert "file://" not in shown, "where the lake lies is nobody's business"


def test_a_login_that_failed_says_so_and_can_be_tried_again(reception):
    shown = html(open_at("sql", {}, sql="SELECT 1", login="failed"))
    assert "did not work" in shown
    assert 'href="/login?to=%2Fsql%3Fsql%3DSELECT%2B1"' in shown


@pytest.mark.parametrize(
    "old",
    [claims(iat=time.time() - 12.1 * 3600), claims(iss="https://login.lab.test/"), claims(aud="x")],
)
def test_a_login_that_counts_no_more_says_so_and_leads_back(reception, made, old):
    app = open_at("experiment", old, id=made["valid"])
    assert "Your login has ended" in html(app)
    assert "Log in again" in html(app)
    assert f"to=%2Fexperiment%3Fid%3D{made['valid']}" in html(app)
    assert not app.title


def test_it_ends_while_someone_looks(there, made):
    hours = there.settings.model_copy(update={"login_hours": 0.002})
    user = claims("stew", "emfair-steward")
    with stores.use(replace(there, settings=hours)):
        app = open_at("experiments", user)
        assert len(identifiers(app)) == 4
        time.sleep(max(0.0, user["iat"] + 7.3 - time.time()))
        app.selectbox(key="experiments-state").select("invalid").run()
        assert "Your login has ended" in html(app)
        assert not identifiers(app)


def test_roles_of_the_login_show_what_they_show(reception, made):
    assert len(identifiers(open_at("experiments", claims("stew", "emfair-steward")))) == 4
    mine = open_at("experiments", claims("eve", "emfair-project-quartz-viewer"))
    assert set(identifiers(mine)) == {made["valid"], made["needs-input"]}
    hidden = open_at("experiment", claims("eve", "emfair-project-ceria-viewer"), id=made["valid"])
    assert "there is no such experiment" in told(hidden)


def test_a_newcomer_is_told_whom_to_ask_until_someone_gives_them_a_role(reception, there, made):
    app = open_at("experiments", claims("nora"))
    assert r"You are in no project yet, Nora L\." in told(app)
    assert r"Stew \*Ward\*, room 204" in told(app)
    assert not identifiers(app)
    join(there, "ceria", "nora", Role.VIEWER)
    app.run()
    assert "no project yet" not in told(app)
    assert len(identifiers(app)) == 2


def join(there: Services, project: str, sub: str, role: Role) -> None:
    subject = issued_subject(ISSUER, sub)
    there.registry.memberships.grant(project, subject, role, until=None, actor="local:stew")


@pytest.mark.parametrize(
    "groups", [["emfair-steward"], ["emfair-admin"], ["emfair-project-ceria-viewer"]]
)
def test_whoever_has_a_role_is_no_newcomer(reception, groups):
    assert "no project yet" not in told(open_at("", claims("eve", *groups)))


def test_whoever_logs_out_is_out_in_every_window(reception):
    user = claims("stew", "emfair-steward", iat=time.time() - 5)
    other = open_at("experiments", user)
    assert identifiers(other)
    gone = open_at("log-out", user)
    assert gone.user == {"is_logged_in": False}
    other.run()
    assert "Your login has ended" in html(other)
    assert not identifiers(other)


def test_the_local_user_needs_no_login_and_no_way_out(page):
    app = page("experiments")
    assert len(identifiers(app)) == 4
    assert "no project yet" not in told(app)
    assert "open to this machine only" in html(app)


def link(there: Services, experiment: str | None, days: float = 1.0) -> referees.NewLink:
    access = Reception(there).of(Principal("local:stew", Kind.LOCAL, "Stew"))
    until = there.now() + timedelta(days=days)
    if experiment is None:
        return referees.show_project(
            Granted(access, access.project(Action.SHARE_PROJECT, "ceria")), until
        )
    row = access.experiment(Action.SHARE_EXPERIMENT, experiment)
    return referees.show_experiment(Granted(access, row), until)


def standing(reception: Reception, user: dict[str, Any], cookie: str) -> tuple[Standing, str]:
    seen: Visit = visit(reception, user, {COOKIE: cookie})
    return seen.standing, seen.access.principal.kind if seen.access.principal else ""


def test_a_referee_link_counts_before_a_login_and_not_once_it_has_ended(reception, there, made):
    made_link = link(there, made["valid"])
    for user in ({}, claims()):
        assert standing(reception, user, made_link.secret) == (Standing.REFEREE, "referee")
    there.registry.referees.revoke(made_link.link.id, actor="local:stew")
    assert standing(reception, {}, made_link.secret) == (Standing.LINK_ENDED, "")
    assert standing(reception, claims(), made_link.secret) == (Standing.KNOWN, "person")


@pytest.mark.parametrize("cookie", ["", "x", "emr_nothing", "emf_" + "a" * 49, "é", "emr_a b"])
def test_a_cookie_that_is_no_link_lets_nobody_in(reception, cookie):
    assert standing(reception, {}, cookie) == (Standing.LINK_ENDED, "")


def test_a_token_in_the_place_of_a_link_is_none(reception, there):
    access = reception.of(Principal(issued_subject(ISSUER, "ada"), Kind.PERSON, "Ada"))
    now = there.now()
    text, _ = issue(
        there.registry.tokens, access.known,
        name="script", scopes=["read"], expires_at=now + timedelta(days=1), now=now,
    )  # fmt: skip
    assert standing(reception, {}, text) == (Standing.LINK_ENDED, "")


def test_a_link_opens_what_it_shows(reception, there, made):
    assert (
        shown_by(reception, link(there, made["valid"]).secret) == f"/experiment?id={made['valid']}"
    )
    assert shown_by(reception, link(there, None).secret) == "/experiments?project=ceria"
    assert shown_by(reception, "emr_nothing") == "/"


@given(st.text(max_size=60) | st.from_regex(r"[/\\]{1,3}[a-z:@./\\?#%]{0,20}", fullmatch=True))
def test_a_login_comes_back_to_this_app_whatever_the_link_says(text):
    for base in ("https://emfair.test", "https://emfair.test/a"):
        back = urlsplit(urljoin(base, own_address(text)))
        assert (back.scheme, back.netloc) == ("https", "emfair.test")
    assert own_address(own_address(text)) == own_address(text)


def test_streamlit_is_told_the_issuer_and_the_client(there):
    settings = there.settings.model_copy(
        update={"app_url": "https://emfair.lab.test/", "oidc_web_client_id": "emfair-web"}
    )
    told_to = auth_secrets(settings)["auth"]
    assert told_to["redirect_uri"] == "https://emfair.lab.test/oauth2callback"
    assert told_to["client_id"] == "emfair-web"
    assert told_to["server_metadata_url"] == f"{ISSUER}.well-known/openid-configuration"
    assert auth_secrets(settings.model_copy(update={"oidc_issuer": ""})) == {}
