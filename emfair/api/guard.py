"""What stands before every route: who asks, what it is about, and whether they may.

A route names its action in the type of an argument, made of one of the functions below; the value
is who asks, and the thing. A test walks all routes: one without such an argument fails it. What
does not belong here: the decision (`emfair.service.access`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Path, Query, Request

from emfair.api.browser import cookies_of
from emfair.api.limits import Limiter
from emfair.errors import NotFound, Unauthenticated
from emfair.identity.bearer import bearer_token
from emfair.identity.capabilities import check_capability, is_capability
from emfair.identity.policy import needs_login
from emfair.identity.principal import SUBJECT_LIMIT
from emfair.identity.table import Action
from emfair.model.nouns import InstrumentCard, PersonCard, ProjectCard, ProposalCard, SampleCard
from emfair.model.tokens import StoredToken
from emfair.registry import CardRow, ExperimentRow, UploadRow
from emfair.service import uploads
from emfair.service.access import Access, Granted
from emfair.service.reception import Reception

ExperimentId: TypeAlias = Annotated[str, Path(examples=["e-20260122-k3f9zqmh"])]
ProjectId: TypeAlias = Annotated[str, Path(examples=["quartz-interfaces"])]
ProposalId: TypeAlias = Annotated[str, Path(examples=["2026-a"])]
SampleId: TypeAlias = Annotated[str, Path(examples=["lamella-1"])]
InstrumentId: TypeAlias = Annotated[str, Path(examples=["titan"])]
UploadId: TypeAlias = Annotated[str, Path(examples=["u-0f3c5a7d9b1e2f4a6c8d"])]
Subject: TypeAlias = Annotated[
    str | None,
    Query(
        max_length=SUBJECT_LIMIT,
        description="Whose; one's own if it is left out.",
        examples=["local:ada"],
    ),
]
"""Of an issuer's account it holds slashes, which not every proxy lets through in a path."""

ACTION, LISTED = "emfair_action", "emfair_listed"
"""Attributes by which a guard names its action, and whether it stands before a list, for the test
that walks all routes."""


def access_of(request: Request) -> Access:
    """Return who sends a request; known once, it is kept for the request.

    Raises
    ------
    Unauthenticated
        What the request holds proves nobody.
    Busy
        Too many requests without a login, or with a wrong one, came from there.
    """
    known: Access | None = getattr(request.state, "access", None)
    if known is not None:
        return known
    reception: Reception = request.app.state.reception
    limiter: Limiter = request.app.state.limiter
    try:
        access = reception.access(request.headers.get("authorization"), cookies_of(request))
    except Unauthenticated:
        limiter.count(request)
        raise
    if access.principal is None:
        limiter.count(request)
    request.state.access = access
    return access


def service(action: Action) -> Any:
    """Guard what is about no thing in particular, or about a list; the value is an `Access`."""

    def guard(request: Request) -> Access:
        access = _admitted(request, action)
        access.service(action)
        return access

    return _named(guard, action)


def listing(action: Action) -> Any:
    """Guard a list: of what they may do `action` to, it holds all (`Access.sight`) and no more."""

    def guard(request: Request) -> Access:
        return _admitted(request, action)

    return _named(guard, action, listed=True)


def project(action: Action) -> Any:
    """Guard what is done to the project that the path names."""

    def guard(request: Request, project: ProjectId) -> Granted[CardRow[ProjectCard]]:
        access = _admitted(request, action)
        return Granted(access, access.project(action, project))

    return _named(guard, action)


def proposal(action: Action) -> Any:
    """Guard what is done to a proposal."""

    def guard(
        request: Request, project: ProjectId, proposal: ProposalId
    ) -> Granted[CardRow[ProposalCard]]:
        access = _admitted(request, action)
        return Granted(access, access.proposal(action, project, proposal))

    return _named(guard, action)


def sample(action: Action) -> Any:
    """Guard what is done to a sample."""

    def guard(
        request: Request, project: ProjectId, proposal: ProposalId, sample: SampleId
    ) -> Granted[CardRow[SampleCard]]:
        access = _admitted(request, action)
        return Granted(access, access.sample(action, (project, proposal, sample)))

    return _named(guard, action)


def experiment(action: Action) -> Any:
    """Guard what is done to an experiment."""

    def guard(request: Request, experiment: ExperimentId) -> Granted[ExperimentRow]:
        access = _admitted(request, action)
        return Granted(access, access.experiment(action, experiment))

    return _named(guard, action)


def upload(action: Action, *, capability: bool = True) -> Any:
    """Guard what is done to an upload: by who may do `action` to its experiment.

    With `capability` also by whoever holds the upload's own token.
    """

    def guard(request: Request, upload: UploadId) -> Granted[UploadRow]:
        token = _bearer(request)
        if capability and is_capability(token):
            stores = request.app.state.services
            row = uploads.find(stores, upload)
            check_capability(token, upload, row.capability, stores.now())
            return Granted(Access(stores, None), row)
        access = _admitted(request, action)
        row = uploads.find(access.services, upload)
        try:
            access.experiment(action, row.experiment)
        except NotFound as error:
            raise uploads.unknown(upload) from error
        return Granted(access, row)

    return _named(guard, action)


def instrument(action: Action) -> Any:
    """Guard what is done to an instrument."""

    def guard(request: Request, instrument: InstrumentId) -> Granted[CardRow[InstrumentCard]]:
        access = _admitted(request, action)
        return Granted(access, access.instrument(action, instrument))

    return _named(guard, action)


def person(action: Action) -> Any:
    """Guard what is done to the card of the person whom the query names, or of whoever asks."""

    def guard(request: Request, subject: Subject = None) -> Granted[CardRow[PersonCard]]:
        access = _admitted(request, action)
        return Granted(
            access, access.person(action, access.subject if subject is None else subject)
        )

    return _named(guard, action)


def token(action: Action) -> Any:
    """Guard what is done to an access token."""

    def guard(
        request: Request, token: Annotated[str, Path(examples=["4k7m2x9qthw3fzya"])]
    ) -> Granted[StoredToken]:
        access = _admitted(request, action)
        return Granted(access, access.token(action, token))

    return _named(guard, action)


def _admitted(request: Request, action: Action) -> Access:
    """Return who asks; where nobody in particular can get anything, they must log in first."""
    access = access_of(request)
    if access.principal is None and needs_login(action):
        raise Unauthenticated("nobody is logged in.", remedy="Log in, or send a token.")
    return access


def _bearer(request: Request) -> str:
    header = request.headers.get("authorization")
    return "" if header is None else bearer_token(header)


def _named(guard: Callable[..., Any], action: Action, *, listed: bool = False) -> Any:
    setattr(guard, ACTION, action)
    setattr(guard, LISTED, listed)
    return Depends(guard)
