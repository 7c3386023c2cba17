"""From what a request carries to `Access`: logins, tokens, passes, links, the local user.

One a process: it keeps the issuer's keys. What does not belong here: headers and cookies, which the
faces read, and what someone may do (`access`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property

from pydantic import ValidationError

from emfair.errors import Unauthenticated
from emfair.identity.bearer import Entrance, bearer_token
from emfair.identity.issuer import Issuer
from emfair.identity.kept import cookie_secret
from emfair.identity.logins import Login, Logins
from emfair.identity.oidc import BearerTokens
from emfair.identity.passes import PREFIX as PASS
from emfair.identity.passes import new_pass, read_pass
from emfair.identity.principal import Kind, Principal
from emfair.identity.referees import COOKIE, link_digest, referee
from emfair.identity.roles import Membership, Role
from emfair.identity.secret import PREFIXES
from emfair.identity.tokens import project_groups
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
        self._met: dict[str, Principal] = {}

    @property
    def is_local(self) -> bool:
        """Whether there is no login here: one user, this machine only."""
        return self._issuer is None

    def close(self) -> None:
        """Close the connections to the issuer."""
        if self._issuer is not None:
            self._issuer.close()

    @cached_property
    def logins(self) -> Logins:
        """Who reads the browser's logins. Raises `BadSetting` if there is no secret to do it by."""
        settings = self._services.settings
        return Logins(
            settings.oidc_issuer,
            settings.web_client,
            settings.public_url,
            settings.login_hours,
            cookie_secret(settings),
        )

    def access(self, authorization: str | None, cookies: Mapping[str, str] | None = None) -> Access:
        """Return the access of whoever sends this Authorization header.

        Without one, `cookies` of a browser say who it is: a referee link that was opened there,
        else a login. What they no longer prove is no error: a browser sends them by itself.

        Raises
        ------
        Unauthenticated
            What it holds proves nobody.
        Unavailable
            The issuer does not answer.
        """
        if authorization is None and cookies and not self.is_local:
            return self._visitor(cookies)
        token = bearer_token(authorization) if authorization is not None else ""
        if token.startswith(PASS) and not self.is_local:
            return self._page(token)
        if token.startswith(f"{PREFIXES['referee']}_"):
            return self._referee(token)
        principal = self._entrance.principal(authorization)
        return self.nobody() if principal is None else self.of(principal)

    def nobody(self) -> Access:
        """Return the access of nobody in particular."""
        return Access(self._services, None)

    def of(self, principal: Principal) -> Access:
        """Return the access of someone who is known already."""
        self._meet(principal)
        found = self._services.registry.memberships.of_subject(principal.subject)
        return Access(
            self._services,
            principal,
            tuple(Membership(row.project, row.subject, Role(row.role), row.until) for row in found),  # type: ignore[arg-type]
        )

    def _visitor(self, cookies: Mapping[str, str]) -> Access:
        if COOKIE in cookies:
            with suppress(Unauthenticated):
                return self._referee(cookies[COOKIE])
        login = self.logins.of_cookies(cookies, self._services.now())
        return self.nobody() if login is None else self.of(login.principal)

    def pass_for(self, login: Login, experiment: str) -> str:
        """Return what a page sends an experiment's files with, as whoever logged in."""
        return new_pass(self.logins.secret, login.principal, experiment, login.until)

    def _page(self, token: str) -> Access:
        held = read_pass(self.logins.secret, token, self._services.now())
        if self.logins.is_over(held.principal.subject, held.until):
            raise Unauthenticated("whoever this was has logged out.", remedy="Log in again.")
        return self.of(held.principal)

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
        """Make a card of what the issuer says of someone, at their first request here.

        The groups of their most recent login are kept, for their access tokens give no others.
        """
        if principal.token or principal.experiment or principal.kind is Kind.INSTRUMENT:
            return
        registry, subject = self._services.registry, principal.subject
        known = self._met.get(subject)
        if known is None:
            registry.people.meet(subject, _card(principal))
        if known is None or _is_news(principal, known):
            if principal.since is not None:
                registry.logins.note(subject, project_groups(principal), principal.since)
            self._met[subject] = principal


def _is_news(principal: Principal, known: Principal) -> bool:
    """Whether the issuer says something else of someone, and not earlier than what is known."""
    said, before = principal.since, known.since
    return said is not None and (
        before is None or said > before or (said == before and principal.groups != known.groups)
    )


def _card(principal: Principal) -> PersonCard:
    """Return what is known of someone as a card, without what no card takes."""
    card = PersonCard(name=principal.name or principal.subject, orcid=principal.orcid or None)
    with suppress(ValidationError):
        return PersonCard(**(card.model_dump() | {"email": principal.email or None}))
    return card
