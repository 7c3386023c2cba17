"""One real provider for all of these tests, and what stands for the rest of emfair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from emfair.identity.issuer import Issuer
from emfair.identity.oidc import BearerTokens
from emfair.model.tokens import StoredToken
from tests.services.oidc.provider import AUDIENCE, Provider, provider

NOW = datetime(2026, 1, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def oidc() -> Iterator[Provider]:
    with provider() as running:
        yield running


@pytest.fixture
def issuer(oidc: Provider) -> Iterator[Issuer]:
    opened = Issuer(oidc.url)
    yield opened
    opened.close()


@pytest.fixture
def bearer(issuer: Issuer) -> BearerTokens:
    return BearerTokens(issuer, {AUDIENCE})


@dataclass
class Drawer:
    """A `TokenStore` in memory; counts how often a use was noted."""

    kept: dict[str, StoredToken] = field(default_factory=dict)
    touches: int = 0
    brought: dict[str, frozenset[str]] = field(default_factory=dict)

    def insert(self, token: StoredToken, actor: str) -> None:
        """Keep it."""
        assert token.id not in self.kept
        self.kept[token.id] = token

    def find(self, identifier: str) -> StoredToken | None:
        """Return it, if it is there."""
        return self.kept.get(identifier)

    def touch(self, identifier: str, at: datetime) -> None:
        """Note a use."""
        self.touches += 1
        self.kept[identifier] = replace(self.kept[identifier], last_used_at=at)

    def revoke(self, identifier: str, at: datetime, actor: str) -> None:
        """End it, once."""
        if self.kept[identifier].revoked_at is None:
            self.kept[identifier] = replace(self.kept[identifier], revoked_at=at)

    def groups_of(self, subject: str) -> frozenset[str]:
        """Return what the holder's last login brought, as a test says."""
        return self.brought.get(subject, frozenset())

    def list(self, subject: str) -> list[StoredToken]:
        """Return all of one holder."""
        return [token for token in self.kept.values() if token.subject == subject]


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()
