"""Lists of experiments, and a large deposit sealed, on a real PostgreSQL.

The server is the tests' own, whose disk is memory: what is measured is work, not a disk.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import crowd
from bench.measure import Work, in_worker, timed
from bench.table import Figure

if TYPE_CHECKING:
    from emfair.service.access import Access
    from emfair.service.services import Services

PART = "the registry on PostgreSQL"
LIST_TARGET = 50.0  # ms
SEAL_TARGET = 10.0  # s
ASKED: dict[str, dict[str, str]] = {
    "the newest 50": {},
    "of one state": {"state": "invalid"},
    "of the large project": {"project": crowd.LARGE},
    "of a small project": {"project": crowd.OF[0]},
    "of one sample": {"project": crowd.OF[0], "proposal": "p", "sample": "s-3"},
    "of one instrument": {"instrument": "instrument-7"},
    "of one depositor": {"depositor": "local:person-5"},
    "common words": {"text": "grain oxide"},
    "a rare word": {"text": "e-012345"},
    "a word that none has": {"text": "unobtainium"},
    "an old page": {"after": "e-003992"},
}


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield what lists cost a member and a steward, and how long a seal takes."""
    count = 5_000 if quick else 100_000
    told = in_worker("bench.registry:lists", folder=str(cache), count=count)
    for who, times in told.result.items():
        for what, seconds in times.items():
            name = f"{what}, {who}, of {count:,} experiments"
            yield Figure(PART, name, "ms", seconds * 1e3, "target", LIST_TARGET)
    files = 500 if quick else 10_000
    told = in_worker("bench.registry:seal", folder=str(cache), files=files)
    for what, seconds in told.result.items():
        yield Figure(PART, f"{what}, {files:,} files", "s", seconds, "target", SEAL_TARGET)


def lists(folder: str, count: int) -> Work:
    """Return the work: ask the API for pages, as a member of some projects and as a steward."""

    def work() -> dict[str, dict[str, float]]:
        import httpx

        with _opened(folder) as services:
            crowd.fill(services.settings.registry, count)
            with _served(services) as url, httpx.Client(base_url=url, timeout=60) as api:
                return {who: _asked(api, who) for who in ("member", "steward")}

    return work


def _asked(api: Any, who: str) -> dict[str, float]:
    """Return the median seconds of each question."""
    headers = {"Authorization": f"Bearer {who}"}

    def ask(query: dict[str, str]) -> None:
        answer = api.get("/api/v1/experiments", params=query, headers=headers)
        answer.raise_for_status()

    return {what: timed(lambda q=query: ask(q), 11) for what, query in ASKED.items()}  # type: ignore[misc]


class _Desk:
    """Takes people at their word, so that only lists are measured; their rights are looked up."""

    def __init__(self, services: Services) -> None:
        from emfair.identity.principal import Kind, Principal
        from emfair.service.reception import Reception

        self._reception = Reception(services)
        steward = frozenset({"emfair-steward"})
        self._known = {
            "Bearer member": Principal(crowd.MEMBER, Kind.PERSON, "Member"),
            "Bearer steward": Principal("local:steward", Kind.PERSON, "Steward", groups=steward),
        }

    def access(self, authorization: str | None, _: object = None) -> Access:
        """See `Reception.access`."""
        return self._reception.of(self._known[authorization or ""])


@contextmanager
def _served(services: Services) -> Iterator[str]:
    """Serve the API in a thread."""
    import uvicorn

    from emfair.api.app import create_app

    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(services, _Desk(services))  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with closing(listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def seal(folder: str, files: int) -> Work:
    """Return the work: a deposit of many files is announced, and sealed when all have arrived."""

    def work() -> dict[str, float]:
        with _opened(folder) as services:
            return _sealed(services, files)

    return work


def _sealed(services: Services, files: int) -> dict[str, float]:
    from emfair.identity.principal import Kind, Principal
    from emfair.model.deposits import Whereto
    from emfair.service import deposits, uploads
    from emfair.service.reception import Reception

    access = Reception(services).of(Principal("local:ada", Kind.LOCAL, "ada"))
    made = deposits.draft(access, Whereto("P", "Q", "S", "many files"))
    now = datetime.now(UTC)
    wanted = [
        uploads.Announced(f"scan {number // 100:03}/{number:06}.tif", 1, now, f"{number:064x}")
        for number in range(files)
    ]
    announcing = -time.perf_counter()
    for start in range(0, files, uploads.AT_ONCE):
        uploads.announce(access, made.id, wanted[start : start + uploads.AT_ONCE])
    announcing += time.perf_counter()
    _arrive(services)
    sealing = -time.perf_counter()
    deposits.seal(access, made.id)
    sealing += time.perf_counter()
    return {"announce a deposit, in portions": announcing, "seal a deposit": sealing}


def _arrive(services: Services) -> None:
    """Let all files be whole: how long their bytes take is measured elsewhere."""
    from sqlalchemy import update

    from emfair.registry.engine import connect
    from emfair.registry.tables import upload

    database = connect(services.settings.registry)
    with database.writing() as connection:
        connection.execute(update(upload).values(done_at=datetime.now(UTC)))
    database.close()


@contextmanager
def _opened(folder: str) -> Iterator[Services]:
    """Open a lake in a folder and a new registry on PostgreSQL."""
    from emfair.service.services import open_services
    from emfair.settings import Settings
    from tests.services.postgres import database

    with (
        tempfile.TemporaryDirectory(dir=folder) as home,
        database() as url,
        open_services(Settings(home=Path(home), lake_url="", registry_url=url)) as services,
    ):
        yield services
