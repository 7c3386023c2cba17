"""A lake in a bucket: Ceph RGW, MinIO, AWS, anything that speaks S3.

Objects are whole by S3's nature. Each carries its SHA-256 as metadata ``sha256``. Endpoint and
keys are the AWS variables, read by boto3.

What does not belong here: objects that arrive in parts (`emfair.lake.s3_uploads`).
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from emfair.errors import BadSetting, NotFound, Unavailable
from emfair.lake.base import PAGE, Entry, Link, ObjectInfo, Progress, Put
from emfair.lake.disk import scratch_copy
from emfair.lake.keys import check_key, check_prefix
from emfair.lake.one_by_one import OneByOne
from emfair.lake.s3_errors import BeyondEnd, Taken, s3_errors
from emfair.lake.s3_level import level
from emfair.lake.s3_upload import upload
from emfair.lake.s3_uploads import S3Uploads
from emfair.lake.source import Source, bytes_source, file_source
from emfair.model.canonical import BLOCK, sha256_stream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LINK_VALID = timedelta(hours=1)
"""How long a link holds; what has begun by then goes on to its end."""
_SMALL_AT_ONCE = 4
"""Small objects on their way at a time, of all that come together."""


class S3Lake:
    """Objects below `prefix` in `bucket`.

    Parameters
    ----------
    bucket : str
        It must exist.
    prefix : str
        Without ``/`` at its ends; empty for the whole bucket.
    client : Any
        A boto3 S3 client; by default `s3_client()`.
    """

    def __init__(self, bucket: str, prefix: str, client: Any = None) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.url = f"s3://{bucket}/{prefix}"
        self.client = client or s3_client()
        self.uploads = S3Uploads(self)
        self._small = Semaphore(_SMALL_AT_ONCE)

    def put_file(
        self,
        key: str,
        source: Path,
        *,
        sha256: str | None = None,
        replace: bool = False,
        progress: Progress | None = None,
    ) -> ObjectInfo:
        """See `Lake.put_file`. Without `sha256` the file is read twice: its digest goes first."""
        return self._put(key, file_source(source, sha256, progress), replace=replace)

    def put_bytes(self, key: str, content: bytes, *, replace: bool = False) -> ObjectInfo:
        """See `Lake.put_bytes`."""
        return self._put(key, bytes_source(key, content), replace=replace)

    @contextmanager
    def several(self) -> Iterator[Put]:
        """See `Lake.several`; few at a time, for each is held whole."""

        def store(key: str, source: Source) -> ObjectInfo:
            with self._small:
                return self._put(key, source, replace=False)

        yield OneByOne(store)

    def read_bytes(self, key: str) -> bytes:
        """See `Lake.read_bytes`."""
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """See `Lake.open`."""
        target = self.target(key)
        if (start, end) != (0, None):
            last = "" if end is None else max(end, start + 1) - 1  # S3 has no empty range
            target["Range"] = f"bytes={start}-{last}"
        try:
            with s3_errors(self.locate(key)):
                body = self.client.get_object(**target)["Body"]
        except BeyondEnd:
            return io.BytesIO()
        if end is not None and end <= start:
            body.close()
            return io.BytesIO()
        return io.BufferedReader(_ObjectStream(body, self.locate(key)), BLOCK)

    def link(self, key: str) -> Link:
        """See `Lake.link`: presigned, AWS' version 4, for an hour."""
        url = self.client.generate_presigned_url(
            "get_object",
            Params={**self.target(key), "ResponseContentDisposition": "attachment"},
            ExpiresIn=int(LINK_VALID.total_seconds()),
        )
        return Link(url, datetime.now(UTC) + LINK_VALID)

    def local_copy(self, key: str, scratch: Path) -> AbstractContextManager[Path]:
        """See `Lake.local_copy`."""
        return scratch_copy(self.open(key), key, scratch)

    def info(self, key: str) -> ObjectInfo | None:
        """See `Lake.info`."""
        head = self._head(key)
        return None if head is None else ObjectInfo(key, head["ContentLength"])

    def level(self, folder: str, *, after: str = "", limit: int = PAGE) -> list[Entry]:
        """See `Lake.level`."""
        prefix = f"{self.prefix}{check_key(folder)}/" if folder else self.prefix
        with s3_errors(f"{self.url}/{folder}"):
            return level(self.client, self.bucket, prefix, after, limit)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """See `Lake.list`."""
        return self._pages(check_prefix(prefix))

    def delete(self, key: str) -> None:
        """See `Lake.delete`."""
        target = self.target(key)
        with s3_errors(self.locate(key)):
            self.client.delete_object(**target)

    def locate(self, key: str) -> str:
        """See `Lake.locate`: ``s3://bucket/prefix/key``."""
        return f"s3://{self.bucket}/{self.prefix}{check_key(key)}"

    def target(self, key: str) -> dict[str, str]:
        """Return ``Bucket`` and ``Key`` as boto3 wants them."""
        return {"Bucket": self.bucket, "Key": self.prefix + check_key(key)}

    def metadata(self, key: str) -> dict[str, str]:
        """Return the object's metadata; empty if there is no object."""
        found: dict[str, str] = (self._head(key) or {}).get("Metadata", {})
        return found

    def digest(self, key: str) -> str:
        """Return the object's SHA-256: as it says itself, or else of its bytes."""
        if (known := self.metadata(key).get("sha256")) is not None:
            return known
        with self.open(key) as stream:
            return sha256_stream(stream)

    def _head(self, key: str) -> dict[str, Any] | None:
        target = self.target(key)
        try:
            with s3_errors(self.locate(key)):
                return cast("dict[str, Any]", self.client.head_object(**target))
        except NotFound:
            return None

    def _pages(self, prefix: str) -> Iterator[ObjectInfo]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + prefix
        )
        with s3_errors(f"{self.url}/{prefix}"):
            for page in pages:
                for found in page.get("Contents", ()):
                    if not found["Key"].endswith("/"):  # folders that consoles make
                        yield ObjectInfo(found["Key"].removeprefix(self.prefix), found["Size"])

    def _put(self, key: str, source: Source, *, replace: bool) -> ObjectInfo:
        target = self.target(key)
        if not replace and (present := self.info(key)):
            settled = self._settle(present, source)
            if source.progress is not None:
                source.progress(source.size)
            return settled
        try:
            with s3_errors(self.locate(key)):
                return ObjectInfo(key, upload(self.client, target, source, new=not replace))
        except Taken as error:
            if (present := self.info(key)) is None:
                raise Unavailable(
                    "another writer was busy with this key.",
                    subject=self.locate(key),
                    remedy="Retry.",
                ) from error
            return self._settle(present, source)

    def _settle(self, present: ObjectInfo, source: Source) -> ObjectInfo:
        return source.settle(present, lambda: self.digest(present.key))


def s3_client() -> Any:
    """Return a boto3 client for the endpoint and keys of the AWS variables.

    ``AWS_REGION`` counts, which boto3 itself does not read, before ``AWS_DEFAULT_REGION``; Ceph
    takes any. ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY`` hold. Where a private authority
    signed the store's certificate, ``AWS_CA_BUNDLE`` names its file, and ``SSL_CERT_FILE`` the same
    one for delta-rs, which writes the index.

    Checksums only where S3 requires them: Ceph 16 refuses the trailing ones of boto3's default.
    Paths instead of host names per bucket: those need a wildcard certificate.
    """
    from boto3.session import Session
    from botocore.config import Config

    config = Config(
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 4},
        s3={"addressing_style": "path"},
        signature_version="s3v4",  # presigned URLs would sign no header else
    )
    try:
        with s3_errors("S3"):
            return Session(region_name=os.environ.get("AWS_REGION") or None).client(
                "s3", config=config
            )
    except ValueError as error:
        raise BadSetting(
            f"is no URL of an S3 endpoint: {error}.",
            subject="AWS_ENDPOINT_URL",
            remedy="Set it to http://host:port or https://host.",
        ) from error


class _ObjectStream(io.RawIOBase):
    """Reads an object once, front to back."""

    def __init__(self, body: Any, name: str) -> None:
        self._body = body
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        with s3_errors(self._name):
            block = self._body.read(len(view))
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._body.close()
        super().close()
