"""A bucket that emfair has set up, and what it was before."""

from __future__ import annotations

import uuid

import httpx
import pytest

from emfair.errors import BadSetting
from emfair.lake.local import LocalLake
from emfair.lake.s3 import S3Lake
from emfair.lake.setup import Outcome, set_up

ORIGIN = "https://emfair.example.org"
MADE, KEPT, UNSUPPORTED = Outcome.MADE, Outcome.KEPT, Outcome.UNSUPPORTED


@pytest.fixture
def lake(s3):
    return S3Lake(f"lake-{uuid.uuid4().hex[:12]}", "some/prefix", s3)


@pytest.fixture
def conditional(s3_environment) -> Outcome:
    """Return what is said of the one thing in which the two stores differ."""
    return UNSUPPORTED if s3_environment == "ceph" else KEPT


def outcomes(lake) -> list[Outcome]:
    return [step.outcome for step in set_up(lake, ORIGIN)]


def test_a_new_bucket_gets_all_it_needs_and_the_second_time_nothing(lake, conditional):
    assert outcomes(lake) == [MADE, conditional, MADE, MADE, MADE]
    assert outcomes(lake) == [KEPT, conditional, KEPT, KEPT, KEPT]


def test_what_a_store_lacks_is_said_with_what_it_means(lake):
    for step in set_up(lake, ORIGIN):
        assert step.what
        assert bool(step.meaning) == (step.outcome is UNSUPPORTED)


def test_trying_the_store_leaves_nothing_behind(lake, s3):
    set_up(lake, ORIGIN)
    set_up(lake, ORIGIN)
    found = s3.list_object_versions(Bucket=lake.bucket)
    assert [found.get(name, []) for name in ("Versions", "DeleteMarkers")] == [[], []]
    assert s3.list_multipart_uploads(Bucket=lake.bucket).get("Uploads", []) == []


def test_a_bucket_keeps_what_is_replaced_and_the_rules_of_others(lake, s3):
    s3.create_bucket(Bucket=lake.bucket)
    theirs = {
        "ID": "of the data centre",
        "Status": "Enabled",
        "Filter": {"Prefix": "logs/"},
        "Expiration": {"Days": 90},
    }
    s3.put_bucket_lifecycle_configuration(
        Bucket=lake.bucket, LifecycleConfiguration={"Rules": [theirs]}
    )
    assert outcomes(lake)[-1] is MADE
    assert outcomes(lake)[-1] is KEPT
    rules = s3.get_bucket_lifecycle_configuration(Bucket=lake.bucket)["Rules"]
    kept = {rule["ID"]: rule for rule in rules}
    assert sorted(kept) == ["emfair-index", "emfair-uploads", "of the data centre"]
    assert kept["of the data centre"]["Expiration"] == {"Days": 90}
    assert kept["emfair-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 60}
    lake.put_bytes("a", b"old")
    lake.put_bytes("a", b"new", replace=True)
    versions = s3.list_object_versions(Bucket=lake.bucket)["Versions"]
    assert len([one for one in versions if one["Key"] == "some/prefix/a"]) == 2


def test_pages_of_the_app_and_no_others_may_send_parts(lake):
    set_up(lake, ORIGIN)
    upload = lake.uploads.begin("a", 3)
    url = lake.uploads.part_target(upload, 1, "900150983cd24fb0d6963f7d28e17f72").url

    def preflight(origin: str) -> httpx.Response:
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "content-md5,content-type",
        }
        return httpx.options(url, headers=asked, trust_env=False)

    allowed = preflight(ORIGIN)
    assert allowed.status_code == 200
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "PUT" in allowed.headers["Access-Control-Allow-Methods"]
    assert "etag" in allowed.headers["Access-Control-Expose-Headers"].lower()
    assert preflight("https://elsewhere.example.org").status_code == 403


def test_another_address_of_the_app_takes_the_place_of_the_first(lake, s3):
    set_up(lake, "http://127.0.0.1:8501")
    assert outcomes(lake)[3] is MADE
    (rule,) = s3.get_bucket_cors(Bucket=lake.bucket)["CORSRules"]
    assert rule["AllowedOrigins"] == [ORIGIN]


def test_a_folder_needs_nothing(tmp_path):
    assert set_up(LocalLake(tmp_path / "lake"), ORIGIN) == []
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    "s3_environment",
    ["ceph"],
    indirect=True,
)
def test_keys_that_are_wrong_are_a_bad_setting(s3_environment, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(BadSetting, match="AWS_SECRET_ACCESS_KEY"):
        set_up(S3Lake("some-bucket", ""), ORIGIN)
