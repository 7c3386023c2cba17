"""``emfair login``, ``whoami`` and ``logout``: real processes, and a real login service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.oidc.provider import AUDIENCE, Provider, provider

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def oidc() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def env(oidc, tmp_path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("EMFAIR_")}
    return plain | {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "EMFAIR_OIDC_ISSUER": oidc.url,
        "EMFAIR_OIDC_AUDIENCE": AUDIENCE,
        "COLUMNS": "200",
    }


def start(command: str, env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    code = f"import typer; from emfair.cli.login import {command}; typer.run({command})"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(command: str, env: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    process = start(command, env, *arguments)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_login_whoami_logout(oidc, env, tmp_path):
    file = tmp_path / "config" / "emfair" / "credentials.json"
    process = start("login", env)
    assert process.stderr
    shown = ""
    while not (found := re.search(r"(http\S+user_code=\S+)\n", shown)):
        line = process.stderr.readline()
        assert line, "it ended before it showed an address"
        shown += line
    oidc.approve(found[1], "ada")
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "Logged in as Ada Lovelace.\n")
    assert file.stat().st_mode & 0o777 == 0o600

    code, out, _ = said("whoami", env, "--json")
    assert code == 0
    assert json.loads(out)["subject"] == f"ada@{oidc.url}"
    assert json.loads(out)["groups"] == [
        "emfair-project-grain-boundaries-editor",
        "emfair-project-steel-owner",
    ]

    revoked = oidc.asked("/revoke/")
    assert said("logout", env)[:2] == (0, "Logged out.\n")
    assert oidc.asked("/revoke/") == revoked + 1
    assert not file.exists()
    assert said("logout", env)[:2] == (0, "You were not logged in.\n")
    code, out, err = said("whoami", env)
    assert (code, out) == (2, "")
    assert "not logged in" in err
    assert "login" in err


def test_without_an_issuer_you_are_the_local_user(env):
    env |= {"EMFAIR_OIDC_ISSUER": "", "LOGNAME": "ada"}
    code, out, _ = said("whoami", env, "--json")
    assert (code, json.loads(out)["subject"]) == (0, "local:ada")
    code, out, err = said("login", env)
    assert (code, out) == (2, "")
    assert err.startswith("error: EMFAIR_OIDC_ISSUER: is not set")


def test_logging_out_works_without_the_login_service_too(env, tmp_path):
    file = tmp_path / "config" / "emfair" / "credentials.json"
    file.parent.mkdir(parents=True)
    file.write_text(
        json.dumps(
            {
                "issuer": "http://127.0.0.1:1/",
                "client_id": "emfair",
                "access_token": "a-word",
                "expires_at": "2026-01-22T12:00:00Z",
            }
        )
    )
    file.chmod(0o600)
    code, out, err = said("logout", env)
    assert code == 0
    assert out.startswith("Logged out here only")
    assert "does not answer" in err
    assert not file.exists()


def test_a_login_service_that_is_away_is_not_available(env):
    env |= {"EMFAIR_OIDC_ISSUER": "http://127.0.0.1:1/application/o/emfair/"}
    code, out, err = said("login", env)
    assert (code, out) == (3, "")
    assert "does not answer" in err
    assert "Traceback" not in err
