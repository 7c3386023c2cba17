"""A login of `emfair login` as the client's token: renewed before it ends, at a real provider."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from emfair.client.engine import deposit
from emfair.client.login import Login
from emfair.errors import BadSetting, Forbidden, NotFound, Unauthenticated
from emfair.identity.credentials import Credentials, load, save
from emfair.identity.principal import issued_subject
from emfair.lake.memory import MemoryLake
from tests.client.conftest import Served, open_served, request
from tests.services.oidc.provider import AUDIENCE, CLIENT, Provider


@pytest.fixture
def guarded(oidc: Provider, tmp_path: Path) -> Iterator[Served]:
    """Yield a server where people must log in."""
    yield from open_served(
        tmp_path / "home",
        MemoryLake(),
        oidc_issuer=oidc.url,
        oidc_audience=AUDIENCE,
        projects="anyone",
    )


@pytest.fixture
def logged_in(oidc: Provider, tmp_path: Path):
    """Return a function that logs someone in: it returns the file that `emfair login` writes."""

    def log_in(user: str, lasts: float = 3600.0) -> Path:
        tokens = oidc.tokens(user)
        oidc._tokens.pop(user)  # its refresh token is good once
        file = tmp_path / f"{user}.json"
        save(
            Credentials(
                issuer=oidc.url,
                client_id=CLIENT,
                access_token=tokens["access_token"],
                refresh_token=tokens["refresh_token"],
                expires_at=datetime.now(UTC) + timedelta(seconds=lasts),
            ),
            file,
        )
        return file

    return log_in


def test_whoever_has_logged_in_deposits_as_themselves(guarded, oidc, logged_in, session):
    login = Login(logged_in("stew"), oidc.url)
    with guarded.client(token=login) as client:
        done = deposit(client, request(session))
    row = guarded.services.registry.experiments.get(done.place.experiment)
    assert row.depositor == issued_subject(oidc.url, "stew")


def test_a_login_that_has_ended_is_renewed_once_whoever_asks(oidc, logged_in):
    file = logged_in("ada", lasts=-1)
    before, asked = load(file), oidc.asked("/token/")
    login = Login(file, oidc.url)
    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: login(), range(32)))
    assert oidc.asked("/token/") == asked + 1
    after = load(file)
    assert before
    assert after
    assert tokens == {after.access_token} != {before.access_token}


def test_programs_that_find_it_ended_at_once_renew_it_once(oidc, logged_in):
    """A refresh token is good once: the second time the provider takes all away."""
    file = logged_in("ada", lasts=-1)
    asked = oidc.asked("/token/")
    programs = [Login(file, oidc.url) for _ in range(6)]
    start = Barrier(len(programs))

    def ask(login: Login) -> str:
        start.wait()
        return login()

    with ThreadPoolExecutor(len(programs)) as pool:
        tokens = set(pool.map(ask, programs))
    assert len(tokens) == 1
    assert oidc.asked("/token/") == asked + 1


def test_a_login_that_is_over_says_what_to_do(oidc, logged_in):
    file = logged_in("ada", lasts=-1)
    credentials = load(file)
    assert credentials
    save(credentials.model_copy(update={"refresh_token": "worn"}), file)
    with pytest.raises(Unauthenticated) as caught:
        Login(file, oidc.url)()
    assert "emfair login" in caught.value.remedy


def test_without_a_login_one_is_nobody(guarded, oidc, tmp_path, session):
    login = Login(tmp_path / "none.json", oidc.url)
    assert login() == ""
    with guarded.client(token=login) as client, pytest.raises(Unauthenticated):
        deposit(client, request(session))


def test_a_login_is_not_shown_to_another_issuer(logged_in):
    with pytest.raises(BadSetting, match="this login is one at"):
        Login(logged_in("ada"), "http://127.0.0.1:1/")()


def test_who_may_not_deposit_there_is_told_so(guarded, oidc, logged_in, session):
    with guarded.client(token=guarded.token()) as client:
        deposit(client, request(session))
    with (
        guarded.client(token=Login(logged_in("nobody"), oidc.url)) as client,
        pytest.raises((Forbidden, NotFound)) as caught,
    ):
        deposit(client, request(session, title="Another session"))
    assert caught.value.remedy
    assert len(guarded.services.registry.experiments.list(limit=10)) == 1


def test_an_access_token_that_has_ended_says_when(guarded, session):
    ended = guarded.token(lasts=timedelta(seconds=-1))
    with (
        guarded.client(token=ended) as client,
        pytest.raises(Unauthenticated, match="ended on"),
    ):
        deposit(client, request(session))
