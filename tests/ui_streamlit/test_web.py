"""What runs in the browser, tested by Node's own runner."""

from __future__ import annotations

import subprocess
from pathlib import Path

from emfair.vendor.bundles import STORES
from tests.services.oidc.provider import program
from ui_streamlit import built

WEB = Path(built.__file__).parent / "web"


def test_what_runs_in_the_browser():
    tests = sorted(map(str, (WEB / "tests").glob("*.test.js")))
    done = subprocess.run(
        [program("node"), "--test", *tests], cwd=WEB, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 0" not in done.stdout, "some ran"


def test_the_browser_knows_the_folders_that_are_one_file():
    script = (WEB / "deposit" / "stores.js").read_text("utf-8")
    (rule,) = [line for line in script.splitlines() if line.startswith("const STORE = ")]
    assert "|".join(one.lstrip(".") for one in STORES) in rule
