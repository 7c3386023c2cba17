"""What is in the files of a deposit before it is sealed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from emfair.model.deposits import Whereto
from emfair.service import deposits, together, uploads
from emfair.service.arrivals import arrived, look_into
from emfair.service.uploads import Announced
from tests.service.lab import someone
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
    ((each, members),) = arrived(uploads.of_experiment(services, row.id))
    found = look_into(services, row, each, members)
    assert [one.measurement.shape for one in found.seen] == [(6, 8)]
    assert found.file == "made.zspy"
