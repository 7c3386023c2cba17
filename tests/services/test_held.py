"""A service ends with whoever asked for it, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.services.held import PATIENCE, ROOT, listens

ASKER = """
import sys
from sqlalchemy import create_engine, text
from tests.services.postgres import postgres_url
with create_engine(postgres_url()).connect() as connection:
    print(postgres_url())
    print(connection.execute(text("SHOW data_directory")).scalar(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, None])
def test_a_server_and_its_folder_go_with_the_asker(how):
    with subprocess.Popen(
        [sys.executable, "-c", ASKER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as asker:  # fmt: skip
        port = make_url(asker.stdout.readline().strip()).port
        folder = Path(asker.stdout.readline().strip()).parent
        assert listens(port)
        assert folder.exists()
        if how is not None:
            os.kill(asker.pid, how)
        asker.stdin.close()
    end = time.monotonic() + PATIENCE
    while (listens(port) or folder.exists()) and time.monotonic() < end:
        time.sleep(0.05)
    assert not listens(port)
    assert not folder.exists()
