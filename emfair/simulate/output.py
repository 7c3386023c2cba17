"""The files of one acquisition in the session's folder: all of them whole, or none.

What does not belong here: what stands in them (`emfair.simulate.formats`).
"""

from __future__ import annotations

import shutil
from pathlib import Path


class Output:
    """Names files in `folder`, and knows them.

    Files may be written under temporary names; `rename` gives the last one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._paths: list[Path] = []

    @property
    def paths(self) -> list[Path]:
        """The files, and folders that are files (``.zspy``), in the order of their creation."""
        return list(self._paths)

    def new(self, name: str) -> Path:
        """Return where a file shall be written."""
        path = self.folder / name
        self._paths.append(path)
        return path

    def rename(self, path: Path, name: str) -> Path:
        """Give a file another name, at once; return where it is."""
        target = path.rename(self.folder / name)
        self._paths[self._paths.index(path)] = target
        return target

    def discard(self) -> None:
        """Remove what is there of the acquisition."""
        for path in self._paths:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        self._paths.clear()
