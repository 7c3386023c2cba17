"""What lies directly in a folder of a bucket, page by page.

What does not belong here: listings of all that lies below (`emfair.lake.s3`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from emfair.lake.base import Entry

_LAST = "\U0010ffff"
"""Sorts after all that keys hold: S3 begins after a key, and a folder is many."""


def level(client: Any, bucket: str, prefix: str, after: str, limit: int) -> list[Entry]:
    """Return the first `limit` entries below `prefix`, which ends with ``/`` or is empty."""
    begin = prefix + after + (_LAST if after.endswith("/") else "") if after else ""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket,
        Prefix=prefix,
        Delimiter="/",
        StartAfter=begin,
        PaginationConfig={"PageSize": limit},
    )
    found = (entry for page in pages for entry in _entries(page, prefix) if entry.name > after)
    return list(islice(found, limit))


def _entries(page: dict[str, Any], prefix: str) -> Iterator[Entry]:
    """Yield a page's entries in the order of keys; folders that consoles make are none."""
    folders = page.get("CommonPrefixes", ())
    objects = [one for one in page.get("Contents", ()) if not one["Key"].endswith("/")]
    found = [
        *(Entry(one["Prefix"].removeprefix(prefix), None) for one in folders),
        *(
            Entry(one["Key"].removeprefix(prefix), one["Size"], one.get("LastModified"))
            for one in objects
        ),
    ]
    yield from sorted(found, key=lambda entry: entry.name)
