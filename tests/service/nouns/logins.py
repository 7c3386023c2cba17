"""People without a login service: what a reception would make of each."""

from __future__ import annotations

from emfair.identity.principal import Kind, Principal
from emfair.service.access import Access
from emfair.service.reception import Reception
from emfair.service.services import Services


def access(services: Services, name: str, *groups: str, kind: Kind = Kind.PERSON) -> Access:
    """Return the access of someone in these groups, who gets a card and what was granted them."""
    principal = Principal(subject(name), kind, name.title(), groups=frozenset(groups))
    return Reception(services).of(principal)


def subject(name: str) -> str:
    """Return what emfair knows someone by."""
    return f"{name}@https://login.test/"
