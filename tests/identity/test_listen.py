"""Without a login, emfair is for this machine only, and says so."""

from __future__ import annotations

import pytest

from emfair.errors import BadSetting
from emfair.identity.listen import announcement, check_listen, is_loopback, names
from emfair.identity.local import local_user
from emfair.identity.principal import Kind, local_principal

HERE = ["127.0.0.1", "127.3.2.1", "localhost", "LOCALHOST", "::1", "[::1]"]
ELSEWHERE = [
    "", "0.0.0.0", "::", "[::]", "192.168.1.5", "localhost.lab.test", "127.0.0.1.lab.test",  # noqa: S104
    "emfair", "2130706433", "0", "127.1", "::ffff:192.168.1.5", "fe80::1", "localhost ", "[::1",
]  # fmt: skip


@pytest.mark.parametrize("host", HERE)
def test_this_machine_is_this_machine(host):
    assert is_loopback(host)
    check_listen(host, issuer="")


@pytest.mark.parametrize("host", ELSEWHERE)
def test_any_other_address_needs_an_issuer(host):
    assert not is_loopback(host)
    with pytest.raises(BadSetting, match="EMFAIR_OIDC_ISSUER"):
        check_listen(host, issuer="")
    check_listen(host, issuer="https://login.test/")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://emfair.lab.test/app", "emfair.lab.test"),
        ("https://EMFAIR.lab.test:8443", "emfair.lab.test"),
        ("http://10.0.0.5:8501", "10.0.0.5"),
        ("http://[fd00::5]:8501", "[fd00::5]"),
    ],
)
def test_a_server_answers_to_its_public_name_once_people_log_in(address, name):
    here = names(address, "")
    assert all(is_loopback(one) for one in here)
    assert names(address, "https://login.test/") == [*here, name]
    assert names("http://127.0.0.1:8501", "https://login.test/") == here


def test_who_may_come_in_is_said_aloud():
    said = announcement("127.0.0.1", "")
    assert "No login" in said
    assert local_user() in said
    assert "127.0.0.1 only" in said
    assert "https://login.test/" in announcement("0.0.0.0", "https://login.test/")  # noqa: S104


def test_the_local_user_is_who_runs_this_process(monkeypatch):
    monkeypatch.setenv("LOGNAME", "ada")
    assert (local_principal().subject, local_principal().kind) == ("local:ada", Kind.LOCAL)
    monkeypatch.setenv("LOGNAME", "a" * 500)
    assert len(local_principal().subject) == 200
