"""What runs in the browser, tested by Node's own runner."""

from __future__ import annotations

import subprocess
from pathlib import Path

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
