"""Convert files with pynxtools-em in one process: run by its own Python, not by emfair's.

``python peer_worker.py FOLDER FILE…`` writes ``FOLDER/times.json``: file → seconds, or null where
it failed.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from pathlib import Path


def _main(folder: Path, files: list[str]) -> None:
    from pynxtools.dataconverter.convert import convert

    times: dict[str, float | None] = {}
    for number, file in enumerate(files):
        output = folder / f"{number}.nxs"
        started = time.perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                convert((file,), "em", "NXem", str(output), skip_verify=True)
            times[file] = time.perf_counter() - started if _holds_data(output) else None
        except (Exception, SystemExit):  # noqa: BLE001  whatever it raises: it cannot take the file
            times[file] = None
    (folder / "times.json").write_text(json.dumps(times), "utf-8")


def _holds_data(path: Path) -> bool:
    """Whether a converted file has any NXdata: a header alone is no conversion."""
    import h5py

    found: list[str] = []

    def see(name: str, item: object) -> None:
        if isinstance(item, h5py.Group) and item.attrs.get("NX_class") == "NXdata":
            found.append(name)

    with h5py.File(path) as file:
        file.visititems(see)
    return bool(found)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2:])
