"""People with real logins, and a real server in front of them: several ask, each sees their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from emfair.api.app import create_app
from emfair.identity.principal import issued_subject
from emfair.lake.memory import MemoryLake
from emfair.model.canonical import sha256_bytes
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.server import serving
from tests.services.oidc.provider import AUDIENCE, Provider
from tests.services.postgres import database
from tests.services.registries import furnished, migrated

GROUPS = {"stew": ["emfair-steward"], "root": ["emfair-admin"]}


@dataclass
class Hall:
    """A server whose login service is a real one."""

    services: Services
    url: str
    oidc: Provider
    _stack: ExitStack
    _clients: dict[str, httpx.Client] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=count)

    def client(self, name: str, *groups: str) -> httpx.Client:
        """Return the client of someone who has logged in: ada, bob, … stew(ard), root (admin)."""
        key = " ".join((name, *groups))
        if key not in self._clients:
            claims = {
                "sub": name,
                "name": name.title(),
                "email": f"{name}@lab.test",
                "groups": [*GROUPS.get(name, ()), *groups],
                "exp": int(time.time()) + 3600,
            }
            self._clients[key] = self.bearer(self.oidc.sign(claims))
        return self._clients[key]

    def bearer(self, token: str | None) -> httpx.Client:
        """Return a client with a token of any kind; with None, of a stranger."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
        return self._stack.enter_context(client)

    def subject(self, name: str) -> str:
        """Return what emfair knows someone by."""
        return issued_subject(self.oidc.url, name)

    def meet(self, *names: str) -> None:
        """Let people come for the first time."""
        for name in names:
            assert self.client(name).get("/me").status_code == 200

    def fresh(self, prefix: str) -> str:
        """Return an identifier that nobody has."""
        return f"{prefix}-no-{next(self._number)}"

    def project(self, owner: str = "ada", **card: Any) -> str:
        """Make a project of `owner`'s; return its identifier."""
        new = {"id": self.fresh("p"), "card": {"title": "Steel"} | card}
        return str(made(self.client(owner).post("/projects", json=new))["id"])

    def sample(self, owner: str = "ada", name: str = "s-1") -> str:
        """Make a project, a proposal ``q`` and a sample; return the sample's path."""
        path = f"/projects/{self.project(owner)}/proposals"
        made(self.client(owner).post(path, json={"id": "q", "card": {"title": "Q"}}))
        return self.sibling(f"{path}/q/samples/x", name, owner)

    def sibling(self, sample: str, name: str, owner: str = "ada") -> str:
        """Make one more sample beside another one; return its path."""
        above = sample.rpartition("/")[0]
        made(self.client(owner).post(above, json={"id": name, "card": {"title": name}}))
        return f"{above}/{name}"

    def experiment(self, project: str, owner: str = "ada", *, restricted: bool = False) -> str:
        """Draft an experiment in a project; return its identifier."""
        new = {
            "project": project, "proposal": "q", "sample": "s", "title": "T",
            "restricted": restricted,
        }  # fmt: skip
        return str(made(self.client(owner).post("/experiments", json=new))["id"])

    def sealed(self, project: str, title: str, owner: str = "ada") -> str:
        """Deposit one file, whose bytes are the title; return the experiment."""
        client, content = self.client(owner), title.encode()
        file = {
            "name": "a.dm3", "size": len(content), "sha256": sha256_bytes(content),
            "modified_at": "2026-01-22T12:00:00Z",
        }  # fmt: skip
        new = {"project": project, "proposal": "q", "sample": "s", "title": title, "files": [file]}
        opened = client.post("/deposits", json=new).json()
        for upload in opened["todo"]:
            path = f"/uploads/{upload['id']}"
            client.put(f"{path}/parts/1", content=content).raise_for_status()
            client.post(f"{path}/complete", json={}).raise_for_status()
        experiment = str(opened["place"]["experiment"])
        client.post(f"/experiments/{experiment}/seal").raise_for_status()
        return experiment

    def join(self, project: str, name: str, role: str, owner: str = "ada") -> None:
        """Give someone a role in a project."""
        self.meet(name)
        members = f"/projects/{project}/members"
        answer = self.client(owner).put(
            members, params={"subject": self.subject(name)}, json={"role": role}
        )
        assert answer.status_code == 200, answer.text


def in_days(days: float) -> str:
    """Return the time in so many days, as JSON has it."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


def made(answer: httpx.Response) -> dict[str, Any]:
    """Return what was made."""
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem that an answer tells, with a remedy and no trace."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    told: dict[str, Any] = answer.json()
    assert told["detail"]
    assert told["remedy"]
    return told


@contextmanager
def open_hall(oidc: Provider, home: Path, kind: str, projects: str = "anyone") -> Iterator[Hall]:
    """Serve an empty emfair whose registry is in ``sqlite`` or ``postgresql``.

    `projects` says who begins one.
    """
    with ExitStack() as stack:
        url = stack.enter_context(database(migrated())) if kind == "postgresql" else ""
        settings = read_settings(
            home=furnished(home),
            registry_url=url,
            oidc_issuer=oidc.url,
            oidc_audience=AUDIENCE,
            projects=projects or None,
        )
        services = stack.enter_context(open_services(settings, lake=MemoryLake()))
        reception = stack.enter_context(closing(Reception(services)))
        served = stack.enter_context(serving(create_app(services, reception)))
        yield Hall(services, served, oidc, stack)
