"""From what a request carries to `Access`: logins, access tokens, referee links, the local user.

One a process: it keeps the issuer's keys. What does not belong here: headers and cookies, which the
faces read, and what someone may do (`access`).
"""

from __future__ import annotations

from contextlib import suppress

from pydantic import ValidationError

from emfair.errors import Unauthenticated
from emfair.identity.bearer import Entrance, bearer_token
from emfair.identity.issuer import Issuer
from emfair.identity.oidc import BearerTokens
from emfair.identity.principal import Kind, Principal
from emfair.identity.referees import link_digest, referee
from emfair.identity.roles import Membership, Role
from emfair.identity.secret import PREFIXES
from emfair.model.nouns import PersonCard
from emfair.service.access import Access
from emfair.service.services import Services


class Reception:
    """Tells who asks; threads may share it.

    Where the settings name no issuer, whoever brings no token is the one local user.

    Raises
    ------
    BadSetting
        The issuer is no address to trust.
    """

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._services = services
        self._issuer = Issuer(settings.oidc_issuer) if settings.oidc_issuer else None
        issued = (
            None if self._issuer is None else BearerTokens(self._issuer, settings.oidc_audiences)
        )
        self._entrance = Entrance(services.registry.tokens, issued, services.now)
        self._met: set[str] = set()

    @property
    def is_local(self) -> bool:
        """Whether there is no login here: one user, this machine only."""
        return self._issuer is None

    def close(self) -> None:
        """Close the connections to the issuer."""
        if self._issuer is not None:
            self._issuer.close()

    def access(self, authorization: str | None) -> Access:
        """Return the access of whoever sends this Authorization header.

        Raises
        ------
        Unauthenticated
            What it holds proves nobody.
        Unavailable
            The issuer does not answer.
        """
        token = bearer_token(authorization) if authorization is not None else ""
        if token.startswith(f"{PREFIXES['referee']}_"):
            return self._referee(token)
        principal = self._entrance.principal(authorization)
        return Access(self._services, None) if principal is None else self.of(principal)

    def of(self, principal: Principal) -> Access:
        """Return the access of someone who is known already."""
        self._meet(principal)
        found = self._services.registry.memberships.of_subject(principal.subject)
        return Access(
            self._services,
            principal,
            tuple(Membership(row.project, row.subject, Role(row.role), row.until) for row in found),  # type: ignore[arg-type]
        )

    def _referee(self, token: str) -> Access:
        link = self._services.registry.referees.find(link_digest(token))
        if link is None:
            raise Unauthenticated(
                "this referee link has ended, or was taken back.",
                remedy="Ask whoever sent it for a new one.",
            )
        principal, granted = referee(link.id, link.project, link.experiment, link.until)
        return Access(self._services, principal, (granted,))

    def _meet(self, principal: Principal) -> None:
        """Make a card of what the issuer says of someone, at their first request here."""
        if principal.token or principal.kind is Kind.INSTRUMENT or principal.subject in self._met:
            return
        self._services.registry.people.meet(principal.subject, _card(principal))
        self._met.add(principal.subject)


def _card(principal: Principal) -> PersonCard:
    """Return what is known of someone as a card, without what no card takes."""
    card = PersonCard(name=principal.name or principal.subject, orcid=principal.orcid or None)
    with suppress(ValidationError):
        return PersonCard(**(card.model_dump() | {"email": principal.email or None}))
    return card
