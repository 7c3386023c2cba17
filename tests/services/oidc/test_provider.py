"""The tests' own provider: missing aloud, gone with whoever asked for it, locked to what it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.services.held import listens
from tests.services.oidc.provider import HERE, modules

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip), ("true", pytest.fail)])
def test_without_node_its_tests_are_skipped_aloud_and_fail_on_ci(monkeypatch, ci, outcome):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match="node and npm are not installed"):
        modules.__wrapped__()


def test_it_ends_with_whoever_asked_for_it_even_if_that_is_killed():
    code = (
        "from tests.services.oidc.provider import provider\n"
        "import time\n"
        "with provider() as one: print(one.url, flush=True); time.sleep(60)"
    )
    asker = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert asker.stdout
    url = asker.stdout.readline().decode().strip()
    assert httpx.get(f"{url}jwks/").status_code == 200
    os.kill(asker.pid, signal.SIGKILL)
    asker.communicate()
    end = time.monotonic() + 10
    while listens(port := httpx.URL(url).port) and time.monotonic() < end:
        time.sleep(0.02)
    assert not listens(port)


def test_every_package_is_locked_by_its_hash():
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert "node_modules/oidc-provider" in packages
    assert [name for name, one in packages.items() if name and "integrity" not in one] == []
