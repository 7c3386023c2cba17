"""Settings are read once, from the environment, and a wrong one is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emfair.errors import BadSetting
from emfair.lake.open import open_lake
from emfair.registry import open_registry
from emfair.settings import read_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    import os

    for name in os.environ:
        if name.startswith("EMFAIR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_variable_all_lies_in_one_hidden_folder_here(tmp_path):
    settings = read_settings()
    home = tmp_path / ".emfair"
    assert settings.home == home
    assert settings.lake == (home / "lake").as_uri()
    assert settings.registry == f"sqlite:///{home}/registry.db"
    assert (settings.dagster_home, settings.scratch) == (home / "dagster", home / "scratch")
    assert settings.public_url == "http://127.0.0.1:8501"
    assert not home.exists(), "reading settings makes nothing"


def test_a_variable_and_an_override_win_in_this_order(monkeypatch, tmp_path):
    monkeypatch.setenv("EMFAIR_HOME", "here")
    monkeypatch.setenv("EMFAIR_LAKE_URL", "s3://bucket/prefix")
    monkeypatch.setenv("EMFAIR_APP_URL", "https://emfair.example/")
    assert read_settings().home == tmp_path / "here"
    assert read_settings().lake == "s3://bucket/prefix"
    assert read_settings().public_url == "https://emfair.example"
    assert read_settings(home=Path("/other")).home == Path("/other")


def test_proxies_are_addresses_and_networks(monkeypatch):
    assert read_settings().proxies == []
    monkeypatch.setenv("EMFAIR_TRUSTED_PROXIES", "10.42.0.0/16, fd00::1")
    assert read_settings().proxies == ["10.42.0.0/16", "fd00::1"]


@pytest.mark.parametrize("name", ["HOME", "LAKE_URL", "REGISTRY_URL", "APP_PORT", "APP_URL"])
def test_an_empty_variable_counts_as_unset(monkeypatch, name):
    plain = read_settings()
    monkeypatch.setenv(f"EMFAIR_{name}", "")
    assert read_settings() == plain


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_PORT", "many"),
        ("APP_PORT", "70000"),
        ("APP_URL", "emfair.example.org"),
        ("APP_URL", "ftp://emfair.example.org"),
        ("APP_URL", "https://*.example.org"),
        ("APP_URL", "https://"),
        ("DAGSTER_URL", "dagster.example.org"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy.lab.test"),
        ("DAGSTER_PORT", "-1"),
        ("HOME", "~nobody-here/x"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value(monkeypatch, name, value):
    monkeypatch.setenv(f"EMFAIR_{name}", value)
    with pytest.raises(BadSetting, match=f"EMFAIR_{name}.*{re.escape(value)}.*unset") as caught:
        read_settings()
    assert caught.value.subject == f"EMFAIR_{name}"


@pytest.mark.parametrize("name", ["APP_URL", "DAGSTER_URL"])
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://lab.test/?a=b", "after its path"),
        ("https://lab.test?", "after its path"),
        ("https://lab.test/#top", "after its path"),
        ("https://lab.test/a b", "blank"),
        (" https://lab.test", "blank"),
        ("https://lab.test\n", "blank"),
        ("https://lab\x07.test", "no ASCII"),
        ("https://lab\u200b.test", "no ASCII"),
        ("https://lab\u202e.test", "no ASCII"),
        ("https://lab.test/\u3164", "no ASCII"),
        ("https://jülich.test", "xn--"),
        ("https://lab\u00a0.test", "no ASCII"),
        ("https://lab.test:http", "no address"),
        ("https://lab.test:70000", "no address"),
        ("https://lab.test:-1", "no address"),
        ("https://lab.test:0", "no port"),
        ("https://lab.test:", "no port"),
        ("https://[::1", "no address"),
        ("https://:8443", "no address"),
    ],
)
def test_an_address_that_no_link_can_begin_with_is_refused_in_words(monkeypatch, name, url, told):
    monkeypatch.setenv(f"EMFAIR_{name}", url)
    with pytest.raises(BadSetting, match=f"EMFAIR_{name}.*{told}.*given.*unset"):
        read_settings()


@pytest.mark.parametrize("name", ["APP_URL", "DAGSTER_URL"])
@pytest.mark.parametrize("url", ["https://ada:s3cret@lab.test", "https://ada@lab.test:8443/x"])
def test_an_account_in_an_address_is_refused_and_not_repeated(monkeypatch, name, url):
    monkeypatch.setenv(f"EMFAIR_{name}", url)
    with pytest.raises(BadSetting, match=f"EMFAIR_{name}.*name or a password") as caught:
        read_settings()
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1]:8501",
        "https://lab.test:8443/em",
        "https://xn--jlich-kva.test/%C3%BC",
        "https://lab.test/em@x",
    ],
)
def test_addresses_of_hosts_ports_and_paths_are_taken(monkeypatch, url):
    monkeypatch.setenv("EMFAIR_APP_URL", url)
    assert read_settings().public_url == url


def test_a_home_whose_name_is_no_utf8_is_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("EMFAIR_HOME", f"{tmp_path}/h\udcff")
    with pytest.raises(BadSetting, match=r"no UTF-8 text.*h\\udcff") as caught:
        read_settings()
    assert caught.value.subject == "EMFAIR_HOME"
    str(caught.value).encode()


def test_a_folder_whose_name_is_no_utf8_holds_no_home(monkeypatch, tmp_path):
    folder = tmp_path / "h\udcff"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with pytest.raises(BadSetting, match="no UTF-8 text"):
        read_settings()


def test_a_home_of_a_person_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("EMFAIR_HOME", "~/em")
    assert read_settings().home == tmp_path / "em"


@pytest.mark.parametrize("name", ["what?", "100%41", "a#b", "ä ö", "a&b=c;d"])
def test_a_home_of_any_name_holds_lake_and_registry(tmp_path, name):
    home = tmp_path / name
    settings = read_settings(home=home)
    with open_registry(settings.registry):
        assert (home / "registry.db").is_file()
    open_lake(settings.lake).put_bytes("x", b"1")
    assert (home / "lake" / "x").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        read_settings().home = Path("/")


def test_whoever_may_deposit_begins_projects_unless_people_log_in_here(monkeypatch):
    issuer = "https://login.test/"
    assert read_settings().anyone_begins_projects
    assert not read_settings(oidc_issuer=issuer).anyone_begins_projects
    monkeypatch.setenv("EMFAIR_PROJECTS", "anyone")
    assert read_settings(oidc_issuer=issuer).anyone_begins_projects
    monkeypatch.setenv("EMFAIR_PROJECTS", "groups")
    assert not read_settings().anyone_begins_projects
    monkeypatch.setenv("EMFAIR_PROJECTS", "nobody")
    with pytest.raises(BadSetting, match="EMFAIR_PROJECTS: Input should be 'anyone' or 'groups'"):
        read_settings()
