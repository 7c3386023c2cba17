"""Many files at once: in bounded memory, and no further than the first error."""

from __future__ import annotations

import subprocess
import sys

import pytest

from emfair.client.collect import collect, describe
from emfair.client.engine import deposit
from emfair.errors import FixityMismatch
from emfair.model.deposits import Whereto
from tests.client.conftest import MIB, request
from tests.client.gate import PART, Rule

WHERETO = Whereto("Minerals", "2026-A", "Lamella", "Grain boundaries")
SENDER = """
import resource, sys
from pathlib import Path
from emfair.client import Client, DepositRequest, deposit
def send(path):
    deposit(client, DepositRequest([Path(path)], "P", "Q", "S"))
with Client(sys.argv[1]) as client:
    send(sys.argv[2])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    send(sys.argv[3])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_does_not_grow_with_the_file(served, tmp_path):
    small, large = tmp_path / "small.raw", tmp_path / "large.raw"
    small.write_bytes(bytes(17 * MIB))
    with large.open("wb") as stream:
        stream.truncate(160 * MIB)
    done = subprocess.run(
        [sys.executable, "-c", SENDER, served.url, small, large],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) <= 16  # MB


def test_the_first_error_stops_all(served, client, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number:03}.tif").write_bytes(b"tile %d" % number)
    pairs = [(file.path, describe(file, lambda _: None)) for file in collect([folder])]
    (folder / "004.tif").write_bytes(b"tile Z")
    experiment = client.draft(WHERETO)
    with pytest.raises(FixityMismatch, match=r"004\.tif"):
        client.add(experiment, pairs, lambda _: None)
    assert len(served.gate.asked("PUT", PART)) < 50
    pairs[4] = (pairs[4][0], describe(collect([folder / "004.tif"])[0], lambda _: None))
    client.remove(experiment, "many/004.tif")
    good = [pair for pair in pairs if pair[1].name.startswith("many/")]
    client.add(experiment, good, lambda _: None)


def test_a_part_that_fails_for_a_while_holds_up_no_other(served, client, session):
    served.gate.rules.append(Rule("PUT", f"{PART[:-3]}2", 3, 503))
    done = deposit(client, request(session / "big.raw"))
    order = [path.rpartition("/")[2] for path in served.gate.asked("PUT", PART)]
    assert order.index("3") < len(order) - 1
    assert order[-1] == "2"
    assert done.sent == (session / "big.raw").stat().st_size
