"""Small files go many at a time, and none of them is lost, sent twice, or taken for another."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from emfair.client.bandwidth import Bandwidth
from emfair.client.collect import collect, describe
from emfair.client.engine import DepositProgress, deposit
from emfair.errors import FixityMismatch
from emfair.lake import layout
from emfair.model.deposits import Whereto
from tests.client.conftest import MIB, request
from tests.client.gate import PART, Rule
from tests.service.lab import deposit as deposit_locally

CONTENTS = r"/api/v1/experiments/[^/]+/contents"
REFUSED = {"title": "Conflict", "status": 409, "detail": "is on its way in parts."}
WHERETO = Whereto("Minerals", "2026-A", "Lamella", "Grain boundaries")


@pytest.fixture
def tiles(tmp_path: Path) -> Path:
    folder = tmp_path / "tiles"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:03}.tif").write_bytes(b"tile %d " % number * (number * 20))
    return folder


def check_arrived(served, done, folder: Path) -> None:
    """Check that a deposit is sealed, with the bytes of `folder`."""
    kept = {
        file.name: served.services.lake.read_bytes(layout.raw_file(done.place, file.path))
        for file in done.files
    }
    assert kept == {f"{folder.name}/{path.name}": path.read_bytes() for path in folder.iterdir()}
    assert served.services.registry.experiments.get(done.place.experiment).state == "sealed"


def test_small_files_take_few_requests(served, client, tiles):
    heard = Counter[str]()
    done = deposit(client, request(tiles), DepositProgress(sent=lambda n: heard.update(sent=n)))
    check_arrived(served, done, tiles)
    assert heard["sent"] == sum(path.stat().st_size for path in tiles.iterdir())
    assert len(served.gate.asked("PUT", CONTENTS)) <= 300 / 64 + 4
    assert len(served.gate.asked("PUT", PART)) <= 4  # the first ones, which tell the way


def test_large_and_small_files_find_their_ways(served, client, session):
    for number in range(20):
        (session / f"{number:02}.tif").write_bytes(b"tile %d" % number)
    done = deposit(client, request(session))
    assert served.gate.asked("PUT", CONTENTS)
    for file in done.files:
        content = served.services.lake.read_bytes(layout.raw_file(done.place, file.path))
        assert hashlib.sha256(content).hexdigest() == file.sha256


@pytest.mark.parametrize(
    "rule",
    [
        Rule("PUT", CONTENTS, 3, 503),
        Rule("PUT", CONTENTS, 3, cut=True),
        Rule("PUT", CONTENTS, 3, damaged=True),
        Rule("PUT", CONTENTS, 100, 409, document=REFUSED),
    ],
    ids=["busy", "cut", "damaged", "refused"],
)
def test_what_goes_wrong_on_the_way_costs_time_alone(served, client, tiles, rule):
    served.gate.rules.append(rule)
    check_arrived(served, deposit(client, request(tiles)), tiles)


def test_a_file_that_is_another_one_is_named_and_those_before_it_arrive(served, client, tiles):
    some = collect([tiles])[:60]  # what one request takes
    pairs = [(file.path, describe(file, lambda _: None)) for file in some]
    (tiles / "050.tif").write_bytes(b"tile 99 " * 1000)  # as many bytes
    experiment = client.draft(WHERETO)
    with pytest.raises(FixityMismatch, match=r"050\.tif"):
        client.add(experiment, pairs, lambda _: None)
    uploads = served.services.registry.uploads.of(experiment)
    arrived = {row.name for row in uploads if row.done_at is not None}
    assert arrived == {f"tiles/{number:03}.tif" for number in range(50)}


def test_large_files_do_not_wait_for_small_ones_that_take_long(served, client, tiles):
    for number in range(3):
        with (tiles / f"large {number}.raw").open("wb") as stream:
            stream.truncate(16 * MIB + 1)
    served.gate.rules.append(Rule("PUT", CONTENTS, 2, 503, {"retry-after": "5"}))
    check_arrived(served, deposit(client, request(tiles)), tiles)
    answered = [one for one in served.gate.came if one.method == "PUT" and one.status == 200]
    first = next(place for place, one in enumerate(answered) if re.fullmatch(CONTENTS, one.path))
    parts = [one.path for one in answered if re.fullmatch(PART, one.path)]
    before = [one.path for one in answered[:first] if re.fullmatch(PART, one.path)]
    assert before == parts


def test_whoever_is_overtaken_by_another_sender_is_done(served, client, tiles):
    served.gate.rules.append(
        Rule("PUT", CONTENTS, before=lambda: deposit_locally(served.services, request(tiles)))
    )
    heard = Counter[str]()
    done = deposit(client, request(tiles), DepositProgress(sent=lambda n: heard.update(sent=n)))
    check_arrived(served, done, tiles)
    assert heard["sent"] == sum(file.size for file in done.files)


def test_bandwidth_holds_for_small_files_too(served, tiles):
    size = sum(path.stat().st_size for path in tiles.iterdir())
    waited: list[float] = []

    class Noted(Bandwidth):
        def book(self, size: int) -> float:
            waited.append(size)
            return super().book(size)

    with served.client(bandwidth=Noted(1000 * MIB)) as client:
        deposit(client, request(tiles))
    assert sum(waited) == size
