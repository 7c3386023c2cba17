"""pynxtools' validator, used as a library: its problems as breaches of our rules.

pynxtools logs what it finds and keeps the texts in one collector for the whole process, which
every validation clears. So a validation here holds a lock, listens at the collector's one door
(`collect_and_log`), and leaves the collector as it found it. What does not belong here: what the
problems mean (``rules.yaml``) and how they are said (``tell``).
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

from emfair.validation.rules import Breach, rules
from emfair.validation.trees import kept_trees

_LOCK = Lock()
_LONGEST = 160  # characters of a value in a message
_MOST = 12  # values of an enumeration in a message


def judge(path: Path, entry: str) -> list[Breach]:
    """Return what pynxtools finds wrong with one entry of a container.

    Parameters
    ----------
    path
        An HDF5 file that can be opened.
    entry
        Absolute path of an NXentry whose definition is NXem (``/entry``).

    Notes
    -----
    It never raises for what stands in the file: where pynxtools does, that is a breach of
    ``validator-crashed`` beside all that was found until then. Threads wait for one another.
    """
    import h5py
    from pynxtools.dataconverter.validation import validate_hdf_group_against

    found: list[Breach] = []
    with _listening(entry, found), h5py.File(path, "r") as container:
        try:
            validate_hdf_group_against("NXem", container[entry], str(path))
        except Exception as error:  # noqa: BLE001  whatever a strange file makes pynxtools raise
            found.append(crash("validator-crashed", entry, error))
    return list(dict.fromkeys(found))


def crash(rule: str, path: str, error: Exception, **details: str) -> Breach:
    """Return the breach that stands for an exception."""
    text = f"{type(error).__name__}: {error}".replace("\n", " ")[:_LONGEST]
    return Breach(rule, path, (("detail", text), *details.items()))


def validator_name() -> str:
    """Return the validator's name and version (``pynxtools 0.16.0``)."""
    return f"pynxtools {importlib.metadata.version('pynxtools')}"


def nxdl_version() -> str:
    """Return which NeXus definitions the verdict is about (``v2026.01 (gaf199a51)``).

    The release, and the commit they were taken from: pynxtools ships them between releases.
    """
    package = files("pynxtools")
    release = package.joinpath("definitions", "NXDL_VERSION").read_text("utf-8").strip()
    described = package.joinpath("nexus-version.txt").read_text("utf-8").strip()
    commit = described.rpartition("-")[2]
    return f"{release} ({commit})" if commit else release


@contextmanager
def _listening(entry: str, found: list[Breach]) -> Iterator[None]:
    """Put every problem of this thread into `found` while the lock is held, and log nothing.

    pynxtools' own door decides what counts (it lets some missing units pass): its method is
    called on a collector that was just cleared, and what it then holds, counts.
    """
    from pynxtools.dataconverter.helpers import collector

    thread = get_ident()

    def door(path: str, problem: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        original = type(collector).collect_and_log
        original(collector, path, problem, value, *args, **kwargs)
        if get_ident() == thread and any(collector.data.values()):
            found.append(_breach(entry, path, problem.name, value, args))
            collector.clear()

    with _LOCK, kept_trees(), _fixed_text_read(thread):
        before, logging = collector.data, collector.logging
        collector.data = {kind: set() for kind in before}
        collector.logging = False
        collector.collect_and_log = door
        try:
            yield
        finally:
            del collector.collect_and_log
            collector.data, collector.logging = before, logging


@contextmanager
def _fixed_text_read(thread: int) -> Iterator[None]:
    """Let pynxtools read attributes of fixed length as text, as it does those of variable length.

    h5py returns the former as ``bytes``: ``b'NXsample'`` is then no class that pynxtools knows, and
    breaks its search. Only what `thread` reads meanwhile is changed.
    """
    from h5py import AttributeManager

    read = AttributeManager.__getitem__

    def door(attributes: AttributeManager, name: str) -> Any:
        value = read(attributes, name)
        ours = isinstance(value, bytes) and get_ident() == thread
        return value.decode("utf-8", "replace") if ours else value

    AttributeManager.__getitem__ = door
    try:
        yield
    finally:
        AttributeManager.__getitem__ = read


def _breach(entry: str, path: str, problem: str, value: Any, args: tuple[Any, ...]) -> Breach:
    """Keep of a problem what its message may need; some paths begin below the entry."""
    details = {"value": describe(value)}
    details |= {f"arg{place}": describe(argument) for place, argument in enumerate(args)}
    if isinstance(unit := getattr(value, "unit", None), str):
        details["unit"] = describe(unit)
    absolute = path if path.startswith("/") else f"{entry.rstrip('/')}/{path}"
    return Breach(problem, absolute, tuple(details.items()))


def describe(value: Any) -> str:
    """Return a value of pynxtools in words: a concept's name, a list cut short, a type in plain."""
    if value is None:
        return "none"
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        return str(rules().words.get(value, value))[:_LONGEST]
    if isinstance(value, dict):
        return ", ".join(f"{name}: {describe(one)}" for name, one in sorted(value.items()))
    if isinstance(value, list | tuple | set):
        shown = [describe(one) for one in value][:_MOST]
        return ", ".join(shown + ["…"] * (len(value) > _MOST))
    return str(getattr(value, "name", value))[:_LONGEST]
