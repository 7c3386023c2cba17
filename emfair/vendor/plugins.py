"""RosettaSciIO's readers, from its own registry."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from emfair.errors import UnreadableFile


@dataclass(frozen=True)
class Plugin:
    """One reader: RosettaSciIO's name, its file extensions (lower case, no dot), its module."""

    name: str
    extensions: frozenset[str]
    module: str

    def load(self) -> ModuleType:
        """Import the reader (0.1 to 4 s, hence only when a file needs it).

        Raises
        ------
        UnreadableFile
            A package that this reader needs is not installed.
        """
        try:
            return importlib.import_module(self.module)
        except ImportError as error:
            raise UnreadableFile(
                f"the {self.name} reader needs the package {error.name}.",
                remedy="Install it beside emfair and process the experiment again.",
            ) from error


@cache
def plugins() -> dict[str, Plugin]:
    """Return every reader of the installed RosettaSciIO, by name."""
    from rsciio import IO_PLUGINS

    return {
        spec["name"]: Plugin(
            spec["name"],
            frozenset(extension.lower() for extension in spec["file_extensions"]),
            spec["api"],
        )
        for spec in IO_PLUGINS
    }
