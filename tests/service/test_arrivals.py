"""What is in the files of a deposit before it is sealed."""

from __future__ import annotations

import gc
import hashlib
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from emfair.crew import crew
from emfair.model.deposits import Whereto
from emfair.service import deposits, together, uploads
from emfair.service.arrivals import (
    LookedInto,
    arrived,
    look_into,
    looked_into,
    seen_before_the_seal,
)
from emfair.service.chain.convert import convert, store
from emfair.service.chain.describe import describe
from emfair.service.chain.index import gather, publish
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.first_looks import MOST
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.service.lab import someone
from tests.services.registries import furnished
from tests.zspy import write_store


# zarr 2 says of its own store that zarr 3 will not have it.
@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")
def test_a_format_that_is_a_folder_is_looked_into_as_one_file(services, tmp_path):
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    write_store(tmp_path / "made.zspy", np.arange(48.0).reshape(6, 8))
    contents = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in sorted(tmp_path.joinpath("made.zspy").rglob("*"))
        if path.is_file()
    }
    said = [
        Announced(name, len(content), services.now(), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    ]
    ids = [one.id for one in uploads.announce(access, row.id, said)]
    rows = together.chosen(services, row.id, ids)
    together.put(services, row, rows, [contents[one.name] for one in rows])
    (one,) = arrived(uploads.of_experiment(services, row.id))
    found = look_into(services, row, one)
    assert [one.measurement.shape for one in found.seen] == [(6, 8)]
    assert found.file == "made.zspy"


def put(services, row, names, content=b"no picture"):
    """Announce files, and send them."""
    digest = hashlib.sha256(content).hexdigest()
    said = [Announced(name, len(content), services.now(), digest) for name in names]
    ids = [one.id for one in uploads.announce(someone(services), row.id, said)]
    rows = together.chosen(services, row.id, ids)
    together.put(services, row, rows, [content for _ in rows])


def all_looked_into(services, row):
    until = time.monotonic() + 60
    while (found := looked_into(services, row)).now:
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def test_what_was_seen_goes_with_a_deposit_that_is_given_up(services):
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    put(services, row, ["a.dm3"])
    kept = weakref.ref(all_looked_into(services, row).seen[0])
    gc.collect()
    assert kept() is not None
    deposits.give_up(access, row.id, "given up")
    gc.collect()
    assert kept() is None


@pytest.fixture
def folder(tmp_path) -> Iterator[Services]:
    """Yield services whose lake is a folder, as the chain's index needs it."""
    with open_services(read_settings(home=furnished(tmp_path / "folder"))) as opened:
        yield opened


def test_what_was_seen_is_known_after_the_seal_and_goes_once_the_chain_has_read_it(
    folder: Services, tmp_path
):
    services = folder
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    put(services, row, ["a.dm3"])
    kept = weakref.ref(all_looked_into(services, row).seen[0])
    put(services, row, ["b.dm3"])
    deposits.seal(access, row.id)
    assert [one.file for one in seen_before_the_seal(services, row)] == ["a.dm3"]
    assert looked_into(services, row) == LookedInto((), (), "", 0, arriving=False)
    receive(services, row.id, run="test")
    store(services, convert(services, row.id, tmp_path, run="test"))
    assert len(seen_before_the_seal(services, row)) == 1, "there is no verdict yet"
    judge(services, row.id, run="test")
    describe(services, row.id, run="test")
    publish(services, gather(services, row.id, run="test"))
    assert seen_before_the_seal(services, row) == ()
    gc.collect()
    assert kept() is None


def test_a_deposit_that_is_given_up_is_not_looked_into_to_the_end(services):
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    put(services, row, ["a.dm3"])
    crew().close()
    with ExitStack() as busy:
        lent = [busy.enter_context(crew().turn()) for _ in range(crew().size)]
        assert looked_into(services, row).now == "a.dm3"
        deposits.give_up(access, row.id, "given up")
    until = time.monotonic() + 60
    while any(one.name == "first-look" for one in threading.enumerate()):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert [one.pid for one in lent] == [None] * len(lent), "no process was begun for it"


def test_files_that_are_still_to_come_are_counted(services):
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    assert (looked_into(services, row).files, looked_into(services, row).arriving) == (0, False)
    uploads.announce(access, row.id, [Announced("late.dm3", 7, services.now())])
    put(services, row, ["a.dm3"])
    found = all_looked_into(services, row)
    assert (found.over, found.files, found.arriving) == (1, 2, True)


def test_only_so_many_files_are_looked_into_by_themselves(services):
    row = deposits.draft(someone(services), Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    put(services, row, [f"{number}.dm3" for number in range(MOST + 2)])
    found = all_looked_into(services, row)
    assert (found.over, found.files, found.arriving) == (MOST, MOST + 2, False)


def test_after_the_seal_nothing_is_looked_into_for_who_knows_nothing_of_it(services):
    access = someone(services)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    put(services, row, ["a.dm3"])
    before = services.registry.experiments.get(row.id)
    deposits.seal(access, row.id)
    assert looked_into(services, before) == LookedInto((), (), "", 0, arriving=False)


def test_a_file_that_comes_before_those_that_were_looked_into_takes_nothing_from_them(services):
    row = deposits.draft(someone(services), Whereto("Steel", "2026-A", "Lamella 1", "Day"))
    put(services, row, [f"{number}.dm3" for number in range(MOST)])
    before = all_looked_into(services, row)
    put(services, row, ["0-first.dm3"])
    assert all_looked_into(services, row).seen == before.seen
