"""Files become outcomes: each checked in a process of its own, whatever happens to that."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from bench.corpus.check import Outcome, check
from emfair.demo.corpus import unpack
from emfair.vendor.bundles import Bundle, bundle
from emfair.worker import DiedError, HungError, Worker

PATIENCE = 120.0
MEMORY = 12 << 30


@dataclass(frozen=True)
class Task:
    """A bundle of files below `folder`; `prefix` stands before its name in the tables."""

    prefix: str
    folder: Path
    bundle: Bundle


def run(folders: Sequence[tuple[str, Path]], scratch: Path) -> list[Outcome]:
    """Check all files below named folders, and those in their ZIP archives, on all cores."""
    tasks: list[Task] = []
    found: list[Outcome] = []
    for name, folder in folders:
        tasks += _tasks(f"{name}/", folder)
        for archive in sorted(folder.rglob("*.zip")):
            inside = f"{name}/{archive.relative_to(folder).as_posix()}"
            try:
                unpack(archive, scratch / inside)
            except Exception as error:  # noqa: BLE001  whatever a broken archive raises
                found.append(_failed("unreadable-file", inside, error))
            tasks += _tasks(f"{inside}/", scratch / inside)
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        shares = pool.map(lambda start: list(_share(tasks[start::cores], scratch)), range(cores))
        found += [one for share in shares for one in share]
    return sorted(found, key=lambda one: one.file)


def _tasks(prefix: str, folder: Path) -> list[Task]:
    paths = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size and path.suffix not in (".zip", ".py", ".pyc")
    ]
    return [Task(prefix, folder, one) for one in bundle(paths)]


def _share(tasks: Sequence[Task], scratch: Path) -> Iterator[Outcome]:
    """Check one after the other in a process of their own."""
    with Worker(MEMORY) as worker:
        for task in tasks:
            print(f"  {task.prefix}{task.bundle.primary}", file=sys.stderr)
            with tempfile.TemporaryDirectory(dir=scratch) as folder:
                yield outcome(worker, task, Path(folder))


def outcome(worker: Worker, task: Task, folder: Path) -> Outcome:
    """Check one; whatever goes wrong becomes a problem of its own."""
    name = task.bundle.primary
    file = f"{task.prefix}{name}".encode("utf-8", "backslashreplace").decode("utf-8")
    path = task.folder / name
    try:
        done = worker.call(PATIENCE, check, path, name, task.bundle.companions, folder)
    except HungError as error:
        return _failed("reader-hung", file, error)
    except DiedError as error:
        return _failed("reader-died", file, error)
    except Exception as error:  # noqa: BLE001  the checker's own defects, and emfair's
        traceback.print_exception(error)
        return _failed("check-failed", file, error)
    return replace(done, file=file)


def _failed(rule: str, file: str, error: Exception) -> Outcome:
    return Outcome(file, 0, problems=(f"{rule}: {type(error).__name__}: {error}",))
