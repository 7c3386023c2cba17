"""A token proves someone only if the issuer signed it, for emfair, for now."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from emfair.errors import Unauthenticated
from emfair.identity.oidc import ALGORITHMS, LEEWAY, MOST_CHARACTERS, BearerTokens
from emfair.identity.principal import Kind
from tests.services.oidc.provider import AUDIENCE


def part(document) -> str:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims_of(oidc, **other):
    now = int(time.time())
    return {"iss": oidc.url, "sub": "ada", "aud": AUDIENCE, "iat": now, "exp": now + 300} | other


def test_a_person_who_logged_in_is_known_with_name_orcid_and_emfairs_groups(oidc, bearer):
    ada = bearer.principal(oidc.token("ada"))
    assert (ada.subject, ada.kind) == (f"ada@{oidc.url}", Kind.PERSON)
    assert (ada.name, ada.email) == ("Ada Lovelace", "ada@lab.test")
    assert ada.orcid == "0000-0002-1825-0097"
    assert ada.groups == {
        "emfair-project-grain-boundaries-editor",
        "emfair-project-steel-owner",
    }, "other groups are none of emfair's business"
    assert ada.scopes is None, "a login may do all that its roles allow"


def test_client_credentials_are_a_service(oidc, bearer):
    robot = bearer.principal(oidc.robot())
    assert (robot.kind, robot.subject) == (Kind.SERVICE, f"emfair-robot@{oidc.url}")
    assert robot.groups == {"emfair-project-steel-editor"}


@pytest.mark.parametrize(
    "algorithm",
    [
        "RS256",
        "ES256",
        pytest.param(
            "EdDSA",
            # joserfc says that RFC 9864 prefers the name Ed25519; issuers still write EdDSA.
            marks=pytest.mark.filterwarnings("ignore:EdDSA is deprecated"),
        ),
    ],
)
def test_each_kind_of_key_pair_is_accepted(oidc, bearer, algorithm):
    assert bearer.principal(oidc.sign({}, algorithm)).subject == f"ada@{oidc.url}"


def test_neither_none_nor_a_shared_secret_is_a_signature():
    assert not [name for name in ALGORITHMS if name == "none" or name.startswith("HS")]


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", ""])
def test_an_unsigned_token_is_refused(oidc, bearer, name):
    head = {"alg": name, "typ": "at+jwt", "kid": oidc.keys["RS256"].kid}
    for signature in ("", part(b"x")):
        with pytest.raises(Unauthenticated, match=r"does not accept|cannot be read"):
            bearer.principal(f"{part(head)}.{part(claims_of(oidc))}.{signature}")


@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_the_public_key_is_no_shared_secret(oidc, bearer, form):
    key = oidc.keys["RS256"]
    secret = key.as_pem(private=False) if form == "pem" else json.dumps(key.as_dict(False)).encode()
    head = part({"alg": "HS256", "typ": "at+jwt", "kid": key.kid})
    body = f"{head}.{part(claims_of(oidc))}"
    signature = hmac.new(secret, body.encode(), hashlib.sha256).digest()
    with pytest.raises(Unauthenticated, match="does not accept"):
        bearer.principal(f"{body}.{part(signature)}")


def test_anothers_key_under_the_issuers_name_is_refused(oidc, bearer):
    header = {"alg": "RS256", "kid": oidc.keys["RS256"].kid}
    forged = jwt.encode(header, claims_of(oidc), RSAKey.generate_key(2048), algorithms=["RS256"])
    with pytest.raises(Unauthenticated, match="wrong signature"):
        bearer.principal(forged)


def test_a_key_signs_only_by_its_own_algorithm(oidc, bearer):
    key = oidc.keys["RS256"]
    other = jwt.encode({"alg": "PS256", "kid": key.kid}, claims_of(oidc), key, algorithms=["PS256"])
    with pytest.raises(Unauthenticated, match="a key that the login service does not have"):
        bearer.principal(other)


def test_claims_that_were_changed_after_signing_are_refused(oidc, bearer):
    head, _, signature = oidc.sign({"groups": []}).split(".")
    changed = part(claims_of(oidc, groups=["emfair-admin"]))
    with pytest.raises(Unauthenticated, match="wrong signature"):
        bearer.principal(f"{head}.{changed}.{signature}")


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "another-service"}, "meant for another service"),
        ({"aud": ["a", "b"]}, "meant for another service"),
        ({"aud": None}, "another service|lacks"),
        ({"aud": {"emfair-api": 1}}, "meant for another service"),
        ({"iss": "http://127.0.0.1:1/application/o/emfair/"}, "not issued by"),
        ({"iss": None}, "not issued by|lacks"),
        ({"sub": None}, "names nobody|lacks"),
        ({"sub": ""}, "names nobody"),
        ({"sub": 7}, "names nobody"),
        ({"sub": "a\nb"}, "names nobody"),
        ({"exp": None}, "no end|lacks"),
        ({"exp": "tomorrow"}, "no end"),
        ({"exp": 0}, "has ended"),
    ],
)
def test_a_token_with_wrong_claims_is_refused_and_told_why(oidc, bearer, claims, why):
    with pytest.raises(Unauthenticated, match=why):
        bearer.principal(oidc.sign(claims))


def test_an_issuer_is_the_same_only_to_the_last_slash(oidc, bearer):
    with pytest.raises(Unauthenticated, match="not issued by"):
        bearer.principal(oidc.sign({"iss": oidc.url.rstrip("/")}))


@pytest.mark.parametrize(
    ("claim", "inside", "outside", "why"),
    [
        ("exp", -LEEWAY + 5, -LEEWAY - 5, "has ended"),
        ("nbf", LEEWAY - 5, LEEWAY + 5, "not valid yet"),
        ("iat", LEEWAY - 5, LEEWAY + 5, "in the future"),
    ],
)
def test_clocks_may_differ_by_a_minute_and_no_more(oidc, issuer, claim, inside, outside, why):
    moment = int(time.time())
    bearer = BearerTokens(issuer, {AUDIENCE}, now=lambda: moment)
    assert bearer.principal(oidc.sign({claim: moment + inside}))
    with pytest.raises(Unauthenticated, match=why):
        bearer.principal(oidc.sign({claim: moment + outside}))


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+jwt", "AT+JWT"])
def test_an_access_token_may_call_itself_so(oidc, bearer, kind):
    assert bearer.principal(oidc.sign({}, typ=kind))


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", 7, None])
def test_another_kind_of_token_is_refused(oidc, bearer, kind):
    _, body, signature = oidc.sign({}).split(".")
    head = part({"alg": "RS256", "typ": kind, "kid": oidc.keys["RS256"].kid})
    with pytest.raises(Unauthenticated, match=r"no access token|cannot be read"):
        bearer.principal(f"{head}.{body}.{signature}")


def test_an_id_token_is_for_the_client_and_not_for_the_api(oidc, bearer):
    with pytest.raises(Unauthenticated, match="meant for another service"):
        bearer.principal(oidc.tokens("ada")["id_token"])


DEEP = b"[" * 4000 + b"]" * 4000


@pytest.mark.parametrize(
    "make",
    [
        lambda token: token[:-1],
        lambda token: token[: len(token) // 2],
        lambda token: token.rpartition(".")[0],
        lambda token: token + ".x",
        lambda token: "." + token,
        lambda token: token.replace(".", ".=", 1),
        lambda _: "",
        lambda _: "..",
        lambda _: "Ünicode.a.b",
        lambda _: "\x00.\x00.\x00",
        lambda _: f"{part([1])}.{part({})}.x",
        lambda _: f"{part(b'{')}.{part({})}.x",
        lambda _: f"{part(DEEP)}.{part({})}.x",
        lambda token: token.split(".")[0] + "." + part(DEEP) + "." + token.split(".")[2],
        lambda token: token + "x" * MOST_CHARACTERS,
        lambda _: "x" * 10_000_000,
    ],
)
def test_what_is_no_whole_token_is_refused_and_never_repeated(oidc, bearer, make):
    broken = make(oidc.token("ada"))
    with pytest.raises(Unauthenticated) as caught:
        bearer.principal(broken)
    assert len(str(caught.value)) < 200
    assert not broken or len(broken) < 5 or broken[:60] not in str(caught.value)


def test_even_a_good_token_has_a_longest_size(oidc, bearer):
    assert bearer.principal(oidc.sign({"note": "x" * (MOST_CHARACTERS // 2)}))
    with pytest.raises(Unauthenticated, match="too long"):
        bearer.principal(oidc.sign({"note": "x" * MOST_CHARACTERS}))


@pytest.mark.parametrize(
    "kid", ["../../../../etc/passwd", "/dev/null", "' OR 1=1 --", "", "x" * 4000, "http://e.test/k"]
)
def test_a_key_is_found_by_its_name_alone_and_never_on_a_path(oidc, bearer, kid):
    with pytest.raises(Unauthenticated, match="a key that the login service does not have"):
        bearer.principal(oidc.sign({}, kid=kid))


@pytest.mark.parametrize("kid", [7, ["a"], {"a": 1}, True])
def test_a_name_of_a_key_that_is_no_text_is_refused(oidc, bearer, kid):
    _, body, signature = oidc.sign({}).split(".")
    with pytest.raises(Unauthenticated, match=r"'kid'|cannot be read"):
        bearer.principal(f"{part({'alg': 'RS256', 'kid': kid})}.{body}.{signature}")


def test_a_token_without_the_name_of_its_key_is_taken_where_one_key_fits(oidc, bearer):
    token = jwt.encode({"alg": "RS256"}, claims_of(oidc), oidc.keys["RS256"], algorithms=["RS256"])
    assert bearer.principal(token).subject == f"ada@{oidc.url}"


class Trap(BaseHTTPRequestHandler):
    """An attacker's server; counts who comes."""

    visits = 0

    def do_GET(self):
        """Count a visit."""
        type(self).visits += 1
        self.send_error(404)


@pytest.fixture
def trap():
    Trap.visits = 0
    server = HTTPServer(("127.0.0.1", 0), Trap)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("where", ["jku", "x5u"])
def test_no_address_that_a_token_names_is_ever_visited(oidc, bearer, trap, where):
    attacker = RSAKey.generate_key(2048)
    attacker.ensure_kid()
    for kid in (attacker.kid, oidc.keys["RS256"].kid):
        forged = jwt.encode(
            {"alg": "RS256", "kid": kid, where: trap},
            claims_of(oidc),
            attacker,
            algorithms=["RS256"],
        )
        with pytest.raises(Unauthenticated):
            bearer.principal(forged)
    assert Trap.visits == 0


def test_a_key_that_the_token_brings_along_is_not_believed(oidc, bearer):
    attacker = RSAKey.generate_key(2048)
    for kid in ({}, {"kid": oidc.keys["RS256"].kid}):
        forged = jwt.encode(
            {"alg": "RS256", "jwk": attacker.as_dict(False)} | kid,
            claims_of(oidc),
            attacker,
            algorithms=["RS256"],
        )
        with pytest.raises(Unauthenticated, match="wrong signature"):
            bearer.principal(forged)


def test_a_header_that_must_be_understood_and_is_not_refuses_the_token(oidc, bearer):
    _, body, signature = oidc.sign({}).split(".")
    head = {"alg": "RS256", "kid": oidc.keys["RS256"].kid, "crit": ["b64"], "b64": False}
    with pytest.raises(Unauthenticated):
        bearer.principal(f"{part(head)}.{body}.{signature}")
