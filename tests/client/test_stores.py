"""Parts sent straight to an object store: what it answers, and what it never gets to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import Response

from emfair.client.answers import PartTarget
from emfair.client.engine import deposit
from emfair.client.retry import Again
from emfair.client.stores import Stores
from emfair.errors import BadSetting, Conflict, FixityMismatch, Forbidden, NotFound, Unavailable
from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from tests.api.server import serving
from tests.client.conftest import only_s3, request
from tests.client.gate import PART, Gate, Rule

COMPLETE = "/api/v1/uploads/[^/]+/complete"


async def taking(scope: Any, receive: Any, send: Any) -> None:
    """Take whatever comes, as a store does."""
    while (await receive()).get("more_body"):
        pass
    await Response()(scope, receive, send)


@pytest.fixture
def store() -> Iterator[tuple[Gate, str]]:
    gate = Gate(taking)
    with serving(gate) as url:
        yield gate, url


@pytest.fixture
def stores() -> Iterator[Stores]:
    opened = Stores()
    yield opened
    opened.close()


def target(url: str, **headers: str) -> PartTarget:
    return PartTarget(
        url=f"{url}/bucket/key?partNumber=1&X-Amz-Signature=secret",
        headers=headers,
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )


def code(name: str) -> str:
    return f"<Error><Code>{name}</Code></Error>"


def test_a_store_gets_the_named_headers_and_no_token(served, session, store):
    gate, url = store
    answer = {
        "url": f"{url}/bucket/key?partNumber=1",
        "headers": {"content-md5": "x", "content-type": "application/octet-stream"},
        "expires_at": None,
    }
    served.gate.rules += [
        Rule("POST", PART, 1000, 200, document=answer),
        Rule("POST", COMPLETE, 1000, 200, document={}),
    ]
    with (
        served.client(token=served.token()) as client,
        pytest.raises(Conflict, match="files are missing"),
    ):
        deposit(client, request(session))
    assert all(one.headers["authorization"] for one in served.gate.came)
    assert gate.came
    for one in gate.came:
        assert "authorization" not in one.headers
        assert one.headers["content-md5"] == "x"
        assert "transfer-encoding" not in one.headers, "S3 takes no chunks"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, code("BadDigest"), FixityMismatch),
        (400, code("RequestTimeout"), Again),
        (403, code("AccessDenied"), Again),
        (404, code("NoSuchUpload"), NotFound),
        (500, code("InternalError"), Again),
        (503, code("SlowDown"), Again),
        (409, code("OperationAborted"), Again),
        (400, code("EntityTooSmall"), Unavailable),
        (418, "", Unavailable),
        (307, "", Unavailable),
    ],
)
def test_what_a_store_answers_is_understood(store, stores, status, body, kind):
    gate, url = store
    gate.rules.append(Rule("PUT", ".*", status=status, document=body))
    with pytest.raises(kind) as caught:
        stores.put(target(url), 3, [b"abc"])
    assert "secret" not in str(caught.value), "a presigned address is never repeated"


@pytest.mark.parametrize("url", ["http://store.example.org", "ftp://127.0.0.1", "file:///etc"])
def test_an_address_that_others_could_read_gets_nothing(stores, url):
    with pytest.raises(BadSetting, match="object store"):
        stores.put(target(url), 3, [b"abc"])


def test_an_address_that_a_store_refuses_is_asked_for_anew(served, session, store):
    """Presigned addresses end after a time, and a laptop may have slept meanwhile."""
    gate, url = store
    gate.rules.append(Rule("PUT", ".*", status=403, document=code("AccessDenied")))
    answer = {"url": f"{url}/b/k", "headers": {}, "expires_at": None}
    served.gate.rules.append(Rule("POST", PART, 2, 200, document=answer))
    served.gate.rules.append(Rule("POST", COMPLETE, 1, 200, document={}))
    with served.client() as client, pytest.raises(Conflict, match="files are missing"):
        deposit(client, request(session / "empty.txt"))
    assert [one.status for one in gate.came] == [403, 200]


def test_a_store_that_refuses_every_address_is_believed(served, session, store):
    gate, url = store
    gate.rules.append(Rule("PUT", ".*", 1000, 403, document=code("SignatureDoesNotMatch")))
    answer = {"url": f"{url}/b/k", "headers": {}, "expires_at": None}
    served.gate.rules.append(Rule("POST", PART, 1000, 200, document=answer))
    with served.client() as client, pytest.raises(Forbidden, match="SignatureDoesNotMatch"):
        deposit(client, request(session / "empty.txt"))
    assert len(gate.came) == 2


@only_s3
def test_a_part_that_the_store_has_spoilt_is_sent_again(served_anywhere, session):
    services = served_anywhere.services

    def spoil() -> None:
        """Put another part in its place, which is none: it is too short."""
        (experiment,) = services.registry.experiments.list(limit=10)
        (row,) = services.registry.uploads.of(experiment.id)
        services.lake.client.upload_part(
            Bucket=services.lake.bucket,
            Key=services.lake.prefix + layout.raw_file(experiment.place, row.path),
            UploadId=row.store_upload.partition(":")[2],
            PartNumber=2,
            Body=b"spoilt",
        )

    served_anywhere.gate.rules.append(Rule("POST", COMPLETE, before=spoil))
    with served_anywhere.client() as client:
        done = deposit(client, request(session / "big.raw"))
    stored = services.lake.read_bytes(layout.raw_file(done.place, "big.raw"))
    assert sha256_bytes(stored) == done.files[0].sha256


def test_a_part_that_a_folder_has_lost_is_sent_again(served, client, session, tmp_path):
    def lose() -> None:
        (journal,) = (tmp_path / "lake").glob(".tmp/uploads/*.journal")
        lines = journal.read_text().splitlines()
        journal.write_text("\n".join(line for line in lines if '"number": 2' not in line))

    served.gate.rules.append(Rule("POST", COMPLETE, before=lose))
    done = deposit(client, request(session / "big.raw"))
    stored = served.services.lake.read_bytes(layout.raw_file(done.place, "big.raw"))
    assert sha256_bytes(stored) == done.files[0].sha256
    assert len(served.gate.asked("PUT", PART)) == 3 + 1


def test_a_part_that_is_lost_each_time_is_told(served, client, session, tmp_path):
    def lose() -> None:
        for journal in (tmp_path / "lake").glob(".tmp/uploads/*.journal"):
            journal.write_text(journal.read_text().splitlines()[1] + "\n")

    served.gate.rules.append(Rule("POST", COMPLETE, 1000, before=lose))
    with pytest.raises(FixityMismatch, match="missing"):
        deposit(client, request(session / "big.raw"))
