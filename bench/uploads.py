"""Uploads through the API on loopback: their speed beside a plain PUT, the server's memory.

The server, and who sends, are processes of their own; both halves share this machine's cores.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.measure import Work, in_worker
from bench.servers import emfair, plain, settled, watched
from bench.table import Figure

PART = "uploads through the API"
MIB = 1 << 20
AT_ONCE = 8
TARGET_MEMORY = 150.0  # MB above idle
PLAIN = "a plain streamed PUT, written and forced to disk"
_BLOCK = 1 << 20


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the speed of one large file and of many small ones, and the memory of many at once."""
    for what, count, size, rounds in _sizes(quick=quick):
        ours, theirs = _speeds(cache, count, size, rounds)
        yield Figure(PART, what, "MB/s", ours, PLAIN, theirs, "more", "target: 0.7×")
    size = (16 if quick else 2048) * MIB
    above, idle = _memory(cache, size)
    what = f"server's memory above idle, {AT_ONCE} uploads of {size >> 20:,} MiB at once"
    yield Figure(PART, what, "MB", above, "target", TARGET_MEMORY, remark=f"idle: {idle:.0f} MB")


def _sizes(*, quick: bool) -> list[tuple[str, int, int, int]]:
    """Return what is sent: its name, number of files, bytes of each, repetitions."""
    if quick:
        return [("one file of 64 MiB", 1, 64 * MIB, 1)]
    return [
        ("one file of 1 GiB", 1, 1024 * MIB, 3),
        ("16 files of 64 MiB", 16, 64 * MIB, 3),
        ("500 files of 256 KiB", 500, MIB // 4, 9),
    ]


def _speeds(cache: Path, count: int, size: int, rounds: int) -> tuple[float, float]:
    """Return megabytes a second through the API, and through the plain server; the best rounds.

    In turn, so that what else the machine does falls on both alike; the best, for what it does
    only ever slows one down.
    """
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        root = Path(folder)
        with emfair(root / "home") as ours, plain(root / "plain") as theirs:
            told = in_worker(
                "bench.uploads:send_both", folder=folder, ours=ours.url, theirs=theirs.url,
                count=count, size=size, rounds=rounds,
            )  # fmt: skip
    return told.result


def send_both(folder: str, ours: str, theirs: str, count: int, size: int, rounds: int) -> Work:
    """Return the work: the same files to both servers, in turn."""
    root = Path(folder)
    files = list(_files(root / "files", count, size))

    def work() -> tuple[float, float]:
        mine, plain_ones = [], []
        for number in range(rounds):
            plain_ones.append(_timed(lambda: _put(theirs, files)))
            mine.append(_timed(lambda n=number: _deposit(ours, files, n)))  # type: ignore[misc]
        megabytes = count * size / 1e6
        return megabytes / min(mine), megabytes / min(plain_ones)

    return work


def _files(folder: Path, count: int, size: int) -> Iterator[tuple[Path, str]]:
    """Make files of random bytes; yield each with its SHA-256."""
    folder.mkdir()
    for number in range(count):
        path, digest = folder / f"{number:04}.dm4", hashlib.sha256()
        with path.open("wb") as file:
            for start in range(0, size, _BLOCK):
                block = os.urandom(min(_BLOCK, size - start))
                digest.update(block)
                file.write(block)
        yield path, digest.hexdigest()


def _deposit(url: str, files: list[tuple[Path, str]], number: int) -> None:
    """Send files with emfair's client, until each is whole and its checksum is proved."""
    from datetime import UTC, datetime

    from emfair.client.http import Client
    from emfair.model.annotations import Annotations
    from emfair.model.deposits import Order, Whereto
    from emfair.model.manifest import RawFile

    now = datetime.now(UTC)
    raw = tuple(
        RawFile(
            name=path.name, path=path.name, size=path.stat().st_size, sha256=sha256, modified_at=now
        )
        for path, sha256 in files
    )
    with Client(url) as client:
        opened = client.open(Order(Whereto("P", "Q", "S", f"round {number}"), raw, Annotations()))
        client.send(
            opened, [(path, file) for (path, _), file in zip(files, raw, strict=True)], _mute
        )


def _put(url: str, files: list[tuple[Path, str]]) -> None:
    import httpx

    def send(path: Path) -> None:
        headers = {"Content-Length": str(path.stat().st_size)}
        client.put(f"{url}/{path.name}", content=_blocks(path), headers=headers).raise_for_status()

    with httpx.Client(timeout=600) as client, ThreadPoolExecutor(4) as pool:
        list(pool.map(send, [path for path, _ in files]))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block


def _memory(cache: Path, size: int) -> tuple[float, float]:
    """Return the megabytes that a server held at most above idle, and idle, while many sent."""
    with tempfile.TemporaryDirectory(dir=cache) as folder, emfair(Path(folder)) as server:
        in_worker("bench.uploads:send_many", url=server.url, size=MIB, title="warm-up")
        idle = settled(server)
        with watched(server) as peak:
            in_worker("bench.uploads:send_many", url=server.url, size=size, title="many")
        return (peak.most - idle) / 1e6, idle / 1e6


def send_many(url: str, size: int, title: str) -> Work:
    """Return the work: `AT_ONCE` files of zeros, sent part by part as any script would."""

    def work() -> None:
        import httpx

        with httpx.Client(base_url=f"{url}/api/v1", timeout=600) as api:
            place = {"project": "P", "proposal": "Q", "sample": "S", "title": title}
            experiment = api.post("/experiments", json=place).raise_for_status().json()["id"]
            files = [
                {"name": f"{number}.dm4", "size": size, "modified_at": "2026-01-22T12:00:00Z"}
                for number in range(AT_ONCE)
            ]
            path = f"/experiments/{experiment}/uploads"
            told = api.post(path, json={"files": files}).raise_for_status().json()
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda upload: _send(api, upload["id"], size), told["uploads"]))

    return work


def _send(api: object, upload: str, size: int) -> None:
    import httpx

    assert isinstance(api, httpx.Client)  # noqa: S101  imported late, for the parent's sake
    zeros, sent, number = bytes(_BLOCK), 0, 1
    while sent < size:
        path = f"/uploads/{upload}/parts/{number}"
        api.post(path, json={"md5": "0" * 32}).raise_for_status()
        part = min(
            api.get(f"/uploads/{upload}").raise_for_status().json()["part_size"], size - sent
        )
        blocks = (zeros[: min(_BLOCK, part - at)] for at in range(0, part, _BLOCK))
        headers = {"Content-Length": str(part)}
        api.put(path, content=blocks, headers=headers).raise_for_status()
        sent, number = sent + part, number + 1
    api.post(f"/uploads/{upload}/complete", json={}).raise_for_status()


def _mute(_: int) -> None:
    """Tell nobody how far it is."""


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
