"""One upload to S3: whole or not at all, in bounded memory.

boto3's own transfer passes no condition on to the end of a multipart upload, so a second writer
would silently overwrite the first; here the condition goes with every kind of upload.

What does not belong here: keys and what an existing object means (`emfair.lake.s3`).
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from emfair.lake.s3_errors import Taken
from emfair.lake.source import Source, SourceReader
from emfair.lake.uploads import part_size

_PARALLEL = 4


def upload(client: Any, target: dict[str, str], source: Source, *, new: bool) -> int:
    """Upload `source` to `target` (``{"Bucket": …, "Key": …}``); return its size in bytes.

    At most five parts are in memory. With `new` the object must not exist yet; stores that ignore
    ``If-None-Match`` (Ceph 16 at the end of a multipart upload) are asked just before the end.

    Raises
    ------
    Taken
        It exists. Nothing of this upload is left.
    """
    sha256 = source.digest()
    about = {"ContentType": "application/octet-stream", "Metadata": {"sha256": sha256}}
    condition = {"IfNoneMatch": "*"} if new else {}
    amount = part_size(source.size)
    with source.reader(sha256) as reader:
        first = reader.read(amount)
        if len(first) < amount:
            client.put_object(**target, **about, **condition, Body=first)
            return reader.size
        started = client.create_multipart_upload(**target, **about)
        part_of = {**target, "UploadId": started["UploadId"]}
        try:
            parts = _send_parts(client, part_of, first, reader, amount)
            if new:
                refuse_taken(client, target)
            client.complete_multipart_upload(
                **part_of, **condition, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            with suppress(Exception):  # the first error counts; a lifecycle rule removes the parts
                client.abort_multipart_upload(**part_of)
            raise
        return reader.size


def _send_parts(
    client: Any, part_of: dict[str, str], first: bytes, reader: SourceReader, amount: int
) -> list[dict[str, Any]]:
    def send(number: int, body: bytes) -> dict[str, Any]:
        answer = client.upload_part(**part_of, PartNumber=number, Body=body)
        return {"PartNumber": number, "ETag": answer["ETag"]}

    done: list[dict[str, Any]] = []
    running: deque[Future[dict[str, Any]]] = deque()
    with ThreadPoolExecutor(_PARALLEL) as pool:
        block = first
        while block:
            if len(running) == _PARALLEL:
                done.append(running.popleft().result())
            running.append(pool.submit(send, len(done) + len(running) + 1, block))
            block = reader.read(amount)
        done.extend(future.result() for future in running)
    return done


def refuse_taken(client: Any, target: dict[str, str]) -> None:
    """Raise `Taken` if there is an object."""
    from botocore.exceptions import ClientError

    try:
        client.head_object(**target)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return
        raise
    raise Taken
