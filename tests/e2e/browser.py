"""Where the browser is that end-to-end tests drive: Debian's Chromium, never one downloaded."""

import os
import shutil
from pathlib import Path

import pytest

INSTALL = "apt-get install -y --no-install-recommends chromium"


def chromium_path() -> Path:
    """Return the browser; without one the test is skipped by name, on CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    reason = f"needs Chromium: {INSTALL}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
