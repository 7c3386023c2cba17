"""What a real Ceph RADOS Gateway is asked beyond the lakes' contract: the index, HTTPS, proxies."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import uuid

import boto3
import httpx
import pytest

from emfair.catalogue.delta import Index
from emfair.catalogue.query import ask
from emfair.catalogue.snapshot import publish
from emfair.errors import BadSetting, Unavailable
from emfair.lake.s3 import S3Lake, s3_client
from tests.catalogue.conftest import some_tables
from tests.services.ceph import Gateway, gateway

MIB = 1 << 20


@pytest.fixture
def ceph(monkeypatch) -> Gateway:
    """Point the AWS variables at Ceph."""
    found = gateway()
    for name, value in found.environment().items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def bucket(ceph) -> str:
    name = f"lake-{uuid.uuid4().hex[:12]}"
    s3_client().create_bucket(Bucket=name)
    return name


def test_duckdb_answers_from_an_index_in_ceph(bucket, tmp_path):
    lake = S3Lake(bucket, "some/prefix")
    index = Index(lake, tmp_path / "cache")
    for experiment, voltage in (("e-1", 1.0), ("e-2", 2.0), ("e-1", 3.0)):
        index.replace(experiment, some_tables(experiment, voltage=voltage))
    sql = "SELECT experiment_id, acceleration_voltage_V FROM measurements ORDER BY 1"
    expected = [("e-1", 3.0)] * 2 + [("e-2", 2.0)] * 2
    assert ask(index, sql).rows == expected
    index.compact()
    publish(index, tmp_path / "scratch")
    assert ask(Index(lake, tmp_path / "other"), sql).rows == expected
    assert lake.info("index/snapshot/facts.parquet")
    index.remove("e-1")
    assert ask(index, sql).rows == expected[2:]


def test_an_authority_of_ones_own_vouches_for_ceph(ceph, bucket, tmp_path):
    """boto3 reads AWS_CA_BUNDLE; delta-rs, which writes the index, only SSL_CERT_FILE."""
    program = f"""
from pathlib import Path
from emfair.catalogue.delta import Index
from emfair.catalogue.query import ask
from emfair.lake.s3 import S3Lake
from tests.catalogue.conftest import some_tables
lake = S3Lake({bucket!r}, "")
lake.put_bytes("small", b"x")
(Path({str(tmp_path)!r}) / "big").write_bytes(bytes(9 << 20))
lake.put_file("big", Path({str(tmp_path)!r}) / "big")
upload = lake.uploads.begin("parts", 3)
lake.uploads.put_part(upload, 1, [b"abc"])
lake.uploads.complete(upload)
index = Index(lake, Path({str(tmp_path)!r}) / "cache")
index.replace("e-1", some_tables("e-1"))
print(lake.uploads.part_target(upload, 1, "00" * 16).url.startswith("https://127.0.0.1:"))
print(lake.read_bytes("parts"), ask(index, "SELECT experiment_id FROM experiments").rows)
"""
    trust = {"AWS_CA_BUNDLE": ceph.authority, "SSL_CERT_FILE": ceph.authority}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "AWS_ENDPOINT_URL": ceph.https, **trust},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == ["True", "b'abc' [('e-1',)]"], done.stderr


def test_an_authority_that_nobody_knows_is_a_bad_setting(ceph, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", ceph.https)
    with pytest.raises(BadSetting, match=r"certificate.*AWS_CA_BUNDLE"):
        S3Lake(bucket, "").read_bytes("a")


def test_a_lake_is_asked_through_the_proxy_that_is_named(ceph, bucket, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "")
    with socket.socket() as taken:  # bound but not listening: a proxy that is down
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Unavailable, match="proxy"):
            S3Lake(bucket, "").read_bytes("a")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        S3Lake(bucket, "").put_bytes("a", b"x")


def test_a_link_is_good_for_its_object_and_for_reading_alone(bucket):
    lake = S3Lake(bucket, "")
    for key in ("quartz", "garnet"):
        lake.put_bytes(key, key.encode())
    url = lake.link("quartz").url
    assert httpx.get(url).content == b"quartz"
    assert httpx.get(url.replace("quartz", "garnet")).status_code == 403
    assert httpx.put(url, content=b"x").status_code == 403
    assert httpx.delete(url).status_code == 403
    assert httpx.get(url.partition("?")[0]).status_code == 403
    assert lake.read_bytes("quartz") == b"quartz"


@pytest.mark.parametrize("region", ["us-east-1", "default", "eu-central-1"])
def test_ceph_takes_any_region_and_uploads_too(ceph, bucket, monkeypatch, region):
    monkeypatch.setenv("AWS_REGION", region)
    lake = S3Lake(bucket, "")
    upload = lake.uploads.begin("a", 3)
    lake.uploads.put_part(upload, 1, [b"abc"])
    lake.uploads.complete(upload)
    assert lake.read_bytes("a") == b"abc"
    assert f"%2F{region}%2Fs3" in lake.uploads.part_target(upload, 1, "00" * 16).url


def test_a_client_with_boto3s_own_defaults_is_refused_by_ceph_16_over_https(ceph, bucket):
    """The reason for two of `s3_client`'s settings; when this fails they can go."""
    own = boto3.client("s3", endpoint_url=ceph.https, verify=ceph.authority)
    with pytest.raises(own.exceptions.ClientError):
        own.put_object(Bucket=bucket, Key="a", Body=b"x" * MIB)
