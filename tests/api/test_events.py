"""Live events over a real server: changes that others make are told, to whoever may hear them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, Queue

import anyio
import httpx
import pytest

from emfair.api.app import create_app
from emfair.api.listeners import EACH, STRANGERS, Listeners
from emfair.client.engine import DepositRequest
from emfair.errors import Busy
from emfair.lake import layout
from emfair.lake.memory import MemoryLake
from emfair.model.deposits import Whereto
from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentEdit
from emfair.service import deposits, uploads
from emfair.service.events import OVERLAP
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.api.hall import Hall, in_days
from tests.api.server import serving
from tests.api.told import eventually, problem
from tests.service.lab import deposit, someone
from tests.services.registries import furnished

SOON = 10  # seconds; a listener that hears nothing for so long is deaf
FAST = {"every": 0.05, "silence": 0.3}


@dataclass
class Event:
    """One event, as it was told."""

    kind: str
    id: str
    data: dict


@dataclass
class Ear:
    """Listens in a thread of its own, and keeps what it hears."""

    events: Queue[Event] = field(default_factory=Queue)
    signs: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    enough: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    refused: httpx.Response | None = None

    def next(self) -> Event:
        """Return the next event."""
        return self.events.get(timeout=SOON)

    def until(self, **wanted: object) -> Event:
        """Return the next event whose data hold this."""
        while True:
            event = self.next()
            if wanted.items() <= event.data.items():
                return event

    def silent(self, seconds: float) -> bool:
        """Whether nothing is told for so long."""
        try:
            self.events.get(timeout=seconds)
        except Empty:
            return True
        return False

    def listen(self, url: str, headers: dict[str, str]) -> None:
        """Listen until the stream ends, or it is enough."""
        try:
            with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
                if answer.status_code != 200:
                    answer.read()
                    self.refused = answer
                    return
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert answer.headers["cache-control"] == "no-store"
                self.begun.set()
                self._read(answer)
        finally:
            self.begun.set()
            self.over.set()

    def _read(self, answer: httpx.Response) -> None:
        kind = mark = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                mark = value
            elif name == "data":
                self.events.put(Event(kind, mark, json.loads(value)))
            elif line.startswith(":"):
                self.signs += 1
            if self.enough.is_set():
                return


@contextmanager
def listening(url: str, **headers: str) -> Iterator[Ear]:
    ear = Ear()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    thread = threading.Thread(target=ear.listen, args=[url, named])
    thread.start()
    try:
        assert ear.begun.wait(SOON)
        yield ear
    finally:
        ear.enough.set()
        thread.join(SOON)
    assert not thread.is_alive()


@dataclass
class Home:
    """A server whose listeners hear quickly."""

    url: str
    services: Services
    listeners: Listeners

    def sealed(self, folder: Path, title: str = "") -> str:
        """Deposit one file; return the experiment."""
        file = folder / "a.dm3"
        file.write_bytes(f"bytes {title}".encode())
        made = deposit(self.services, DepositRequest([file], "P", "Q", "S", title=title))
        return made.place.experiment

    def set_state(self, experiment: str, *states: S, reason: str = "") -> None:
        """Move an experiment on."""
        for state in states:
            self.services.registry.experiments.set_state(experiment, state, reason=reason)

    def record(self, experiment: str, step: str, run: str, at: datetime | None = None) -> None:
        """Put a provenance record into the lake, as far as its name tells."""
        place = self.services.registry.experiments.get(experiment).place
        name = f"{at or datetime.now(UTC):%Y%m%dT%H%M%S%f}-{step}-{run}"
        self.services.lake.put_bytes(layout.provenance(place, name), b"{}")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_services(
        read_settings(home=furnished(tmp_path / "home")), lake=MemoryLake()
    ) as services:
        listeners = Listeners(services, most=3, **FAST)
        with serving(create_app(services, listeners=listeners)) as url:
            yield Home(f"{url}/api/v1", services, listeners)


def test_the_state_now_is_told_at_once_and_changes_when_others_make_them(home, tmp_path):
    experiment = home.sealed(tmp_path)
    with listening(f"{home.url}/experiments/{experiment}/events") as ear:
        first = ear.next()
        assert (first.kind, first.data["state"], first.data["resting"]) == (
            "experiment", "sealed", False
        )  # fmt: skip
        changing = threading.Thread(
            target=home.set_state, args=[experiment, S.PROCESSING, S.FAILED],
            kwargs={"reason": "too dark"},
        )  # fmt: skip
        changing.start()
        told = ear.until(state="failed").data
        changing.join()
    row = home.services.registry.experiments.get(experiment)
    assert (told["reason"], told["resting"], told["version"]) == ("too dark", True, row.version)
    assert datetime.fromisoformat(told["updated_at"]) == row.updated_at


def test_files_are_counted_as_they_arrive(home):
    access = someone(home.services)
    row = deposits.draft(access, Whereto("P", "Q", "S", "T"))
    with listening(f"{home.url}/experiments/{row.id}/events") as ear:
        assert ear.next().data["files"] is None
        files = [Announced(name, 1, datetime.now(UTC)) for name in ("a", "b")]
        announced = uploads.announce(access, row.id, files)
        assert ear.until(state="uploading").data["files"] == {"arrived": 0, "total": 2}
        for number, upload in enumerate(announced, 1):
            uploads.put_part(home.services, upload, 1, [b"x"])
            uploads.complete(home.services, uploads.find(home.services, upload.id), None)
            ear.until(files={"arrived": number, "total": 2})
        deposits.seal(access, row.id)
        assert ear.until(state="sealed").data["files"] is None


def test_steps_are_told_of_the_present_run_and_after_it_until_its_last(home, tmp_path):
    experiment = home.sealed(tmp_path)
    home.record(experiment, "raw_upload", "old", datetime.now(UTC) - timedelta(hours=1))
    with listening(f"{home.url}/experiments/{experiment}/events") as ear:
        assert ear.next().data["steps"] == ["raw_upload"]
        home.set_state(experiment, S.PROCESSING)
        assert ear.until(state="processing").data["steps"] == []
        home.record(experiment, "raw_upload", "new")
        ear.until(steps=["raw_upload"])
        home.record(experiment, "nxem_container", "new")
        ear.until(steps=["raw_upload", "nxem_container"])
        home.set_state(experiment, S.VALID)
        home.record(experiment, "metadata_index", "new")
        ear.until(state="valid", steps=["raw_upload", "nxem_container", "metadata_index"])


def test_a_stream_ends_at_rest_if_it_was_asked_to(home, tmp_path):
    experiment = home.sealed(tmp_path)
    with listening(f"{home.url}/experiments/{experiment}/events?until_rest=true") as ear:
        assert ear.next().data["state"] == "sealed"
        home.set_state(experiment, S.PROCESSING, S.INVALID)
        ear.until(state="invalid")
        assert ear.next().kind == "end"
        assert ear.over.wait(SOON)
    with listening(f"{home.url}/experiments/{experiment}/events?until_rest=true") as ear:
        assert [ear.next().kind, ear.next().kind] == ["experiment", "end"]


def test_what_a_client_has_heard_is_not_told_again(home, tmp_path):
    experiment = home.sealed(tmp_path)
    url = f"{home.url}/experiments/{experiment}/events"
    with listening(url) as ear:
        heard = ear.next().id
    with listening(url, last_event_id=heard) as ear:
        assert ear.silent(0.5)
        home.set_state(experiment, S.PROCESSING)
        assert ear.next().data["state"] == "processing"
    with listening(url, last_event_id="no id of ours") as ear:
        assert ear.next().data["state"] == "processing"


def test_silence_is_broken_by_signs_of_life(home, tmp_path):
    with listening(f"{home.url}/experiments/{home.sealed(tmp_path)}/events") as ear:
        assert eventually(lambda: ear.signs > 1)
        assert ear.events.qsize() == 1


def test_all_experiments_are_told_of_from_now_on(home, tmp_path):
    old = home.sealed(tmp_path, "Old")
    with listening(f"{home.url}/events") as ear:
        assert ear.next().kind == "ready"
        new = home.sealed(tmp_path, "New")
        told = ear.until(experiment=new, state="sealed")
        assert (told.data["title"], told.data["steps"]) == ("New", None)
        home.set_state(old, S.PROCESSING)
        assert ear.until(experiment=old).data["state"] == "processing"


def test_a_stream_of_all_goes_on_after_the_last_event(home, tmp_path):
    first, second = home.sealed(tmp_path, "One"), home.sealed(tmp_path, "Two")
    with listening(f"{home.url}/events") as ear:
        ear.next()
        home.set_state(first, S.PROCESSING)
        heard = ear.until(experiment=first).id
    home.set_state(second, S.PROCESSING)
    with listening(f"{home.url}/events", last_event_id=heard) as ear:
        assert ear.until(experiment=second).data["state"] == "processing"
        while ear.next().kind != "ready":
            pass


@pytest.mark.parametrize("mark", ["x", "-1", "9" * 40, "1' OR 1=1"])
def test_whoever_brings_an_id_that_is_none_loads_the_list(home, mark):
    with listening(f"{home.url}/events", last_event_id=mark) as ear:
        assert ear.next().kind == "reload"


def test_whoever_has_missed_too_much_loads_the_list(home, tmp_path):
    experiment = home.sealed(tmp_path)
    row = home.services.registry.experiments.get(experiment)
    long_ago = str(int((row.updated_at - OVERLAP).timestamp() * 10**6))
    for most, kind in ((1, "experiment"), (0, "reload")):
        listeners = Listeners(home.services, resumed=most, **FAST)
        with (
            serving(create_app(home.services, listeners=listeners)) as url,
            listening(f"{url}/api/v1/events", last_event_id=long_ago) as ear,
        ):
            assert ear.next().kind == kind


def test_too_many_listeners_are_told_what_to_do_instead_and_places_come_free(home, tmp_path):
    url = f"{home.url}/experiments/{home.sealed(tmp_path)}/events"
    with listening(url), listening(f"{home.url}/events"), listening(url):
        told = problem(httpx.get(url), 429)
        assert "time to time" in told["remedy"]
        assert home.listeners.count == 3
    assert eventually(lambda: home.listeners.count == 0)
    with listening(url) as ear:
        assert ear.next().kind == "experiment"


async def _listen(listeners, subjects):
    for number, subject in enumerate(subjects):
        listeners.join(f"e-{number}", subject)


@pytest.mark.parametrize(
    ("subjects", "way_out"),
    [([None] * (STRANGERS + 1), "Log in"), (["local:ada"] * (EACH + 1), "End some")],
)
def test_neither_one_person_nor_all_strangers_take_every_place(tmp_path, subjects, way_out):
    with open_services(read_settings(home=furnished(tmp_path)), lake=MemoryLake()) as services:
        anyio.run(_listen, Listeners(services), [*subjects[1:], "local:bob", "local:cleo"])
        with pytest.raises(Busy) as told:
            anyio.run(_listen, Listeners(services), subjects)
    assert told.value.remedy.startswith(way_out)


def test_a_client_that_goes_away_is_noticed(home, tmp_path):
    url = f"{home.url}/experiments/{home.sealed(tmp_path)}/events"
    with httpx.stream("GET", url, timeout=30) as answer:
        lines = answer.iter_lines()  # kept: the connection ends with it
        next(lines)
        assert home.listeners.count == 1
    assert eventually(lambda: home.listeners.count == 0)


def test_an_experiment_that_is_not_there_has_no_events(home):
    problem(httpx.get(f"{home.url}/experiments/e-unknown/events"), 404)


@contextmanager
def quick(hall: Hall) -> Iterator[str]:
    """Serve the hall's stores to listeners who hear quickly."""
    with closing(Reception(hall.services)) as reception:
        listeners = Listeners(hall.services, **FAST)
        with serving(create_app(hall.services, reception, listeners=listeners)) as url:
            yield f"{url}/api/v1"


def bearer(client: httpx.Client) -> dict[str, str]:
    return {"authorization": client.headers["authorization"]}


def touch(hall: Hall, experiment: str, **edit: object) -> None:
    row = hall.services.registry.experiments.get(experiment)
    hall.services.registry.experiments.edit(
        experiment, row.version, ExperimentEdit(**edit), actor=hall.subject("ada")
    )


def test_each_hears_of_what_they_may_see(hall, shared):
    _, plain, secret = shared
    with (
        quick(hall) as url,
        listening(f"{url}/events", **bearer(hall.client("ada"))) as ada,
        listening(f"{url}/events", **bearer(hall.client("bob"))) as bob,
        listening(f"{url}/events", **bearer(hall.client("eve"))) as eve,
    ):
        for ear in (ada, bob, eve):
            assert ear.next().kind == "ready"
        hall.services.registry.experiments.set_state(secret, S.PROCESSING)
        hall.services.registry.experiments.set_state(plain, S.PROCESSING)
        for seen in (secret, plain):
            ada.until(experiment=seen, state="processing")
        assert bob.until(state="processing").data["experiment"] == plain
        assert eve.silent(0.5)
        assert bob.silent(0.2)
    problem(hall.client("bob").get(f"/experiments/{secret}/events"), 404)


def test_what_is_restricted_meanwhile_ends_the_stream_of_others(hall, shared):
    _, plain, _ = shared
    path = f"/experiments/{plain}/events"
    with quick(hall) as url, listening(url + path, **bearer(hall.client("bob"))) as ear:
        assert ear.next().kind == "experiment"
        touch(hall, plain, restricted=True)
        assert "not shared" in ear.until().data["reason"]
        assert ear.over.wait(SOON)


def test_a_membership_that_is_taken_back_ends_the_stream(hall, shared):
    project, plain, _ = shared
    path = f"/experiments/{plain}/events"
    with quick(hall) as url, listening(url + path, **bearer(hall.client("bob"))) as ear:
        assert ear.next().kind == "experiment"
        member = {"subject": hall.subject("bob")}
        assert hall.client("ada").delete(f"/projects/{project}/members", params=member).is_success
        assert ear.next().kind == "end"


@pytest.mark.parametrize("path", ["/experiments/{}/events", "/events"])
def test_a_token_that_is_revoked_ends_the_stream(hall, shared, path):
    _, plain, _ = shared
    new = {"name": "watch", "scopes": ["read"], "expires_at": in_days(1)}
    made = hall.client("ada").post("/tokens", json=new).json()
    tokens = hall.services.registry.tokens
    (kept, *_) = tokens.list(hall.subject("ada"))
    headers = {"authorization": f"Bearer {made['token']}"}
    with quick(hall) as url, listening(url + path.format(plain), **headers) as ear:
        assert ear.next().kind in ("experiment", "ready")
        tokens.revoke(kept.id, datetime.now(UTC), hall.subject("ada"))
        while (end := ear.next()).kind != "end":
            pass
        assert "revoked" in end.data["reason"]
        assert ear.over.wait(SOON)


def test_listeners_hold_no_threads(home, tmp_path):
    """Some sixty listeners, and a pool of forty threads: others are answered as before."""
    path = f"/api/v1/experiments/{home.sealed(tmp_path)}/events"
    listeners = Listeners(home.services, most=100, **FAST)
    with serving(create_app(home.services, listeners=listeners)) as url, ExitStack() as stack:
        address = httpx.URL(url)
        for _ in range(60):
            line = stack.enter_context(socket.create_connection((address.host, address.port)))
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert b"200 OK" in line.recv(1 << 16)
        assert listeners.count == 60
        for _ in range(5):
            assert httpx.get(f"{url}/api/v1/health", timeout=5).status_code == 200
