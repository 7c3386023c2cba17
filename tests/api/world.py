"""A small world for the tests of who may do what: someone of each role, and things of theirs.

It is filled once; each test works on a copy, so that whatever a request does harms no other.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from emfair.api.app import create_app
from emfair.api.limits import Limiter
from emfair.identity.policy import Resource
from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import Membership, Role
from emfair.identity.secret import digest
from emfair.identity.table import About
from emfair.lake.base import Lake
from emfair.lake.memory import MemoryLake
from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, PersonCard
from emfair.model.tokens import StoredToken
from emfair.service import deposits, uploads
from emfair.service.access import Access
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.api.server import prepared

ISSUER = "https://login.test/"
ME, OTHER = f"ada@{ISSUER}", f"bob@{ISSUER}"
PROJECT, PROPOSAL, SAMPLE = "steel", "2026-a", "s-1"
LATER = datetime.now(UTC) + timedelta(days=1)
REFEREE = "referee:r-1"
TOKEN, OTHERS_TOKEN = "t-mine", "t-other"


def someone(role: Role) -> tuple[Principal | None, tuple[Membership, ...]]:
    """Return whose only role (besides depositor and anyone) this is, and what grants it."""
    person = Principal(ME, Kind.PERSON, "Ada")
    match role:
        case Role.ANYONE:
            return None, ()
        case Role.DEPOSITOR:
            return person, ()
        case Role.ADMIN | Role.STEWARD:
            return replace(person, groups=frozenset({f"emfair-{role}"})), ()
        case Role.REFEREE:
            guest = Principal(REFEREE, Kind.REFEREE)
            return guest, (Membership(PROJECT, REFEREE, role, LATER),)
    return person, (Membership(PROJECT, ME, role),)


class Doorman:
    """Stands for the reception: takes a role's name for whoever has it."""

    is_local = False

    def __init__(self, services: Services) -> None:
        self._services = services

    def access(self, authorization: str | None, cookies: object = None) -> Access:
        """Return the access of someone of the role that the header names, whatever the cookies."""
        role = Role(authorization.removeprefix("Bearer ")) if authorization else Role.ANYONE
        principal, granted = someone(role)
        return Access(self._services, principal, granted)


@dataclass(frozen=True)
class Things:
    """Identifiers of what there is; the key is whose it is, and whether it is restricted."""

    experiments: dict[tuple[bool, bool], str]
    drafts: dict[tuple[bool, bool], str]
    uploads: dict[tuple[bool, bool], str]


def fill(home: Path, lake: Lake | None = None) -> tuple[Lake, Things]:
    """Fill a registry at `home` and a lake with what belongs to Ada and to Bob."""
    lake = lake or MemoryLake()
    with _opened(home, lake) as services:
        steward = Principal("stew", Kind.PERSON, groups=frozenset({"emfair-steward"}))
        registry = services.registry
        for subject, name in ((ME, "Ada"), (OTHER, "Bob")):
            registry.people.meet(subject, PersonCard(name=name))
            mine = subject == ME
            card = InstrumentCard(title=f"{name}'s microscope")
            registry.instruments.create(name.lower(), card=card, actor=subject)
            registry.tokens.insert(_token(TOKEN if mine else OTHERS_TOKEN, subject), subject)
        where = Whereto(PROJECT, PROPOSAL, SAMPLE, "title")
        deposits.draft(Access(services, steward), where)
        things = Things({}, {}, {})
        for mine in (False, True):
            for restricted in (False, True):
                who = replace(steward, subject=ME if mine else OTHER)
                key = (mine, restricted)
                access = Access(services, who)
                for draft in (False, True):
                    experiment = _experiment(access, where, key, draft=draft)
                    kind = things.drafts if draft else things.experiments
                    kind[key] = experiment
                rows = registry.uploads.of(things.drafts[key])
                things.uploads[key] = rows[0].id
    return lake, things


def _experiment(access: Access, where: Whereto, key: tuple[bool, bool], *, draft: bool) -> str:
    """Make an experiment of one file, sealed unless it is to stay a draft."""
    title = f"{key} {'draft' if draft else 'sealed'}"
    row = deposits.draft(access, replace(where, title=title), restricted=key[1])
    file = Announced("a.dm3", 0, datetime(2026, 1, 22, tzinfo=UTC))
    (upload,) = uploads.announce(access, row.id, [file])
    if not draft:
        uploads.put_part(access.services, upload, 1, [b""])
        uploads.complete(access.services, uploads.find(access.services, upload.id), None)
        deposits.seal(access, row.id)
    return row.id


def _token(identifier: str, subject: str) -> StoredToken:
    now = datetime.now(UTC)
    return StoredToken(
        identifier, subject, "script", digest(identifier), frozenset({"read"}), frozenset(),
        now, now + timedelta(days=1),
    )  # fmt: skip


@contextmanager
def copy(home: Path, lake: Lake, to: Path) -> Iterator[FastAPI]:
    """Yield an app over a copy of the registry at `home`."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to)
    with _opened(to, lake) as services:
        yield prepared(create_app(services, Doorman(services), Limiter(10**9)))  # type: ignore[arg-type]


def _opened(home: Path, lake: Lake) -> object:
    return open_services(read_settings(home=home, oidc_issuer=ISSUER, projects="anyone"), lake=lake)


def resource(about: About, things: Things, *, own: bool, restricted: bool) -> Resource:
    """Return what a request is about, as the policy sees it."""
    owner = ME if own else OTHER
    inside = about in (About.PROJECT, About.PROPOSAL, About.SAMPLE, About.EXPERIMENT)
    identifier = {
        About.SERVICE: "",
        About.PROJECT: PROJECT,
        About.PROPOSAL: PROPOSAL,
        About.SAMPLE: SAMPLE,
        About.EXPERIMENT: things.experiments[own, restricted],
        About.INSTRUMENT: "ada" if own else "bob",
        About.TOKEN: TOKEN if own else OTHERS_TOKEN,
        About.PERSON: owner,
    }[about]
    return Resource(
        about,
        identifier,
        project=PROJECT if inside else None,
        owner="stew" if about in (About.PROJECT, About.PROPOSAL, About.SAMPLE) else owner,
        restricted=restricted and about is About.EXPERIMENT,
    )
