"""A login by a device code, against a real provider: granted, declined, too late, over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emfair.errors import BadSetting, Unauthenticated, Unavailable
from emfair.identity.credentials import FILE, Credentials, forget, load, save
from emfair.identity.device import begin, end, fresh, refresh, wait
from tests.identity.odd import as_json, odd_issuer
from tests.services.oidc.provider import CLIENT


def logged_in(oidc, issuer, user="ada") -> Credentials:
    code = begin(issuer, CLIENT)
    return wait(issuer, CLIENT, code, sleep=lambda _: oidc.approve(code.direct, user))


def test_a_person_opens_the_address_and_is_logged_in(oidc, issuer, bearer):
    code = begin(issuer, CLIENT)
    assert code.user_code in code.direct
    assert code.direct.startswith(code.address)
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            oidc.approve(code.direct, "ada")

    credentials = wait(issuer, CLIENT, code, sleep=sleep)
    assert pauses == [5.0, 5.0, 5.0], "asked no more often than RFC 8628 allows"
    assert bearer.principal(credentials.access_token).name == "Ada Lovelace"
    assert credentials.refresh_token
    assert credentials.good(datetime.now(UTC))


def test_a_login_that_is_declined_is_told(oidc, issuer):
    code = begin(issuer, CLIENT)
    with pytest.raises(Unauthenticated, match="was declined"):
        wait(issuer, CLIENT, code, sleep=lambda _: oidc.decline(code.direct))


def test_a_code_that_nobody_uses_ends(issuer):
    code = begin(issuer, CLIENT)
    time = [0.0]

    def sleep(seconds):
        time[0] += seconds

    with pytest.raises(Unauthenticated, match="before the code ended"):
        wait(issuer, CLIENT, code, sleep=lambda _: sleep(200), clock=lambda: time[0])
    assert time[0] == 600


def test_a_client_that_is_not_known_is_told(issuer):
    with pytest.raises(BadSetting, match="EMFAIR_OIDC_CLIENT_ID"):
        begin(issuer, "nobody")


def test_a_login_is_refreshed_and_the_old_refresh_token_is_used_up(oidc, issuer, bearer):
    first = logged_in(oidc, issuer)
    second = refresh(issuer, first)
    assert second.access_token != first.access_token
    assert bearer.principal(second.access_token).name == "Ada Lovelace"
    with pytest.raises(Unauthenticated, match=r"has ended.*invalid_grant.*emfair login"):
        refresh(issuer, first)


def test_a_login_that_was_ended_cannot_be_refreshed(oidc, issuer):
    credentials = logged_in(oidc, issuer)
    end(issuer, credentials)
    with pytest.raises(Unauthenticated, match="has ended"):
        refresh(issuer, credentials)


def test_without_a_refresh_token_the_login_ends_with_the_access_token(issuer):
    short = _some().model_copy(update={"refresh_token": ""})
    with pytest.raises(Unauthenticated, match="has ended"):
        refresh(issuer, short)


def test_the_file_is_refreshed_when_it_must_be_and_only_then(oidc, issuer, tmp_path):
    file, now = tmp_path / "config" / FILE, datetime.now(UTC)
    assert fresh(issuer, file, now) is None
    first = logged_in(oidc, issuer)
    save(first, file)
    assert fresh(issuer, file, now) == first
    second = fresh(issuer, file, now + timedelta(minutes=5))
    assert second.access_token != first.access_token
    assert load(file) == second


def test_a_login_is_not_shown_to_another_issuer(oidc, issuer, tmp_path):
    file, now = tmp_path / FILE, datetime.now(UTC)
    stranger = logged_in(oidc, issuer).model_copy(update={"issuer": "https://evil.test/"})
    save(stranger, file)
    asked = oidc.asked("/token/")
    with pytest.raises(BadSetting, match=r"evil\.test"):
        fresh(issuer, file, now + timedelta(days=1))
    assert oidc.asked("/token/") == asked


def test_the_file_is_for_its_owner_only_and_whole(oidc, issuer, tmp_path):
    file = tmp_path / "new" / "config" / FILE
    credentials = logged_in(oidc, issuer)
    for _ in range(2):
        save(credentials, file)
        assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == [FILE]
    assert forget(file)
    assert not forget(file)


def test_a_file_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / FILE
    save(_some(), file)
    file.chmod(0o640)
    with pytest.raises(BadSetting, match="can be read by others"):
        load(file)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"access_token": "s3cret-word"}'])
def test_a_file_that_holds_no_login_is_told_without_what_it_holds(tmp_path, content):
    file = tmp_path / FILE
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(BadSetting, match="emfair logout") as told:
        load(file)
    assert "s3cret" not in str(told.value)


def test_credentials_do_not_show_their_tokens():
    assert "word" not in f"{_some()} {_some()!r}"


def _some() -> Credentials:
    tokens = {"access_token": "a-word", "refresh_token": "r-word"}
    return Credentials(
        issuer="https://a.test/", client_id=CLIENT, expires_at=datetime.now(UTC), **tokens
    )


KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}]}


def answering(*tokens, device=None):
    """Return a login service that answers its token endpoint so, one after the other."""
    left = list(tokens)

    def answer(path, url):
        about = {"issuer": url, "jwks_uri": f"{url}jwks", "token_endpoint": f"{url}token"}
        if device is not None:
            about["device_authorization_endpoint"] = f"{url}device"
        by_path = {"/jwks": KEYS, "/device": device}
        if path == "/token":
            return as_json(*reversed(left.pop(0)))
        return as_json(by_path.get(path, about))

    return answer


def test_a_service_that_is_asked_too_often_or_is_sick_is_asked_less(issuer):
    code, pauses = begin(issuer, CLIENT), []
    answers = [
        (400, {"error": "slow_down"}),
        (503, {}),
        (400, {"error": "authorization_pending"}),
        (200, {"access_token": "a", "expires_in": 60}),
    ]
    with odd_issuer(answering(*answers)) as odd:
        credentials = wait(odd, CLIENT, code, sleep=pauses.append)
    assert credentials.access_token.startswith("a")
    assert pauses == [5, 10, 20, 20]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": 7},
        {"access_token": "a", "expires_in": []},
        {"access_token": "a", "expires_in": 1e300},
    ],
)
def test_an_answer_without_a_token_is_told(issuer, answer):
    code = begin(issuer, CLIENT)
    with odd_issuer(answering((200, answer))) as odd, pytest.raises(Unavailable, match="no token"):
        wait(odd, CLIENT, code, sleep=lambda _: None)


def test_a_service_without_device_codes_is_told():
    with odd_issuer(answering()) as odd, pytest.raises(BadSetting, match="offers no device codes"):
        begin(odd, CLIENT)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"user_code": None}, Unavailable),
        ({"expires_in": "soon"}, Unavailable),
        ({"verification_uri": "javascript:x"}, BadSetting),
        ({"verification_uri_complete": "http://192.0.2.1/"}, BadSetting),
    ],
)
def test_a_device_code_that_cannot_be_shown_is_told(answer, error):
    good = {
        "device_code": "d",
        "user_code": "u",
        "expires_in": 9,
        "verification_uri": "https://a.test",
    }
    said = {name: value for name, value in (good | answer).items() if value is not None}
    with odd_issuer(answering(device=good)) as odd:
        assert begin(odd, CLIENT).direct == "https://a.test"
    with odd_issuer(answering(device=said)) as odd, pytest.raises(error):
        begin(odd, CLIENT)
