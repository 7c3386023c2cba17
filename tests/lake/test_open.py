"""Which lake a URL opens."""

from __future__ import annotations

import subprocess
import sys

import pytest

from emfair.errors import BadSetting
from emfair.lake.local import LocalLake
from emfair.lake.memory import MemoryLake
from emfair.lake.open import open_lake
from emfair.lake.s3 import S3Lake
from emfair.settings import Settings

MEASURED = """
import resource, sys
from pathlib import Path
from emfair.lake.open import open_lake
lake, source = open_lake(sys.argv[1]), Path(sys.argv[2])
lake.put_bytes("warm up", b"x")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
lake.put_file("big", source)
with lake.open("big") as stream:
    while stream.read(1 << 20):
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_a_file_url_opens_a_folder(tmp_path):
    lake = open_lake((tmp_path / "a lake#1?").as_uri())
    assert isinstance(lake, LocalLake)
    lake.put_bytes("a", b"x")
    assert (tmp_path / "a lake#1?" / "a").read_bytes() == b"x"


def test_the_default_setting_opens_a_lake(tmp_path):
    lake = open_lake(Settings(home=tmp_path).lake)
    assert lake.locate("a") == str(tmp_path / "lake/a")


def test_an_s3_url_opens_a_bucket(s3_environment):
    lake = open_lake("s3://bucket/some/prefix/")
    assert isinstance(lake, S3Lake)
    assert lake.url == "s3://bucket/some/prefix"
    assert lake.locate("a") == "s3://bucket/some/prefix/a"


def test_every_memory_url_opens_a_lake_of_its_own():
    one, two = open_lake("memory://"), open_lake("memory://")
    assert isinstance(one, MemoryLake)
    one.put_bytes("a", b"x")
    assert two.info("a") is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "lake",
        "/var/lake",
        "file://",
        "file:///",
        "file://lake/here",
        "file:///lake?x=1",
        "file:///lake#x",
        "http://example.org/lake",
        "s3://",
        "s3:///prefix",
        "s3://bucket/a/../b",
        "s3://key:secret@bucket/a",
        "s3://bucket/a?endpoint=x",
        "memory://name",
        "http://[",
    ],
)
def test_any_other_url_is_a_bad_setting_with_a_remedy(url):
    with pytest.raises(BadSetting) as caught:
        open_lake(url)
    assert "EMFAIR_LAKE_URL" in caught.value.remedy


def test_a_lake_in_a_folder_loads_no_boto3(tmp_path):
    program = f"""
import sys
from emfair.lake.open import open_lake
open_lake({tmp_path.as_uri()!r}).put_bytes("a", b"x")
print(sorted({{"boto3", "botocore"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "a").read_bytes() == b"x"


@pytest.mark.parametrize("scheme", ["file", "s3"])
def test_memory_does_not_grow_with_the_file(scheme, tmp_path, s3_environment, bucket):
    big = tmp_path / "big"
    with big.open("wb") as stream:
        stream.truncate(128 << 20)
    url = f"s3://{bucket}/p" if scheme == "s3" else (tmp_path / "lake").as_uri()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, url, big], capture_output=True, text=True, check=True
    )
    limit = 8 if scheme == "file" else 56  # MB; on S3 five parts of 8 MiB are under way
    assert int(done.stdout) <= limit
