"""Each answer says from where what it holds may load; nothing of what an answer says is lost."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emfair.lake.memory import MemoryLake
from emfair.lake.s3 import S3Lake
from ui_streamlit.headers import Headers, origin_of, page_policy

OWN = {"Content-Security-Policy": "default-src 'none'; sandbox", "Referrer-Policy": "no-referrer"}


def asked(path: str, own: Mapping[str, str] | None = None, elsewhere: str = "") -> dict[str, str]:
    """Return the headers of an answer that says `own` of itself."""

    async def answer(_: Request) -> Response:
        return Response("x", headers=own)

    app = Headers(Starlette(routes=[Route("/{rest:path}", answer)]), lambda: elsewhere)

    async def get() -> dict[str, str]:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://lab.test") as client:
            return dict((await client.get(path)).headers)

    return anyio.run(get)


def policy(path: str, **asking: str) -> dict[str, str]:
    """Return its policy, by directive."""
    text = asked(path, **asking)["content-security-policy"]
    return dict(one.split(" ", 1) for one in text.split("; "))


@pytest.mark.parametrize("path", ["/", "/experiment", "/web/viewer.html", "/api/v1/x", "/nothing"])
def test_every_answer_is_guarded(path):
    headers = asked(path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    guarded = policy(path)
    assert guarded["default-src"] == guarded["base-uri"] == guarded["form-action"] == "'none'"
    assert "http" not in str(guarded)


def test_what_an_answer_says_of_itself_stays():
    headers = asked("/api/v1/x", OWN)
    assert headers["content-security-policy"] == OWN["Content-Security-Policy"]
    assert headers["referrer-policy"] == "no-referrer"


def test_pages_compile_no_text_and_stand_in_no_frame():
    page = policy("/experiment")
    assert "'unsafe-eval'" not in page["script-src"]
    assert "'unsafe-inline'" not in page["script-src"]
    assert "'sha256-" in page["script-src"], "Streamlit's own line"
    assert page["frame-ancestors"] == "'none'"


def test_only_the_viewer_compiles_and_it_stands_in_frames_of_the_app_alone():
    viewer = policy("/web/viewer.html")
    assert "'unsafe-eval'" in viewer["script-src"]
    assert viewer["frame-ancestors"] == "'self'"
    assert "script-src" not in policy("/api/v1/x")


def test_a_bucket_is_the_one_other_place_that_files_go_to():
    assert (
        policy("/deposit", elsewhere="https://s3.test")["connect-src"] == "'self' https://s3.test"
    )
    others = {name: one for name, one in page_policy("https://s3.test").items()
              if name != "connect-src"}  # fmt: skip
    assert "s3.test" not in str(others)
    assert "s3.test" not in str(policy("/web/viewer.html", elsewhere="https://s3.test"))


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> S3Lake:
    for name, value in {
        "AWS_ENDPOINT_URL": "https://rgw.lab.test:8443/any", "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return S3Lake("emfair", "lake")


def test_a_buckets_origin_is_where_its_links_lead(bucket):
    assert origin_of(bucket) == "https://rgw.lab.test:8443"


def test_a_lake_without_addresses_has_no_origin():
    assert origin_of(MemoryLake()) == ""
