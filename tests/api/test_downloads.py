"""Single files: what a client that knows HTTP well may ask (RFC 9110)."""

from __future__ import annotations

import pytest

from emfair.api.streams import is_known


@pytest.fixture
def path(made) -> str:
    return f"/experiments/{made['valid']}/files/test_STEM_image.dm3"


@pytest.fixture
def etag(client, path) -> str:
    return client.head(path).headers["etag"]


@pytest.mark.parametrize(
    "listed", ["{}", "W/{}", '"other", {}', '"a,b" ,W/"c",{}', "*", '"x y",{}']
)
def test_what_a_client_has_is_not_sent_again(client, path, etag, listed):
    answer = client.get(path, headers={"If-None-Match": listed.format(etag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag


@pytest.mark.parametrize("listed", ['"other"', '"{0}{0}"', "{0}", '"', "", '"W/{0}"'])
def test_another_tag_is_no_reason_to_send_nothing(client, path, etag, listed):
    other = listed.format(etag.strip('"'))
    assert client.get(path, headers={"If-None-Match": other}).status_code == 200


def test_what_has_no_tag_is_never_known():
    assert not is_known("*", "")
    assert not is_known('""', "")


@pytest.mark.parametrize(
    ("if_range", "status"),
    [("{}", 206), ("W/{}", 200), ("Thu, 22 Jan 2026 12:00:00 GMT", 200), ("", 200)],
)
def test_a_range_is_of_the_bytes_that_the_client_knows(client, path, etag, if_range, status):
    headers = {"Range": "bytes=0-9", "If-Range": if_range.format(etag)}
    assert client.get(path, headers=headers).status_code == status


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=999999999-"])
def test_a_head_request_has_no_range(client, path, asked):
    """RFC 9110, 14.2: a range is defined for GET alone."""
    whole, answer = client.head(path), client.head(path, headers={"Range": asked})
    assert answer.status_code == 200
    assert answer.headers["content-length"] == whole.headers["content-length"]


def test_the_last_byte_and_nothing_behind_it(client, path):
    whole = client.get(path).content
    size = len(whole)
    answer = client.get(path, headers={"Range": f"bytes={size - 1}-{size + 5}"})
    assert (answer.status_code, answer.content) == (206, whole[-1:])
    for beyond in (f"bytes={size}-{size + 5}", "bytes=-0"):
        answer = client.get(path, headers={"Range": beyond})
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"


def test_several_ranges_at_once_get_the_whole(client, path):
    answer = client.get(path, headers={"Range": "bytes=0-1,4-5"})
    assert (answer.status_code, answer.content) == (200, client.get(path).content)


def test_a_picture_that_the_client_has_is_not_sent_again(client, made):
    picture = f"/experiments/{made['valid']}/preview.png"
    etag = client.get(picture).headers["etag"]
    listed = {"If-None-Match": f'"other", W/{etag}'}
    assert client.get(picture, headers=listed).status_code == 304
