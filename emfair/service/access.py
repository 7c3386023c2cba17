"""Someone at the counter: who asks, what the registry grants them, and the one table's answer.

Every route and every page goes through here: it names an action and what the action is done to, and
gets that thing, or the error that whoever asks may hear. What does not exist and what may not be
seen answer alike. What does not belong here: the rules (`emfair.identity`), and how a face reads
headers and cookies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from emfair.errors import NotFound, Unauthenticated, Withdrawn
from emfair.identity.policy import SERVICE, Resource, decide, not_there, require
from emfair.identity.principal import Principal, local_principal
from emfair.identity.reach import Reach, reach
from emfair.identity.roles import Membership, Role, project_roles, roles_of
from emfair.identity.table import About, Action
from emfair.model.identifiers import PATTERN
from emfair.model.nouns import InstrumentCard, PersonCard, ProjectCard, ProposalCard, SampleCard
from emfair.model.states import ExperimentState
from emfair.model.tokens import StoredToken
from emfair.registry import CardRow, ExperimentRow, SampleKey
from emfair.service.services import Services

R = TypeVar("R")
ONE_VISIT = timedelta(minutes=10)
"""Reading restricted data within it is one deed in the audit log."""
_TAKING = frozenset({Action.DOWNLOAD_RAW, Action.DOWNLOAD_CONTAINERS})
_READING = _TAKING | {Action.READ_EXPERIMENT}


@dataclass(frozen=True)
class Access:
    """One who asks (None: not logged in), at one time.

    `granted` holds what the registry grants them: memberships, or a referee link.
    """

    services: Services
    principal: Principal | None
    granted: tuple[Membership, ...] = ()

    @property
    def known(self) -> Principal:
        """Who it is. Raises `Unauthenticated`."""
        if self.principal is None:
            raise Unauthenticated("nobody is logged in.", remedy="Log in, or send a token.")
        return self.principal

    @property
    def subject(self) -> str:
        """What ownership, memberships and the audit log call them. Raises `Unauthenticated`."""
        return self.known.subject

    @property
    def name(self) -> str:
        """What people call them."""
        return (self.principal.name if self.principal else "") or self.subject

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Their roles outside of projects."""
        return roles_of(self.principal, None, None, self.granted, self.services.now())

    @cached_property
    def project_roles(self) -> dict[str, Role]:
        """Their strongest role in each project, by membership or group."""
        return project_roles(self.principal, self.granted, self.services.now())

    def sight(self, action: Action) -> Reach:
        """Return the bounds of a list of what they may do `action` to."""
        return reach(self.principal, action, self.granted, now=self.services.now())

    def service(self, action: Action) -> None:
        """Return if they may do what is about no thing in particular."""
        self.require(action, SERVICE)

    def project(self, action: Action, project: str) -> CardRow[ProjectCard]:
        """Return a project that they may do `action` to."""
        cards = self.services.registry.projects
        row = self._found(About.PROJECT, project, lambda: cards.get(project))
        self.require(action, card_resource(About.PROJECT, row, project))
        return row

    def proposal(self, action: Action, project: str, proposal: str) -> CardRow[ProposalCard]:
        """Return a proposal that they may do `action` to."""
        cards = self.services.registry.proposals
        name = f"{project}/{proposal}"
        row = self._found(About.PROPOSAL, name, lambda: cards.get(project, proposal))
        self.require(action, card_resource(About.PROPOSAL, row, project))
        return row

    def sample(self, action: Action, key: SampleKey) -> CardRow[SampleCard]:
        """Return a sample that they may do `action` to."""
        cards = self.services.registry.samples
        row = self._found(About.SAMPLE, "/".join(key), lambda: cards.get(*key))
        self.require(action, card_resource(About.SAMPLE, row, key[0]))
        return row

    def experiment(self, action: Action, experiment: str) -> ExperimentRow:
        """Return an experiment that they may do `action` to.

        Who reads a restricted one that they did not deposit is written down in the audit log. Of
        a withdrawn one nobody takes data, and whoever may see it can still read what it was
        (FAIR's A2). Raises `Withdrawn` for its data.
        """
        experiments = self.services.registry.experiments
        row = self._found(About.EXPERIMENT, experiment, lambda: experiments.get(experiment))
        self.require(action, experiment_resource(row))
        if action in _TAKING:
            check_there(row)
        if row.restricted and action in _READING and row.depositor != self.subject:
            self.services.registry.audit.note(
                self.subject, "restricted-read", row.id, within=ONE_VISIT
            )
        return row

    def experiment_seen(self, experiment: str) -> None:
        """Return if they may see an experiment, for what is no reading of it (a page's cursor)."""
        experiments = self.services.registry.experiments
        row = self._found(About.EXPERIMENT, experiment, lambda: experiments.get(experiment))
        self.require(Action.READ_EXPERIMENT, experiment_resource(row))

    def instrument(self, action: Action, instrument: str) -> CardRow[InstrumentCard]:
        """Return an instrument that they may do `action` to."""
        cards = self.services.registry.instruments
        row = self._found(About.INSTRUMENT, instrument, lambda: cards.get(instrument))
        self.require(action, card_resource(About.INSTRUMENT, row, None))
        return row

    def person(self, action: Action, subject: str) -> CardRow[PersonCard]:
        """Return a person's card that they may do `action` to."""
        cards = self.services.registry.people
        row = self._found(About.PERSON, subject, lambda: cards.get(subject))
        self.require(action, Resource(About.PERSON, subject, owner=subject))
        return row

    def token(self, action: Action, token: str) -> StoredToken:
        """Return an access token that they may do `action` to."""
        tokens = self.services.registry.tokens
        row = tokens.find(token) if PATTERN.fullmatch(token) else None
        if row is None:
            raise not_there(self.principal, About.TOKEN, token)
        self.require(action, Resource(About.TOKEN, row.id, owner=row.subject))
        return row

    def require(self, action: Action, resource: Resource) -> None:
        """Return if they may do `action` to `resource`.

        Raises
        ------
        NotFound
            They may not, nor may they learn that it exists.
        Unauthenticated, Forbidden
            They may not.
        """
        require(self.principal, action, resource, self.granted, now=self.services.now())

    def may(self, action: Action, resource: Resource) -> bool:
        """Whether they may do `action` to `resource`: for what a face offers."""
        now = self.services.now()
        return decide(self.principal, action, resource, self.granted, now=now).allowed

    def _found(self, about: About, identifier: str, get: Callable[[], R]) -> R:
        """Look something up; what can be no identifier is not there."""
        parts = [identifier] if about is About.PERSON else identifier.split("/")
        if about is not About.PERSON and not all(PATTERN.fullmatch(part) for part in parts):
            raise not_there(self.principal, about, identifier)
        try:
            return get()
        except NotFound as error:
            raise not_there(self.principal, about, identifier) from error


@dataclass(frozen=True)
class Granted(Generic[R]):
    """Something that someone may do what they asked for to: who, and what."""

    access: Access
    row: R


def check_there(row: ExperimentRow) -> None:
    """Return if an experiment's data are to be had. Raises `Withdrawn`."""
    if row.state is ExperimentState.TOMBSTONED:
        reason = f": {row.state_reason}" if row.state_reason else ""
        raise Withdrawn(
            f"was withdrawn on {row.updated_at:%d %B %Y}{reason}.",
            subject=row.id,
            remedy="Its record can still be read; ask its depositor or a data steward for more.",
        )


def local_access(services: Services) -> Access:
    """Return the access of the one user of the embedded default, who gets a card."""
    user = local_principal()
    services.registry.people.meet(user.subject, PersonCard(name=user.name))
    return Access(services, user)


def experiment_resource(row: ExperimentRow) -> Resource:
    """Return an experiment as the policy sees it."""
    return Resource(
        About.EXPERIMENT,
        row.id,
        project=row.project,
        owner=row.depositor,
        restricted=row.restricted,
    )


def card_resource(about: About, row: CardRow[Any], project: str | None) -> Resource:
    """Return a card as the policy sees it."""
    return Resource(about, row.id, project=project, owner=row.owner or "")
