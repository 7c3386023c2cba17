"""Uploads in the service: what the lake began and the registry no longer knows is not left over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emfair.errors import NotFound
from emfair.lake.memory import MemoryLake
from emfair.model.deposits import Whereto
from emfair.service import deposits, uploads
from emfair.service.services import open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.service.lab import someone
from tests.services.registries import furnished


def test_a_file_that_is_taken_out_while_its_upload_begins_leaves_nothing(tmp_path, monkeypatch):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        access = someone(services)
        draft = deposits.draft(access, Whereto("P", "Q", "S", "T")).id
        (row,) = uploads.announce(access, draft, [Announced("a.dm3", 1, datetime.now(UTC))])
        begin = services.lake.uploads.begin

        def slow(key, size):
            new = begin(key, size)
            uploads.remove(access, row)
            return new

        monkeypatch.setattr(services.lake.uploads, "begin", slow)
        with pytest.raises(NotFound):
            uploads.put_part(services, row, 1, [b"x"])
        assert list(services.lake.uploads.stale(datetime.now(UTC))) == []
