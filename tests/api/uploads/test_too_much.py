"""What is too much is refused, with the way out."""

from __future__ import annotations

from emfair.service import uploads as service
from tests.api.told import problem
from tests.api.uploads.sending import ONCE, WHEN


@ONCE
def test_more_files_than_a_call_takes_are_refused_with_the_way_out(client, draft):
    files = [{"name": f"{n}.dm3", "size": 1, "modified_at": WHEN} for n in range(1001)]
    told = problem(client.post(f"/experiments/{draft}/uploads", json={"files": files}), 413)
    assert "portions" in told["remedy"]


@ONCE
def test_a_file_that_no_store_keeps_is_refused(client, draft):
    file = {"name": "huge.raw", "size": service.LARGEST + 1, "modified_at": WHEN}
    told = problem(client.post(f"/experiments/{draft}/uploads", json={"files": [file]}), 413)
    assert "5 TiB" in told["detail"]


@ONCE
def test_huge_json_is_refused_before_it_is_read(client, draft):
    heap = b'{"files": [' + b" " * (33 << 20) + b"]}"
    headers = {"content-type": "application/json"}
    url = f"/experiments/{draft}/uploads"
    told = problem(client.post(url, content=heap, headers=headers), 413)
    assert "32 MiB" in told["detail"]
    chunked = iter([heap[start : start + (1 << 20)] for start in range(0, len(heap), 1 << 20)])
    problem(client.post(url, content=chunked, headers=headers), 413)
