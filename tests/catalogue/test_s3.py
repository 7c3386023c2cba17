"""The index of a lake in S3: moto's server, spoken to over HTTP by delta-rs and boto3."""

import os
import socket
import subprocess
import sys
import time
import uuid

import boto3
import pytest

from emfair.catalogue.delta import Index
from emfair.catalogue.query import ask
from emfair.catalogue.snapshot import publish
from emfair.catalogue.table import storage_options
from emfair.errors import Unavailable
from emfair.lake.s3 import S3Lake


@pytest.fixture(scope="module")
def endpoint():
    """Run the server in its own process: delta-rs holds the interpreter's lock in some calls."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture(params=["", "some/prefix"])
def lake(request, endpoint, monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "emfair",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = f"lake-{uuid.uuid4().hex[:12]}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    return S3Lake(bucket, request.param)


def test_the_index_works_in_s3(lake, tmp_path, tables_of):
    index = Index(lake, tmp_path / "cache")
    assert ask(index, "FROM facts").rows == []
    for experiment, voltage in (("e-1", 1.0), ("e-2", 2.0), ("e-1", 3.0)):
        index.replace(experiment, tables_of(experiment, voltage=voltage))
    sql = "SELECT experiment_id, acceleration_voltage_V FROM measurements ORDER BY 1"
    expected = [("e-1", 3.0)] * 2 + [("e-2", 2.0)] * 2
    assert ask(index, sql).rows == expected
    assert index.replace("e-1", tables_of("e-1", voltage=3.0)) is False
    index.compact()
    assert ask(Index(lake, tmp_path / "other"), sql).rows == expected
    publish(index, tmp_path / "scratch")
    assert lake.info("index/snapshot/facts.parquet")
    index.remove("e-1")
    assert ask(index, sql).rows == expected[2:]
    index.clear()
    assert list(lake.list("")) == []


def test_a_file_is_fetched_once_and_dropped_when_nobody_wants_it(lake, tmp_path, tables_of):
    index = Index(lake, tmp_path / "cache")
    index.replace("e-1", tables_of())
    (copy,) = index.files()["facts"]
    first = copy.stat().st_ino
    old = time.time() - 7 * 24 * 3600
    os.utime(copy, (old, old))
    assert index.files()["facts"] == [copy]
    assert copy.stat().st_ino == first, "wanted again"
    index.replace("e-1", tables_of(voltage=1.0))
    os.utime(copy, (old, old))
    assert index.files()["facts"] != [copy]
    assert not copy.exists()


def test_a_store_that_does_not_answer_is_unavailable(lake, tmp_path, tables_of):
    dead = {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    with pytest.raises(Unavailable, match="index/") as refused:
        Index(lake, tmp_path, environment=dead).replace("e-1", tables_of())
    assert str(refused.value).isprintable()


def test_storage_options_are_the_aws_variables():
    assert storage_options({"HOME": "/", "AWS_ACCESS_KEY_ID": "k"}) == {"AWS_ACCESS_KEY_ID": "k"}
    ceph = storage_options({"AWS_ENDPOINT_URL": "http://ceph", "AWS_DEFAULT_REGION": "here"})
    assert (ceph["AWS_ALLOW_HTTP"], ceph["AWS_REGION"]) == ("true", "here")
    assert "AWS_ALLOW_HTTP" not in storage_options({"AWS_ENDPOINT_URL": "https://ceph"})
