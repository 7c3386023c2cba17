"""What only a lake in a bucket promises, and what S3's answers come to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from emfair.errors import BadSetting, Conflict, NotFound, Unavailable
from emfair.lake.s3 import S3Lake, s3_client
from emfair.lake.s3_errors import Taken, s3_errors
from emfair.lake.uploads import part_size
from emfair.model.canonical import sha256_bytes

MIB = 1 << 20


@pytest.fixture
def lake(s3_environment, bucket):
    return S3Lake(bucket, "some/prefix")


@pytest.mark.parametrize("size", [6, 9 * MIB])
def test_an_object_carries_its_digest(lake, s3, bucket, tmp_path, size):
    (tmp_path / "file").write_bytes(bytes(size))
    lake.put_file("a/b", tmp_path / "file")
    head = s3.head_object(Bucket=bucket, Key="some/prefix/a/b")
    assert head["Metadata"] == {"sha256": sha256_bytes(bytes(size))}
    assert head["ContentType"] == "application/octet-stream"


def test_an_object_that_a_browser_sent_is_compared_by_its_bytes(lake, s3, bucket):
    s3.put_object(Bucket=bucket, Key="some/prefix/a", Body=b"quartz")
    lake.put_bytes("a", b"quartz")
    with pytest.raises(Conflict):
        lake.put_bytes("a", b"garnet")


def test_a_lake_sees_only_its_prefix(lake, s3, bucket):
    for key in ["some/prefix-2/a", "some/a", "some/prefix/folder-of-a-console/"]:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    lake.put_bytes("a", b"")
    assert [found.key for found in lake.list("")] == ["a"]
    assert [entry.name for entry in lake.level("")] == ["a", "folder-of-a-console/"]
    assert lake.level("folder-of-a-console") == []


def test_a_range_reads_nothing_else_of_the_object(lake, s3, bucket):
    """A page of a 9 MiB object, far from its beginning: one answer of S3, as long as the page."""
    lake.put_bytes("a", bytes(8 * MIB) + b"quartz" + bytes(MIB))
    answered: list[str] = []

    def note(http_response, **_: object) -> None:
        answered.append(http_response.headers["content-length"])

    lake.client.meta.events.register("after-call.s3.GetObject", note)
    try:
        with lake.open("a", 8 * MIB, 8 * MIB + 6) as stream:
            assert stream.read() == b"quartz"
    finally:
        lake.client.meta.events.unregister("after-call.s3.GetObject", note)
    assert answered == ["6"]


def test_a_lake_may_be_a_whole_bucket(s3_environment, bucket):
    lake = S3Lake(bucket, "")
    lake.put_bytes("a/b", b"x")
    assert [found.key for found in lake.list("a")] == ["a/b"]
    assert lake.locate("a/b") == f"s3://{bucket}/a/b"


def test_a_listing_goes_past_the_first_page(lake, s3, bucket):
    keys = [f"{number:04d}" for number in range(1003)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=bucket, Key=f"some/prefix/{key}"), keys))
    assert [found.key for found in lake.list("")] == keys


def test_a_missing_bucket_is_a_bad_setting(s3_environment):
    lake = S3Lake("no-such-bucket", "")
    for call in [
        lambda: lake.put_bytes("a", b"x"),
        lambda: lake.read_bytes("a"),
        lambda: list(lake.list("")),
    ]:
        with pytest.raises(BadSetting, match=r"bucket does not exist.*EMFAIR_LAKE_URL"):
            call()


def test_a_bucket_without_an_answer_is_unavailable(unused_endpoint):
    client = boto3.client(
        "s3",
        endpoint_url=unused_endpoint,
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )
    lake = S3Lake("bucket", "", client)
    for call in [
        lambda: lake.put_bytes("a", b"x"),
        lambda: lake.read_bytes("a"),
        lambda: lake.info("a"),
        lambda: lake.delete("a"),
        lambda: list(lake.list("")),
    ]:
        with pytest.raises(Unavailable, match="S3 did not answer"):
            call()


@pytest.fixture
def unused_endpoint():
    import socket

    with socket.socket() as taken:  # bound but not listening: every connection is refused
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_missing_credentials_are_a_bad_setting(monkeypatch, tmp_path):
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(BadSetting, match="AWS_ACCESS_KEY_ID"):
        S3Lake("bucket", "").read_bytes("a")


def test_an_endpoint_that_is_no_url_is_a_bad_setting(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "not a url")
    with pytest.raises(BadSetting, match="AWS_ENDPOINT_URL"):
        s3_client()


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("404", 404, NotFound),
        ("NoSuchKey", 404, NotFound),
        ("PreconditionFailed", 412, Taken),
        ("ConditionalRequestConflict", 409, Taken),
        ("NoSuchUpload", 404, Taken),
        ("InternalError", 500, Unavailable),
        ("SlowDown", 503, Unavailable),
        ("TooManyRequests", 429, Unavailable),
        ("RequestTimeout", 400, Unavailable),
        ("AccessDenied", 403, BadSetting),
        ("403", 403, BadSetting),
        ("NoSuchBucket", 404, BadSetting),
        ("InvalidBucketName", 400, BadSetting),
    ],
)
def test_each_answer_of_s3_has_its_error(code, status, kind):
    from botocore.exceptions import ClientError

    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(kind), s3_errors("s3://bucket/a"):
        raise ClientError(answer, "GetObject")


@given(st.integers(min_value=0, max_value=5 << 40))
def test_parts_are_few_enough_for_s3_whatever_the_size(size):
    assert part_size(size) * 10_000 >= size
    assert part_size(size) >= 5 * MIB
