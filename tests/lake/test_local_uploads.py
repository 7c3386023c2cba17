"""What only uploads into a folder promise: whatever was acknowledged outlives a killed process."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emfair.errors import Busy, Conflict, FixityMismatch, NotFound
from emfair.lake import claims, local_uploads
from emfair.lake.local import LocalLake
from emfair.lake.uploads import Upload
from emfair.model.canonical import sha256_bytes
from emfair.model.part_checksum import part_checksum

MIB = 1 << 20
KEY = "project=p/raw/files/a b.dm4"
COUNT = 12
SIZE = (COUNT - 1) * 16 * MIB + 3

SENDER = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from emfair.lake.local import LocalLake
from emfair.lake.uploads import Upload
uploads = LocalLake(Path(sys.argv[1])).uploads
upload = Upload(**json.loads(sys.argv[2]))
def send(number):
    part = uploads.put_part(upload, number, [bytes([number]) * upload.size_of(number)])
    sys.stdout.write(f"{number} {part.checksum}\\n")  # one write, for there are other threads
    sys.stdout.flush()
with ThreadPoolExecutor(3) as pool:
    list(pool.map(send, range(upload.count, 0, -1)))
uploads.complete(upload)
print("complete", "-", flush=True)
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "lake"


@pytest.fixture
def uploads(root):
    return LocalLake(root).uploads


def content_of(upload: Upload) -> bytes:
    parts = range(1, upload.count + 1)
    return b"".join(bytes([number]) * upload.size_of(number) for number in parts)


@pytest.mark.parametrize("seed", range(4))
def test_what_was_acknowledged_is_there_after_a_kill(uploads, root, seed):
    upload = uploads.begin(KEY, SIZE)
    acknowledged: dict[int, str] = {}
    chance = random.Random(seed)  # noqa: S311  a moment, not a secret
    for _ in range(3):
        acknowledged |= killed_sender(root, upload, chance.randrange(1, 5))
        there = {part.number: part.checksum for part in LocalLake(root).uploads.parts(upload)}
        assert acknowledged.items() <= there.items()
    for part in uploads.parts(upload):
        content = bytes([part.number]) * upload.size_of(part.number)
        assert part.checksum == part_checksum(content)
    subprocess.run(command(root, upload), check=True, capture_output=True)
    lake = LocalLake(root)
    assert sha256_bytes(lake.read_bytes(KEY)) == sha256_bytes(content_of(upload))
    assert lake.uploads.complete(upload).size == SIZE


def command(root, upload: Upload) -> list[str]:
    return [sys.executable, "-c", SENDER, str(root), json.dumps(vars(upload))]


def killed_sender(root, upload: Upload, lines: int) -> dict[int, str]:
    """Kill a sender a moment after it has said so many lines; return all that it has said."""
    with subprocess.Popen(command(root, upload), stdout=subprocess.PIPE, text=True) as sender:
        said = [sender.stdout.readline() for _ in range(lines)]
        time.sleep(0.005)
        os.kill(sender.pid, signal.SIGKILL)
        said += sender.stdout.readlines()
    pairs = [line.split() for line in said if line.endswith("\n")]
    return {int(number): checksum for number, checksum in pairs if number != "complete"}


def test_a_line_that_a_power_cut_has_torn_costs_one_part(uploads, root):
    upload = uploads.begin(KEY, 17 * MIB)
    uploads.put_part(upload, 1, [bytes(16 * MIB)])
    (journal,) = root.glob(".tmp/uploads/*.journal")
    with journal.open("ab") as stream:
        stream.write(b'\n{"number": 2, "si')
    assert [part.number for part in uploads.parts(upload)] == [1]
    uploads.put_part(upload, 2, [bytes(MIB)])
    assert [part.number for part in uploads.parts(upload)] == [1, 2]
    uploads.complete(upload)


def test_a_kill_between_the_name_and_the_journal_is_mended(uploads, root):
    upload = uploads.begin(KEY, 3)
    uploads.put_part(upload, 1, [b"abc"])
    (data,) = root.glob(".tmp/uploads/*.data")
    (root / KEY).parent.mkdir(parents=True)
    (root / KEY).hardlink_to(data)
    assert uploads.complete(upload).size == 3
    assert not data.exists()
    assert (root / KEY).read_bytes() == b"abc"


def test_an_object_that_came_in_parts_is_read_only_and_leaves_only_its_journal(uploads, root):
    upload = uploads.begin(KEY, 3)
    uploads.put_part(upload, 1, [b"abc"])
    uploads.complete(upload)
    assert (root / KEY).stat().st_mode & 0o222 == 0
    assert [path.suffix for path in root.glob(".tmp/uploads/*")] == [".journal"]


@pytest.mark.parametrize("name", ["../../secret", "", "a" * 31, "A" * 32])
def test_the_name_of_an_upload_is_no_path(uploads, tmp_path, name):
    (tmp_path / "secret.journal").write_text("{}")
    upload = Upload(KEY, name, 3, 16 * MIB)
    with pytest.raises(NotFound):
        uploads.parts(upload)
    uploads.abort(KEY, name)
    assert (tmp_path / "secret.journal").exists()


def test_a_day_old_upload_is_not_swept_away_with_what_dead_writers_left(uploads, root):
    upload = uploads.begin(KEY, 3)
    old = time.time() - 90_000
    for path in [root / ".tmp/uploads", *root.glob(".tmp/uploads/*")]:
        os.utime(path, (old, old))
    LocalLake(root).put_bytes("another", b"x")
    uploads.put_part(upload, 1, [b"abc"])
    assert uploads.complete(upload).size == 3


def test_memory_does_not_grow_with_the_part(root):
    program = """
import resource, sys
from pathlib import Path
from emfair.lake.local import LocalLake
uploads = LocalLake(Path(sys.argv[1])).uploads
def send(key, size):
    upload = uploads.begin(key, size)
    for number in range(1, upload.count + 1):
        count = upload.size_of(number) >> 20
        uploads.put_part(upload, number, (bytes(1 << 20) for _ in range(count)))
send("warm up", 1 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
send("big", 256 << 20)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, root], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) <= 8  # MB


def test_data_whose_journal_is_gone_are_found_and_can_be_given_up(uploads, root):
    """Someone was killed while giving the upload up: the journal goes first."""
    upload = uploads.begin(KEY, 5)
    uploads.put_part(upload, 1, [b"12345"])
    folder = root / ".tmp" / "uploads"
    (folder / f"{upload.id}.journal").unlink()
    later = datetime.now(UTC) + timedelta(minutes=1)
    (found,) = uploads.stale(later)
    assert (found.key, found.id, found.whole) == ("", upload.id, False)
    uploads.abort(found.key, found.id)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("block", [1 << 23, 1 << 10])
def test_a_full_disk_is_said_and_keeps_what_was_there(root, block):
    program = """
import resource, sys
from pathlib import Path
from emfair.errors import Unavailable
from emfair.lake.local import LocalLake
uploads = LocalLake(Path(sys.argv[1])).uploads
upload = uploads.begin("a", 33 << 20)
uploads.put_part(upload, 1, [bytes(16 << 20)])
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
try:
    uploads.put_part(upload, 2, [bytes(int(sys.argv[2]))] * ((16 << 20) // int(sys.argv[2])))
except Unavailable as error:
    print(error)
print([part.number for part in uploads.parts(upload)])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, root, str(block)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "the disk is full" in done.stdout
    assert done.stdout.endswith("[1]\n")


def test_what_is_being_replaced_is_not_there_and_can_be_no_object(uploads, root):
    upload = uploads.begin(KEY, 17 * MIB)
    right, wrong = bytes(16 * MIB), b"x" * (16 * MIB)
    damaged = uploads.put_part(upload, 1, [wrong])
    uploads.put_part(upload, 2, [bytes(MIB)])

    def half_sent():
        yield right[:MIB]
        assert [part.number for part in uploads.parts(upload)] == [2]
        with pytest.raises(FixityMismatch, match="missing"):
            uploads.complete(upload)

    with pytest.raises(FixityMismatch, match="arrived"):
        uploads.put_part(upload, 1, half_sent(), replaces=damaged.checksum)
    assert [part.number for part in uploads.parts(upload)] == [2]
    uploads.put_part(upload, 1, [right], replaces=damaged.checksum)
    uploads.complete(upload, sha256=sha256_bytes(bytes(17 * MIB)))
    assert (root / KEY).read_bytes() == bytes(17 * MIB)


def test_a_digest_of_bytes_that_another_process_has_replaced_is_void(root):
    mine, other = LocalLake(root).uploads, LocalLake(root).uploads
    upload = mine.begin(KEY, 17 * MIB)
    old = mine.put_part(upload, 1, [b"x" * (16 * MIB)])
    other.put_part(upload, 1, [bytes(16 * MIB)], replaces=old.checksum)
    mine.put_part(upload, 2, [bytes(MIB)])
    with pytest.raises(FixityMismatch):
        mine.complete(upload, sha256=sha256_bytes(b"x" * (16 * MIB) + bytes(MIB)))
    mine.complete(upload, sha256=sha256_bytes(bytes(17 * MIB)))


def test_data_that_are_an_object_already_are_never_written(uploads, root):
    upload = uploads.begin(KEY, 3)
    kept = uploads.put_part(upload, 1, [b"abc"])
    (data,) = root.glob(".tmp/uploads/*.data")
    (root / KEY).parent.mkdir(parents=True)
    (root / KEY).hardlink_to(data)  # killed before the journal heard
    with pytest.raises(Conflict):
        uploads.put_part(upload, 1, [b"xyz"], replaces=kept.checksum)
    assert (root / KEY).read_bytes() == b"abc"


def test_whoever_sends_what_another_is_sending_is_told_to_wait(uploads, monkeypatch):
    monkeypatch.setattr(claims, "PATIENCE", 0.1)
    upload = uploads.begin(KEY, 3)

    def slowly():
        with pytest.raises(Busy, match="someone else"):
            uploads.put_part(upload, 1, [b"abc"])
        yield b"abc"

    uploads.put_part(upload, 1, slowly())
    uploads.complete(upload)


@contextmanager
def account(user: int, group: int, mask: int) -> Iterator[None]:
    """Be somebody else for a moment."""
    before = os.geteuid(), os.getegid(), os.umask(mask)
    os.setegid(group)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(before[0])
        os.setegid(before[1])
        os.umask(before[2])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several accounts")
def test_accounts_of_a_group_share_a_lake_and_others_lock_nothing():
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        root = Path(folder, "lake")
        root.mkdir()
        os.chown(root, -1, 4001)
        root.chmod(0o2775)
        Path(folder).chmod(0o755)
        for user in (4002, 4003):
            with account(user, 4001, mask=0o002):
                uploads = LocalLake(root).uploads
                upload = uploads.begin(f"{KEY} {user}", 3)
                uploads.put_part(upload, 1, [b"abc"])
                uploads.complete(upload)
        with account(4004, 4004, mask=0o022):
            assert (root / f"{KEY} 4002").read_bytes() == b"abc"
            with pytest.raises(PermissionError):
                (root / ".tmp/locks/parts.lock").open("rb")


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("moment", ["check_complete", "_check_digest", "publish"])
def test_an_upload_that_is_given_up_while_it_is_completed_is_told_so(
    uploads, root, monkeypatch, moment, replace
):
    upload = uploads.begin(KEY, 3)
    uploads.put_part(upload, 1, [b"abc"])
    step = getattr(local_uploads, moment)

    def given_up(*arguments, **options):
        uploads.abort(KEY, upload.id)
        return step(*arguments, **options)

    monkeypatch.setattr(local_uploads, moment, given_up)
    with pytest.raises(NotFound, match="given up"):
        uploads.complete(upload, sha256=sha256_bytes(b"abc"), replace=replace)
    assert not (root / KEY).exists()
