"""pynxtools' validator, used as a library: its problems as breaches of our rules.

pynxtools logs what it finds and keeps the texts in one collector for the whole process, which
every validation clears. So a validation here holds a lock and listens at the collector's one door
(`collect_and_log`); nothing gets through to the collector itself. What does not belong here: what
the problems mean (``rules.yaml``) and how they are said (``tell``).
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from threading import Lock, get_ident
from typing import Any

from emfair.validation.rules import Breach, rules
from emfair.validation.trees import kept_trees
from emfair.validation.views import FieldView, GroupView

_LOCK = Lock()
_LONGEST = 160  # characters of a value in a message
_MOST = 12  # values of an enumeration in a message


def judge(container: GroupView, entry: str) -> list[Breach]:
    """Return what pynxtools finds wrong with one entry of a container.

    Parameters
    ----------
    container
        An open file.
    entry
        Absolute path of an NXentry whose definition is NXem (``/entry``).

    Notes
    -----
    It never raises for what stands in the file: where pynxtools does, that is a breach of
    ``validator-crashed`` beside all that was found until then. Threads wait for one another.
    """
    from emfair.validation.visitor import Visitor
    from emfair.validation.walk import TooMany, Walk

    found: list[Breach] = []
    with listening(entry, found):
        try:
            visitor = Visitor("NXem", container[entry.strip("/")].name)
            Walk(container, entry, visitor).go()
            found += visitor.closed
        except TooMany as error:
            found.append(error.breach)
        except Exception as error:  # noqa: BLE001  whatever a strange file makes pynxtools raise
            found.append(crash("validator-crashed", entry, error))
    return [_fair(breach, container) for breach in dict.fromkeys(found)]


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
def listening(entry: str, found: list[Breach]) -> Iterator[None]:
    """Put every problem of this thread into `found` while the lock is held, and log nothing.

    pynxtools' own door decides what counts (it lets some missing units pass): its method is
    called on an empty collector, and what that then holds, counts. Other threads find the
    process' collector as it is.
    """
    from pynxtools.dataconverter.helpers import Collector, collector

    thread = get_ident()

    def door(path: str, problem: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        ours = get_ident() == thread
        heard = Collector() if ours else collector
        heard.logging = heard.logging and not ours
        Collector.collect_and_log(heard, path, problem, value, *args, **kwargs)
        if ours and any(heard.data.values()):
            found.append(_breach(entry, path, problem.name, value, args))

    def clear() -> None:
        if get_ident() != thread:
            Collector.clear(collector)

    with _LOCK, kept_trees():
        collector.collect_and_log, collector.clear = door, clear
        try:
            yield
        finally:
            del collector.collect_and_log, collector.clear


def _fair(breach: Breach, container: GroupView) -> Breach:
    """Take a date of fixed length for what it is: NeXus allows it, pynxtools says it is no text."""
    if breach.rule == "InvalidType" and ("arg0", describe("NX_DATE_TIME")) in breach.details:
        field = container.get(breach.path.strip("/"))
        if isinstance(field, FieldView) and field.dtype.kind == "S":
            return breach._replace(rule="fixed-length-date")
    return breach


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
