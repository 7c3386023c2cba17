"""What someone sees: nothing, unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """Bounds of someone's lists (`emfair.registry.Sight`)."""

    projects: frozenset[str] | None = frozenset()
    restricted: frozenset[str] | None = frozenset()
    own: str | None = None
    experiments: frozenset[str] = frozenset()
