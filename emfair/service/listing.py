"""The files of a manifest as people count them: a folder that is one file stands in one line.

What does not belong here: what became of them (`file_reports`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emfair.model.manifest import RawFile
from emfair.vendor.bundles import store_of


@dataclass(frozen=True)
class Listed:
    """A file, or a folder that is one; `files` are what lies in it, in the manifest's order."""

    name: str
    files: tuple[RawFile, ...]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder that is one file."""
        return self.files[0].name != self.name

    @property
    def size(self) -> int:
        """All its bytes."""
        return sum(file.size for file in self.files)


def listed(files: Iterable[RawFile]) -> list[Listed]:
    """Return the lines of a list of files, each where its first file stands."""
    lines: dict[str, list[RawFile]] = {}
    for file in files:
        lines.setdefault(store_of(file.name) or file.name, []).append(file)
    return [Listed(name, tuple(some)) for name, some in lines.items()]
