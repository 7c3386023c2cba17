"""What a bucket needs before emfair keeps data in it; a folder needs nothing.

Rules that somebody else gave the bucket stay. Not set on purpose: a public access block (on
Ceph 16 it refuses the owner, too) and default encryption (Ceph 16 has none; Ceph encrypts disks).

What does not belong here: who may do it (the keys' owner), and how it is shown (`emfair.cli`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from emfair.lake.base import Lake
from emfair.lake.keys import SCRATCH
from emfair.lake.layout import INDEX
from emfair.lake.s3_errors import s3_errors

UPLOAD_DAYS = 60
"""Days after which the bucket itself gives up an upload, counted from its begin, alive or not. So
long does a file have from its first part to its last; emfair gives up silent ones much earlier
(`emfair.service.cleanup`)."""
INDEX_DAYS = 30
"""Days for which versions of the index that were replaced are kept; raw data are for ever."""

_UNSUPPORTED = {"NotImplemented", "XNotImplemented", "MethodNotAllowed", "UnsupportedOperation"}
_UNSET = {"NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"}
_RULE = "emfair"  # how the names of our own rules begin


class Outcome(StrEnum):
    """What became of one step."""

    MADE = "made"
    KEPT = "was so"
    UNSUPPORTED = "not supported"


@dataclass(frozen=True)
class Step:
    """One thing that was seen to, and what its absence means where the store lacks it."""

    what: str
    outcome: Outcome
    meaning: str = ""


def set_up(lake: Lake, origin: str) -> list[Step]:
    """Make the lake ready; again is no error, and changes nothing.

    Parameters
    ----------
    lake : Lake
        In a folder nothing is done, and no step is returned.
    origin : str
        Of the app, ``https://host[:port]``: pages from there may send parts to the bucket.

    Raises
    ------
    BadSetting
        The keys may not do this, or the bucket is another's.
    Unavailable
        S3 does not answer.
    """
    from emfair.lake.s3 import S3Lake

    if not isinstance(lake, S3Lake):
        return []
    bucket = _Bucket(lake.client, lake.bucket)
    return [
        bucket.exists(),
        bucket.refuses_a_second_object(f"{lake.prefix}{SCRATCH}/probe-{secrets.token_hex(8)}"),
        bucket.keeps_versions(),
        bucket.lets_pages_send(origin),
        bucket.cleans_up(lake.prefix),
    ]


class _Unsupported(Exception):
    """The store has no such thing."""


class _Bucket:
    """Each method sees to one thing."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def exists(self) -> Step:
        what = f"bucket {self._name}"
        if self._asked("head_bucket", {"404"}) is not None:
            return Step(what, Outcome.KEPT)
        region = self._client.meta.region_name
        if self._asked("create_bucket", {"IllegalLocationConstraintException"}) is None:
            place = {"LocationConstraint": region}  # AWS wants to be told its own name
            self._asked("create_bucket", CreateBucketConfiguration=place)
        return Step(what, Outcome.MADE)

    def refuses_a_second_object(self, key: str) -> Step:
        """Try it: only the store knows whether it minds ``If-None-Match`` at the end of parts."""
        ask = self._asked
        first = ask("put_object", Key=key, Body=b"") or {}
        begun = ask("create_multipart_upload", Key=key) or {}
        part_of = {"Key": key, "UploadId": begun["UploadId"]}
        part = ask("upload_part", **part_of, PartNumber=1, Body=b"probe") or {}
        done = ask(
            "complete_multipart_upload",
            {"412", "PreconditionFailed"},
            **part_of,
            IfNoneMatch="*",
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
        )
        if done is None:
            ask("abort_multipart_upload", **part_of)
        for made in filter(None, (first, done)):
            version = {"VersionId": made["VersionId"]} if "VersionId" in made else {}
            ask("delete_object", Key=key, **version)
        what = "no object replaces another (If-None-Match on CompleteMultipartUpload)"
        if done is None:
            return Step(what, Outcome.KEPT)
        meaning = (
            "emfair asks just before it completes an object; should two writers meet in that "
            "moment, versioning keeps both."
        )
        return Step(what, Outcome.UNSUPPORTED, meaning)

    def keeps_versions(self) -> Step:
        def change() -> bool:
            if (self._asked("get_bucket_versioning") or {}).get("Status") == "Enabled":
                return False
            wanted = {"Status": "Enabled"}
            self._asked("put_bucket_versioning", VersioningConfiguration=wanted)
            return True

        return _step(
            "versioning", change, "What is deleted or replaced by mistake is gone: make backups."
        )

    def lets_pages_send(self, origin: str) -> Step:
        rule = {
            "ID": f"{_RULE}-app",
            "AllowedOrigins": [origin],
            "AllowedMethods": ["GET", "PUT"],
            "AllowedHeaders": ["Content-MD5", "Content-Type"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 3600,
        }

        def change() -> bool:
            present = (self._asked("get_bucket_cors", _UNSET) or {}).get("CORSRules", [])
            if _has(present, [rule]):
                return False
            self._asked("put_bucket_cors", CORSConfiguration={"CORSRules": _with(present, [rule])})
            return True

        meaning = f"Browsers at {origin} cannot send to it; uploads go through emfair instead."
        return _step(f"CORS for {origin}", change, meaning)

    def cleans_up(self, prefix: str) -> Step:
        rules = [
            {
                "ID": f"{_RULE}-uploads",
                "Status": "Enabled",
                "Filter": {"Prefix": prefix},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOAD_DAYS},
            },
            {
                "ID": f"{_RULE}-index",
                "Status": "Enabled",
                "Filter": {"Prefix": f"{prefix}{INDEX}/"},
                "NoncurrentVersionExpiration": {"NoncurrentDays": INDEX_DAYS},
            },
        ]

        def change() -> bool:
            answer = self._asked("get_bucket_lifecycle_configuration", _UNSET) or {}
            present = answer.get("Rules", [])
            if _has(present, rules):
                return False
            wanted = {"Rules": _with(present, rules)}
            self._asked("put_bucket_lifecycle_configuration", LifecycleConfiguration=wanted)
            return True

        what = (
            f"lifecycle (uploads given up after {UPLOAD_DAYS} days, replaced versions of the index "
            f"after {INDEX_DAYS})"
        )
        return _step(what, change, "Uploads are given up by emfair alone; look after old versions.")

    def _asked(
        self, method: str, absent: set[str] | frozenset[str] = frozenset(), **arguments: Any
    ) -> dict[str, Any] | None:
        """Ask S3; None where it answers with one of the codes `absent`."""
        from botocore.exceptions import ClientError

        with s3_errors(f"s3://{self._name}"):
            try:
                answer = getattr(self._client, method)(Bucket=self._name, **arguments)
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code"))
                if code in absent:
                    return None
                if code in _UNSUPPORTED:
                    raise _Unsupported from error
                raise
        return dict(answer)


def _step(what: str, change: Callable[[], bool], meaning: str) -> Step:
    try:
        return Step(what, Outcome.MADE if change() else Outcome.KEPT)
    except _Unsupported:
        return Step(what, Outcome.UNSUPPORTED, meaning)


def _with(present: list[dict[str, Any]], ours: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules of others, and ours in the place of what we set before."""
    names = {rule["ID"] for rule in ours}
    return [rule for rule in present if rule.get("ID") not in names] + ours


def _has(present: list[dict[str, Any]], ours: list[dict[str, Any]]) -> bool:
    known = [_comparable(rule) for rule in present]
    return all(_comparable(rule) in known for rule in ours)


def _comparable(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a rule in one spelling: Ceph sorts lists, and writes a filter's prefix outside."""
    plain: dict[str, Any] = {
        key: sorted(value) if isinstance(value, list) else value for key, value in rule.items()
    }
    plain.setdefault("Prefix", plain.pop("Filter", {}).get("Prefix"))
    return plain
