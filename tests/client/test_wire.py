"""Requests to a server: tried again while it may help, with a token that no one else gets."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread, Timer

import httpx
import pytest
import uvicorn

from emfair.api.app import create_app
from emfair.client.engine import deposit
from emfair.client.http import Client
from emfair.errors import BadSetting, Busy, Unauthenticated, Unavailable
from emfair.model.deposits import Whereto
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.server import serving
from tests.client.conftest import request
from tests.client.gate import PART, Gate, Rule
from tests.services.certificates import write_certificates
from tests.services.held import free_port

WHERETO = Whereto("Minerals", "2026-A", "Lamella", "Grain boundaries")
ANY = ".*"
SECRET = "emf_secret"  # noqa: S105  nobody's


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_an_answer_that_may_pass_is_not_the_last(served, client, session, status):
    served.gate.rules += [
        Rule("POST", "/api/v1/deposits", 2, status),
        Rule("PUT", PART, 2, status),
        Rule("POST", "/api/v1/uploads/[^/]+/complete", 1, status),
        Rule("POST", "/api/v1/experiments/[^/]+/seal", 1, status),
    ]
    assert deposit(client, request(session)).place


def test_a_cut_line_is_no_end(served, client, session):
    served.gate.rules += [
        Rule("POST", "/api/v1/deposits", cut=True),
        Rule("PUT", PART, 2, cut=True),
        Rule("POST", "/api/v1/uploads/[^/]+/complete", 2, cut=True),
        Rule("POST", "/api/v1/experiments/[^/]+/seal", cut=True),
    ]
    done = deposit(client, request(session))
    assert served.services.registry.experiments.get(done.place.experiment).state == "sealed"
    assert len(served.gate.asked("PUT", PART)) == 6, "what had arrived was not sent again"


def test_the_server_says_when_to_come_back(served, client):
    client.draft(WHERETO)
    served.gate.rules.append(
        Rule("GET", ANY, status=503, headers={"retry-after": "2"}, document={"detail": "sick."})
    )
    begun = time.monotonic()
    with pytest.raises(Exception, match="e-20260122-aaaaaaaa"):
        client.state("e-20260122-aaaaaaaa")
    assert time.monotonic() - begun >= 2


def test_patience_ends(served):
    served.gate.rules.append(Rule("GET", ANY, 1000, 429, document={"detail": "too many."}))
    with served.client(patience=1.0) as client, pytest.raises(Busy, match="too many"):
        client.state("e-20260122-aaaaaaaa")


def test_a_server_that_never_answered_is_not_waited_for_as_long():
    with Client(f"http://127.0.0.1:{free_port()}", patience=3600) as client:
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="does not answer") as caught:
            client.draft(WHERETO)
        assert time.monotonic() - begun < 20
    assert "address" in caught.value.remedy


def test_a_seal_may_take_long_and_a_server_that_is_gone_is_not_waited_for_longer(served, tmp_path):
    port = free_port()
    with Client(f"http://127.0.0.1:{port}", patience=1) as client:
        with serving(create_app(served.services), port):
            experiment = client.draft(WHERETO)
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="does not answer"):
            client.seal(experiment)
        with pytest.raises(Unavailable, match="does not answer"):
            client.seal("e-20260122-aaaaaaaa")  # of how many files, this client does not know
    assert time.monotonic() - begun < 6


class Ended(Exception):
    """A person has had enough."""


def until(end: Event) -> Callable[[float], None]:
    """Return a wait that `end` ends."""

    def wait(seconds: float) -> None:
        if end.wait(seconds):
            raise Ended

    return wait


@pytest.mark.parametrize("pattern", [r".*/seal", PART])
def test_whoever_lets_time_pass_may_end_all_waiting(served, session, pattern):
    end = Event()
    served.gate.rules += [
        Rule(method, pattern, 1000, 503, {"retry-after": "60"}, before=Timer(0.3, end.set).start)
        for method in ("POST", "PUT")
    ]
    with served.client(patience=100, wait=until(end)) as client:
        begun = time.monotonic()
        with pytest.raises(Ended):
            deposit(client, request(session / "κρύο.mrc"))
    assert time.monotonic() - begun < 5


def test_another_kind_of_server_is_told_from_emfair(served, client):
    for answer in (
        {"status": 404},
        {"status": 200},
        {"status": 200, "document": "hello"},
        {"status": 200, "document": {"experiment": None}},
    ):
        served.gate.rules.append(Rule("GET", ANY, **answer))
        with pytest.raises(BadSetting, match="no emfair"):
            client.state("e-20260122-aaaaaaaa")


def test_no_redirect_is_followed(served, tmp_path):
    elsewhere = Gate(create_app(served.services))
    with serving(elsewhere) as url, served.client(token=SECRET) as client:
        to = {"location": f"{url}/api/v1/experiments/e-1"}
        for status in (301, 302, 303, 307, 308):
            served.gate.rules.append(Rule("GET", ANY, status=status, headers=to))
            with pytest.raises(BadSetting, match="not followed"):
                client.state("e-20260122-aaaaaaaa")
    assert elsewhere.came == []


def test_a_token_is_renewed_once_it_is_refused(served, session):
    """A token can end between two requests, and a new one may be there already."""
    tokens = iter(["emf_old", "emf_new", *["emf_new"] * 1000])
    served.gate.rules += [Rule("GET", ANY, status=401, document={"detail": "ended."})]
    with served.client(token=lambda: next(tokens)) as client, pytest.raises(Unauthenticated):
        client.state("e-20260122-aaaaaaaa")
    sent = [one.headers["authorization"] for one in served.gate.came]
    assert sent == ["Bearer emf_old", "Bearer emf_new"]


def test_a_refused_token_is_never_repeated_in_words(served):
    with served.client(token=SECRET) as client:
        with pytest.raises(Unauthenticated) as caught:
            client.state("e-20260122-aaaaaaaa")
        assert "secret" not in str(caught.value) + repr(client)
    assert len(served.gate.came) == 1, "sent again it would be refused again"


@pytest.mark.parametrize("token", ["two words", "emf_\nx: y", "emf_ä", "emf_\x00"])
def test_what_can_be_no_token_is_refused_unsent_and_unsaid(token):
    with pytest.raises(Unauthenticated) as caught:
        Client("https://emfair.example.org", token=token)
    assert token not in str(caught.value)


def test_a_line_end_after_a_token_is_no_part_of_it(served):
    with served.client(token=f"{SECRET}\n") as client, pytest.raises(Unauthenticated):
        client.state("e-20260122-aaaaaaaa")
    assert served.gate.came[0].headers["authorization"] == "Bearer emf_secret"


@pytest.fixture
def https(tmp_path: Path):
    """Yield the address of a server whose certificate an authority of its own has signed."""
    write_certificates(tmp_path)
    port = free_port()
    with open_services(read_settings(home=tmp_path / "home")) as services:
        config = uvicorn.Config(
            create_app(services), port=port, log_level="critical", ws="none",
            ssl_certfile=tmp_path / "server.pem", ssl_keyfile=tmp_path / "server.key",
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"https://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


def test_a_certificate_that_nobody_vouches_for_is_no_matter_of_patience(https):
    begun = time.monotonic()
    with Client(https) as client, pytest.raises(BadSetting, match="certificate") as caught:
        client.draft(WHERETO)
    assert time.monotonic() - begun < 5
    assert "SSL_CERT_FILE" in caught.value.remedy


def test_a_certificate_of_a_trusted_authority_is_believed(https, tmp_path):
    trusted = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    assert httpx.get(f"{https}/api/v1/health", verify=trusted).status_code == 200
