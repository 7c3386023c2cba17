"""A preflight check: everything that emfair needs is asked whether it answers."""

from __future__ import annotations

import platform
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, entry_points, version

from pydantic import BaseModel, ConfigDict

from emfair.errors import BadData, EmfairError, FixityMismatch
from emfair.lake.open import open_lake
from emfair.registry.registry import open_registry
from emfair.service.processing import open_chain
from emfair.settings import Settings

ROOM = 10 * 10**9
"""Free bytes below which a disk is called nearly full."""

_PARTS = {
    "rosettasciio": "reads vendor files",
    "pynxtools": "validates containers",
    "h5py": "writes containers",
    "deltalake": "writes the index",
    "duckdb": "answers SQL",
    "dagster": "runs the chain (pip install 'emfair[dagster]')",
    "streamlit": "shows the app (pip install 'emfair[app]')",
}


class Checked(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True)

    what: str
    fine: bool
    found: str
    remedy: str = ""


def check_up(settings: Settings) -> Iterator[Checked]:
    """Look at Python, packages, home, lake, index, registry and chain, in that order."""
    yield Checked(
        what="Python",
        fine=sys.version_info >= (3, 11),
        found=platform.python_version(),
        remedy="emfair needs Python 3.11 or newer.",
    )
    for package, purpose in _PARTS.items():
        yield _package(package, purpose)
    yield (home := _tried("home", _home, settings))
    yield (lake := _tried("lake", _lake, settings))
    if lake.fine:  # else the index would say the same again
        yield _tried("index", _index, settings)
    yield (registry := _tried("registry", _registry, settings))
    if home.fine and lake.fine and registry.fine:  # else the chain would
        yield _tried("chain", _chain, settings)


def _tried(what: str, check: Callable[[Settings], Checked], settings: Settings) -> Checked:
    try:
        return check(settings)
    except EmfairError as error:
        named = what in ("index", "chain") and error.subject  # elsewhere it is what was looked at
        subject = f"{error.subject}: " if named else ""
        return Checked(what=what, fine=False, found=subject + error.message, remedy=error.remedy)
    except OSError as error:
        return Checked(
            what=what,
            fine=False,
            found=f"{error.strerror}: {error.filename}",
            remedy="Set EMFAIR_HOME to a folder that you may write to.",
        )


def _package(package: str, purpose: str) -> Checked:
    try:
        return Checked(what=package, fine=True, found=version(package))
    except PackageNotFoundError:
        return Checked(
            what=package, fine=False, found="not installed", remedy=f"It {purpose}; install it."
        )


def _home(settings: Settings) -> Checked:
    settings.home.mkdir(parents=True, exist_ok=True)
    probe = settings.home / f".write-{uuid.uuid4().hex}"
    probe.write_bytes(b"emfair")
    probe.unlink()
    free = shutil.disk_usage(settings.home).free
    return Checked(
        what="home",
        fine=free > ROOM,
        found=f"{settings.home}, {free / 1e9:.0f} GB free",
        remedy="Free some space, or move EMFAIR_HOME to a larger disk.",
    )


def _lake(settings: Settings) -> Checked:
    """Write, read and remove an object: whatever is wrong with the store shows."""
    lake = open_lake(settings.lake)
    key, content = f"index/check-{uuid.uuid4().hex}", b"emfair doctor"
    lake.put_bytes(key, content)
    try:
        if lake.read_bytes(key) != content:
            raise FixityMismatch("returns other bytes than it was given.", subject=settings.lake)
    finally:
        lake.delete(key)
    return Checked(what="lake", fine=True, found=f"{settings.lake}: writes, reads, deletes")


def _index(settings: Settings) -> Checked:
    """Open the tables as a question does."""
    try:
        from emfair.catalogue.delta import Index
        from emfair.catalogue.query import ask
    except ImportError as error:
        raise BadData(f"cannot be asked: {error}.", remedy="Install what is missing.") from error
    index = Index(open_lake(settings.lake), settings.home / "cache" / "index")
    pointer = index.pointer()
    ask(index, "SELECT 1")
    found = f"state {pointer.serial}" if pointer else "empty, nothing was processed yet"
    return Checked(what="index", fine=True, found=f"{found}: answers")


def _registry(settings: Settings) -> Checked:
    with open_registry(settings.registry) as registry:
        number = sum(registry.standings.counts().values())
        return Checked(what="registry", fine=True, found=f"{registry.url}: {number} experiments")


def _chain(settings: Settings) -> Checked:
    """Open the runner as `emfair process` does."""
    with open_chain(settings):
        names = ", ".join(entry.name for entry in entry_points(group="emfair.chain"))
    found = f"run by {names}, home {settings.dagster_home}: opens"
    return Checked(what="chain", fine=True, found=found)
