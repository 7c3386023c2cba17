"""The secret for cookies: given, or made once for one machine and its owner's alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from emfair.errors import BadSetting
from emfair.identity.kept import FILE, cookie_secret
from emfair.settings import read_settings

LONG = "0123456789abcdef" * 2


def test_it_is_made_once_and_is_its_owners_alone(tmp_path):
    settings = read_settings(home=tmp_path / "new")
    first = cookie_secret(settings)
    assert len(first) >= 32
    assert cookie_secret(settings) == first
    (file,) = settings.home.iterdir()
    assert file.name == FILE
    assert file.stat().st_mode & 0o777 == 0o600


def test_two_homes_have_two(tmp_path):
    one, other = (cookie_secret(read_settings(home=tmp_path / name)) for name in "ab")
    assert one != other


def test_many_that_ask_first_get_the_same(tmp_path):
    settings = read_settings(home=tmp_path)
    with ThreadPoolExecutor(16) as crew:
        assert len(set(crew.map(lambda _: cookie_secret(settings), range(64)))) == 1
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_setting_wins_and_nothing_is_kept(tmp_path):
    settings = read_settings(home=tmp_path, cookie_secret=LONG)
    assert cookie_secret(settings) == LONG
    assert list(tmp_path.iterdir()) == []


def test_one_that_others_may_read_is_refused(tmp_path):
    settings = read_settings(home=tmp_path)
    cookie_secret(settings)
    (tmp_path / FILE).chmod(0o640)
    with pytest.raises(BadSetting, match="others"):
        cookie_secret(settings)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 10])
def test_a_file_that_holds_none_is_refused(tmp_path, content):
    file = tmp_path / FILE
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(BadSetting, match="no whole secret"):
        cookie_secret(read_settings(home=tmp_path))


def test_a_home_that_is_a_file_is_named_with_what_to_do(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(BadSetting) as caught:
        cookie_secret(read_settings(home=tmp_path / "home"))
    assert "EMFAIR_COOKIE_SECRET" in caught.value.remedy


def test_a_setting_too_short_to_be_safe_is_refused_and_not_repeated():
    with pytest.raises(BadSetting) as caught:
        read_settings(cookie_secret="hunter2")  # noqa: S106  refused
    assert caught.value.subject == "EMFAIR_COOKIE_SECRET"
    assert "hunter2" not in str(caught.value)


def test_secrets_are_not_shown_with_the_settings():
    settings = read_settings(cookie_secret=LONG, oidc_client_secret="client's")  # noqa: S106  shown to nobody
    assert LONG not in repr(settings)
    assert "client's" not in repr(settings)


def test_scopes_without_openid_are_refused():
    with pytest.raises(BadSetting, match="openid"):
        read_settings(oidc_scopes="profile email")
