"""Uploads into a bucket: S3's multipart uploads, whose parts clients may send themselves.

Each upload marks its object with metadata ``upload``, so that an object whose completion was not
heard of is known again. The whole object's SHA-256 is not checked here: S3 offers none over parts.
Sizes and each part's MD5 are; the chain's first step reads every byte and proves the rest.

Signatures are AWS' version 4, in the query (presigned), with ``Content-MD5`` and
``Content-Length`` among what is signed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from emfair.errors import Conflict, NotFound
from emfair.lake.base import ObjectInfo
from emfair.lake.s3_errors import Taken, s3_errors
from emfair.lake.s3_upload import refuse_taken
from emfair.lake.spool import spooled
from emfair.lake.uploads import (
    CHANGED,
    Abandoned,
    Part,
    PartTarget,
    Upload,
    check_complete,
    part_size,
    unknown_upload,
)

if TYPE_CHECKING:
    from emfair.lake.s3 import S3Lake

VALID = timedelta(hours=1)
"""Time for a part of 106 MiB, of a file of 1 TB, over 2 Mbit/s."""


class S3Uploads:
    """See `Uploads`; `valid` is how long a part's URL holds."""

    def __init__(self, lake: S3Lake, valid: timedelta = VALID) -> None:
        self._lake = lake
        self._valid = valid

    def begin(self, key: str, size: int) -> Upload:
        """See `Uploads.begin`."""
        mark = secrets.token_hex(16)
        with s3_errors(self._lake.locate(key)):
            begun = self._lake.client.create_multipart_upload(
                **self._lake.target(key),
                ContentType="application/octet-stream",
                Metadata={"upload": mark},
            )
        return Upload(key, f"{mark}:{begun['UploadId']}", size, part_size(size))

    def part_target(self, upload: Upload, number: int, md5: str) -> PartTarget:
        """See `Uploads.part_target`. It asks S3 nothing, so an unknown upload is not noticed.

        Unlike `put_part` the URL lets a client send other bytes under the same number; the last
        ones count, and their MD5 is what `parts` tells.
        """
        checksum = base64.b64encode(bytes.fromhex(md5)).decode()
        url = self._lake.client.generate_presigned_url(
            "upload_part",
            Params={
                **self._part_of(upload),
                "PartNumber": number,
                "ContentMD5": checksum,
                "ContentLength": upload.size_of(number),
            },
            ExpiresIn=int(self._valid.total_seconds()),
        )
        return PartTarget(url, {"Content-MD5": checksum}, datetime.now(UTC) + self._valid)

    def put_part(
        self,
        upload: Upload,
        number: int,
        blocks: Iterable[bytes],
        *,
        sha256: str | None = None,
        replaces: str = "",
    ) -> Part:
        """See `Uploads.put_part`; for clients that cannot reach S3 themselves."""
        present = self._part(upload, number)
        with spooled(upload, number, blocks, sha256) as part:
            md5 = hashlib.file_digest(part.file, lambda: hashlib.md5(usedforsecurity=False))
            part.file.seek(0)
            kept = Part(number, part.passed.size, md5.hexdigest())
            if present == kept:
                return kept
            if present and present.checksum != replaces:
                raise Conflict(
                    "this part is there already, with other bytes.",
                    subject=upload.key,
                    remedy=CHANGED,
                )
            with self._errors(upload):
                self._lake.client.upload_part(
                    **self._part_of(upload),
                    PartNumber=number,
                    Body=part.file,
                    ContentLength=part.passed.size,
                    ContentMD5=base64.b64encode(md5.digest()).decode(),
                )
        return kept

    def parts(self, upload: Upload) -> list[Part]:
        """See `Uploads.parts`."""
        pages = self._lake.client.get_paginator("list_parts").paginate(**self._part_of(upload))
        with self._errors(upload):
            found = [_part(part) for page in pages for part in page.get("Parts", ())]
        return sorted(found, key=lambda part: part.number)

    def complete(
        self, upload: Upload, *, sha256: str | None = None, replace: bool = False
    ) -> ObjectInfo:
        """See `Uploads.complete`; `sha256` only tells whether a taken key holds the same object.

        Stores that ignore ``If-None-Match`` here (Ceph 16) are asked just before: between the two
        another writer could slip in, whose object a bucket with versions keeps.
        """
        try:
            self._complete(upload, replace=replace)
        except (Taken, NotFound) as error:
            if not self._is_there(upload) and not self._holds(upload, sha256):
                if isinstance(error, NotFound):
                    raise
                raise Conflict(
                    "the lake holds another object under this key.",
                    subject=upload.key,
                    remedy="Objects are immutable: store it under another name.",
                ) from error
        return ObjectInfo(upload.key, upload.size)

    def abort(self, key: str, upload_id: str) -> None:
        """See `Uploads.abort`."""
        try:
            with s3_errors(self._lake.locate(key)):
                self._lake.client.abort_multipart_upload(
                    **self._lake.target(key), UploadId=_s3_id(upload_id)
                )
        except (Taken, NotFound):
            return

    def stale(self, before: datetime) -> Iterator[Abandoned]:
        """See `Uploads.stale`. A part sent straight to S3 counts as a touch, too."""
        pages = self._lake.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._lake.bucket, Prefix=self._lake.prefix
        )
        with s3_errors(self._lake.url):
            for page in pages:
                for found in page.get("Uploads", ()):
                    key = found["Key"].removeprefix(self._lake.prefix)
                    upload = Upload(key, f":{found['UploadId']}", 0, 1)
                    if (begun := found["Initiated"]) >= before:
                        continue
                    with suppress(NotFound):  # completed or given up since the page was asked for
                        touched = max([begun, *self._times(upload)])
                        if touched < before:
                            yield Abandoned(key, upload.id, touched)

    def _complete(self, upload: Upload, *, replace: bool) -> None:
        """Raise `Taken` or `NotFound` also where this upload was completed before."""
        parts = self.parts(upload)
        check_complete(upload, parts)
        with s3_errors(self._lake.locate(upload.key)):
            if not replace:
                refuse_taken(self._lake.client, self._lake.target(upload.key))
            self._lake.client.complete_multipart_upload(
                **self._part_of(upload),
                **({} if replace else {"IfNoneMatch": "*"}),
                MultipartUpload={
                    "Parts": [{"PartNumber": part.number, "ETag": part.checksum} for part in parts]
                },
            )

    def _times(self, upload: Upload) -> list[datetime]:
        """Return when each part that is there came."""
        pages = self._lake.client.get_paginator("list_parts").paginate(**self._part_of(upload))
        with self._errors(upload):
            return [part["LastModified"] for page in pages for part in page.get("Parts", ())]

    def _part(self, upload: Upload, number: int) -> Part | None:
        upload.size_of(number)
        with self._errors(upload):
            page = self._lake.client.list_parts(
                **self._part_of(upload), PartNumberMarker=number - 1, MaxParts=1
            )
        found = [_part(part) for part in page.get("Parts", ())]
        return found[0] if found and found[0].number == number else None

    def _is_there(self, upload: Upload) -> bool:
        """Whether the object under the key is this upload's."""
        mark = upload.id.partition(":")[0]
        return self._lake.metadata(upload.key).get("upload") == mark

    def _holds(self, upload: Upload, sha256: str | None) -> bool:
        present = self._lake.info(upload.key)
        if present is None or present.size != upload.size or sha256 is None:
            return False
        return self._lake.digest(upload.key) == sha256

    def _part_of(self, upload: Upload) -> dict[str, Any]:
        return {**self._lake.target(upload.key), "UploadId": _s3_id(upload.id)}

    @contextmanager
    def _errors(self, upload: Upload) -> Iterator[None]:
        try:
            with s3_errors(self._lake.locate(upload.key)):
                yield
        except (Taken, NotFound) as error:  # AWS says "no such upload", Ceph "no such key"
            raise unknown_upload(upload.key) from error


def _s3_id(upload_id: str) -> str:
    return upload_id.partition(":")[2]


def _part(found: dict[str, Any]) -> Part:
    return Part(found["PartNumber"], found["Size"], found["ETag"].strip('"'))
