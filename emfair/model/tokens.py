"""What is kept of a personal access token; the token itself is not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token, as whoever keeps it and whoever checks it know it.

    Attributes
    ----------
    subject
        Whom it acts as: a person's subject, or ``instrument:ID``.
    name
        What its maker calls it (``FIB's PC``).
    groups
        The holder's project groups when it was made: at most these it carries.
    """

    id: str
    subject: str
    name: str
    secret_sha256: str
    scopes: frozenset[str]
    groups: frozenset[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether it is good for anything: neither revoked nor at its end."""
        return self.revoked_at is None and now < self.expires_at
