"""Objects stored one after the other, by lakes that gain nothing from more at once.

What does not belong here: a folder's, which does (`emfair.lake.local_several`).
"""

from __future__ import annotations

from collections.abc import Callable

from emfair.lake.base import Blocks, ObjectInfo
from emfair.lake.source import Source, blocks_source


class OneByOne:
    """See `emfair.lake.base.Put`: each is safe when `store` returns."""

    def __init__(self, store: Callable[[str, Source], ObjectInfo]) -> None:
        self._store = store
        self.kept = set[str]()

    def __call__(self, key: str, blocks: Blocks, *, size: int, sha256: str) -> ObjectInfo:
        """Store an object."""
        info = self._store(key, blocks_source(key, blocks, size, sha256))
        self.kept.add(key)
        return info
