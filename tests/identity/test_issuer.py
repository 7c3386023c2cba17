"""The issuer is asked seldom, believed only where it should be, and missed for a while."""

from __future__ import annotations

import threading

import pytest

from emfair.errors import BadSetting, Unauthenticated, Unavailable
from emfair.identity.issuer import FLOOR, GRACE, LIFE, Issuer
from emfair.identity.oidc import BearerTokens
from tests.identity.odd import as_json, odd_issuer
from tests.services.oidc.provider import AUDIENCE, provider, signing_keys


class Watch:
    """Seconds that pass when they are told to."""

    time = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.mark.parametrize(
    "url",
    [
        "http://login.lab.test/application/o/emfair/",
        "http://127.0.0.1.lab.test/",
        "http://[::2]/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "https://user:word@login.lab.test/",
        "https://login.lab.test/#top",
        "login.lab.test",
        "",
        "https://login.lab.test/\x1b[31m",
    ],
)
def test_an_issuer_is_https_or_on_this_machine(url):
    with pytest.raises(BadSetting, match="EMFAIR_OIDC_ISSUER"):
        Issuer(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
def test_http_will_do_on_this_machine(host):
    url = f"http://{host}:1/application/o/emfair/"
    issuer = Issuer(url)
    issuer.close()
    assert issuer.url == url


def test_keys_are_fetched_once_for_many_tokens(oidc, issuer, bearer):
    before = oidc.asked("/jwks/")
    for _ in range(20):
        bearer.principal(oidc.sign({}))
    assert oidc.asked("/jwks/") == before + 1


def test_many_threads_fetch_once(oidc, issuer, bearer):
    before, token = oidc.asked("/jwks/"), oidc.sign({})
    known = []
    threads = [
        threading.Thread(target=lambda: known.append(bearer.principal(token).subject))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert known == [f"ada@{oidc.url}"] * 8
    assert oidc.asked("/jwks/") == before + 1


def test_strangers_with_unknown_keys_cannot_make_emfair_ask_more_often(oidc, watch):
    issuer = Issuer(oidc.url, watch)
    bearer = BearerTokens(issuer, {AUDIENCE})
    before = oidc.asked("/jwks/")
    for number in range(30):
        with pytest.raises(Unauthenticated):
            bearer.principal(oidc.sign({}, kid=f"k-{number}"))
    assert oidc.asked("/jwks/") == before + 1, "the floor holds from the first fetch on"
    watch.time += FLOOR
    for number in range(30):
        with pytest.raises(Unauthenticated):
            bearer.principal(oidc.sign({}, kid=f"k-{number}"))
    assert oidc.asked("/jwks/") == before + 2
    issuer.close()


def test_new_keys_of_the_issuer_are_learned_and_old_ones_forgotten(watch):
    with provider() as first:
        issuer = Issuer(first.url, watch)
        bearer, old = BearerTokens(issuer, {AUDIENCE}), first.sign({})
        bearer.principal(old)
    with provider(port=first.port, keys=signing_keys()) as second:
        assert second.url == first.url
        watch.time += FLOOR
        assert bearer.principal(second.token("ada")).name == "Ada Lovelace"
        assert second.asked("/jwks/") == 1
        with pytest.raises(Unauthenticated, match="does not have"):
            bearer.principal(old)
    issuer.close()


def test_a_key_that_the_issuer_took_back_is_good_for_an_hour_at_most(watch):
    with provider() as first:
        issuer = Issuer(first.url, watch)
        bearer, old = BearerTokens(issuer, {AUDIENCE}), first.sign({})
        bearer.principal(old)
    with provider(port=first.port, keys=signing_keys()):
        watch.time = LIFE - 1
        assert bearer.principal(old)
        watch.time = LIFE
        with pytest.raises(Unauthenticated, match="does not have"):
            bearer.principal(old)
    issuer.close()


def test_an_issuer_that_is_away_is_missed_only_after_a_day(watch):
    with provider() as running:
        issuer = Issuer(running.url, watch)
        bearer, token = BearerTokens(issuer, {AUDIENCE}), running.sign({"exp": 4_000_000_000})
        bearer.principal(token)
    for seconds in (LIFE, GRACE - 1):
        watch.time = seconds
        assert bearer.principal(token)
    watch.time = GRACE + FLOOR
    for _ in range(2):
        with pytest.raises(Unavailable, match="does not answer"):
            bearer.principal(token)
    issuer.close()


def test_an_issuer_that_is_dead_from_the_start_is_unavailable_at_once_and_found_later(watch):
    with provider() as running:
        port = running.port
    issuer = Issuer(running.url, watch)
    bearer = BearerTokens(issuer, {AUDIENCE})
    for _ in range(3):
        with pytest.raises(Unavailable, match="does not answer"):
            bearer.principal(running.sign({}))
    with provider(port=port, keys=running.keys) as back:
        watch.time += FLOOR
        assert bearer.principal(back.sign({}))
    issuer.close()


def test_an_issuer_that_calls_itself_otherwise_is_told(oidc):
    issuer = Issuer(oidc.url.rstrip("/"))
    for _ in range(2):
        with pytest.raises(BadSetting, match="with or without the last slash") as caught:
            issuer.endpoint("token_endpoint")
        assert oidc.url in str(caught.value)
    issuer.close()


def said(**other):
    return lambda url: as_json({"issuer": url, "jwks_uri": f"{url}jwks"} | other)


def discovered(discovery, keys=None):
    """Return what answers so to a discovery, and with these keys."""
    return lambda path, url: (
        discovery(url) if "well-known" in path else as_json({"keys": keys or []})
    )


@pytest.mark.parametrize(
    ("discovery", "error", "why"),
    [
        (lambda _: (500, b""), Unavailable, "no JSON|answered 500"),
        (lambda _: (404, b"{}"), Unavailable, "answered 404"),
        (lambda _: (302, b"{}"), Unavailable, "answered 302"),
        (lambda _: (200, b"<html>"), Unavailable, "no JSON"),
        (lambda _: (200, b"[]"), Unavailable, "something else"),
        (lambda _: (200, b"[" * 100_000), Unavailable, "no JSON"),
        (lambda _: (200, b" " * 2_000_000), Unavailable, "far too much"),
        (said(issuer="https://evil.test/"), BadSetting, "calls itself"),
        (said(jwks_uri="http://192.0.2.1/jwks"), BadSetting, "https://"),
        (said(jwks_uri="file:///etc/passwd"), BadSetting, "https://"),
        (said(jwks_uri=None), BadSetting, "https://"),
        (said(jwks_uri=["x"]), BadSetting, "https://"),
        (said(), Unavailable, "no keys"),
    ],
)
def test_an_answer_that_no_issuer_gives_is_told_and_not_followed(discovery, error, why):
    with odd_issuer(discovered(discovery)) as issuer, pytest.raises(error, match=why):
        issuer.key("k", "RS256")


def test_keys_that_emfair_cannot_use_are_no_reason_to_refuse_the_others():
    good = signing_keys()["ES256"]
    keys = [
        {"kty": "oct", "k": "c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2g", "kid": "shared"},
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "tomorrow"},
        {"kty": "RSA", "n": 7, "e": "AQAB"},
        {"kty": "RSA"},
        "RSA",
        good.as_dict(False, use="enc", kid="other"),
        good.as_dict(False),
    ]
    with odd_issuer(discovered(said(), keys)) as issuer:
        assert issuer.key(good.kid, "ES256") is not None
        assert issuer.key("shared", "ES256") is None
        assert issuer.key("other", "ES256") is None


def test_without_its_name_a_key_is_taken_only_where_no_other_fits():
    one, two = (signing_keys()["ES256"].as_dict(False) for _ in range(2))
    for keys, found in (([one], True), ([one, two], False)):
        with odd_issuer(discovered(said(), keys)) as issuer:
            assert (issuer.key(None, "ES256") is not None) == found
