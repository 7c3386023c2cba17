"""What someone was shown once and need not be shown again: a tour, a hint.

Kept on their shelf in the registry, so it holds in every browser. What does not belong here: what
is shown (the faces).
"""

from __future__ import annotations

from emfair.service.access import Access


def has_seen(access: Access, what: str) -> bool:
    """Whether they were shown it. Raises `Unauthenticated`."""
    kept = access.services.registry.shelves.list(access.subject, "seen")
    return any(one.name == what for one in kept)


def note_seen(access: Access, what: str) -> None:
    """Note that they were shown it. Raises `Unauthenticated`."""
    access.services.registry.shelves.put(access.subject, "seen", what)
