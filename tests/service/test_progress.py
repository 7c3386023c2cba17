"""How far each file has come."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from emfair.lake.memory import MemoryLake
from emfair.model.deposits import Whereto
from emfair.service import deposits, uploads
from emfair.service.progress import FileProgress, progress
from emfair.service.services import open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.service.lab import someone
from tests.services.registries import furnished

MIB = 1 << 20


def test_each_file_is_told_with_the_bytes_that_are_there(tmp_path):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        access, now = someone(services), datetime.now(UTC)
        draft = deposits.draft(access, Whereto("P", "Q", "S", "T")).id
        names = {"still waits 金.dm3": 5, "empty.txt": 0, "half.mrc": 40 * MIB, "whole.tif": 3}
        rows = dict(
            zip(
                names,
                uploads.announce(access, draft, [Announced(*one, now) for one in names.items()]),
                strict=True,
            )
        )
        piece = bytes(uploads.parts_of(rows["half.mrc"]))
        uploads.put_part(services, rows["half.mrc"], 1, [piece])
        uploads.put_part(services, rows["whole.tif"], 1, [b"abc"])
        uploads.complete(services, rows["whole.tif"], hashlib.sha256(b"abc").hexdigest())
        told = progress(services, draft)
        assert told[0] == FileProgress("half.mrc", 40 * MIB, len(piece), whole=False)
        assert 0 < len(piece) < 40 * MIB
        assert told[-1] == FileProgress("whole.tif", 3, 3, whole=True)
        assert {one.name: one.arrived for one in told[1:-1]} == {
            "still waits 金.dm3": 0,
            "empty.txt": 0,
        }
        assert [one.name for one in progress(services, draft, most=1)] == ["half.mrc"]


def test_a_folder_that_is_one_file_is_told_as_one(tmp_path):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        access, now = someone(services), datetime.now(UTC)
        draft = deposits.draft(access, Whereto("P", "Q", "S", "T")).id
        names = [Announced(name, 3, now) for name in ("s.zspy/0/0.0", "s.zspy/0/0.1", "z.tif")]
        rows = uploads.announce(access, draft, names)
        uploads.put_part(services, rows[0], 1, [b"abc"])
        uploads.complete(services, rows[0], hashlib.sha256(b"abc").hexdigest())
        told = progress(services, draft)
        folder = FileProgress("s.zspy", 6, 3, whole=False, files=2)
        assert told == (folder, FileProgress("z.tif", 3, 0, whole=False))
        assert progress(services, draft, most=1) == (folder,)


def test_what_is_taken_out_meanwhile_has_not_come_far(tmp_path, monkeypatch):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        access = someone(services)
        draft = deposits.draft(access, Whereto("P", "Q", "S", "T")).id
        (row,) = uploads.announce(access, draft, [Announced("a.mrc", 9, datetime.now(UTC))])
        uploads.put_part(services, row, 1, [bytes(9)])
        before = uploads.of_experiment(services, draft)
        uploads.remove(access, before[0])
        monkeypatch.setattr(uploads, "of_experiment", lambda *_: before)
        assert progress(services, draft) == (FileProgress("a.mrc", 9, 0, whole=False),)
