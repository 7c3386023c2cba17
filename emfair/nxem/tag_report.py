"""What became of a vendor's tags: mapped, only kept, unreadable; of one signal, and of many.

What does not belong here: keeping them (`nodes`), reading them (`emfair.vendor.mapping`), and
which are worth mapping next (`emfair.catalogue.unmapped`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from emfair.model.documents import TagReport, TagUse, UnreadableTag
from emfair.model.facts import Fact, Source
from emfair.vendor.signal import Signal
from emfair.vendor.tags import Unreadable

EXAMPLE = 80
"""Characters of a value that are kept as an example."""
TAGS_OF_A_FORMAT = 5000
"""Different tags of one format that are told of an experiment; a file of frames can have more."""


def tag_report(signal: Signal, facts: Iterable[Fact]) -> TagReport:
    """Count a signal's tags by what became of them.

    Parameters
    ----------
    facts
        All of the signal's (`emfair.nxem.facts.facts_of`), used or not: a tag that was read is
        mapped, even if another value won or this one is in doubt.
    """
    found = {_plain(path): (path, value) for path, value in leaves(signal.tags)}
    paths = {tag: path for tag, (path, _) in found.items()}
    read, failed = _by_tag(facts)
    failed |= {tag: str(one) for tag, (_, one) in found.items() if isinstance(one, Unreadable)}
    mapped = paths.keys() & read.keys()
    unreadable = sorted((paths.keys() & failed.keys()) - mapped)
    return TagReport(
        mapped=len(mapped),
        kept=len(paths) - len(mapped) - len(unreadable),
        unreadable=tuple(UnreadableTag(tag=paths[tag], reason=failed[tag]) for tag in unreadable),
    )


def tag_uses(signal: Signal, facts: Iterable[Fact]) -> tuple[TagUse, ...]:
    """Return how one signal uses each of its tags, in their order, once each."""
    read, _ = _by_tag(facts)
    keys: dict[str, set[str]] = {}
    examples: dict[str, str] = {}
    for path, value in leaves(signal.tags):
        tag = general(path)
        keys.setdefault(tag, set()).update(read.get(_plain(path), ()))
        if tag not in examples:
            examples[tag] = example_of(value)
    return tuple(
        TagUse(
            reader=signal.reader,
            tag=tag,
            mapped_as=",".join(sorted(keys[tag])),
            example=example,
        )
        for tag, example in examples.items()
    )


def together(measurements: Iterable[Iterable[TagUse]]) -> tuple[TagUse, ...]:
    """Return how several measurements use their tags together, by format and tag.

    Of more than `TAGS_OF_A_FORMAT` tags of one format, those in most measurements are kept.
    """
    found: dict[tuple[str, str], TagUse] = {}
    for uses in measurements:
        for use in uses:
            place = (use.reader, use.tag)
            found[place] = _merged(found[place], use) if place in found else use
    kept: list[TagUse] = []
    for reader in sorted({reader for reader, _ in found}):
        of_format = [use for use in found.values() if use.reader == reader]
        of_format.sort(key=lambda use: (-use.measurements, use.mapped_as == "", use.tag))
        kept += of_format[:TAGS_OF_A_FORMAT]
    return tuple(sorted(kept, key=lambda use: (use.reader, use.tag)))


def leaves(tags: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of each tag that is no branch, as the container keeps them.

    A list of branches is a branch: its members are named by their places, from 0.
    """
    if isinstance(tags, Mapping):
        branches: Iterable[tuple[Any, Any]] = tags.items()
    elif isinstance(tags, list | tuple) and any(isinstance(item, Mapping) for item in tags):
        branches = enumerate(tags)
    else:
        yield path, tags
        return
    for name, value in branches:
        yield from leaves(value, f"{path}/{name}" if path else str(name))


@lru_cache(maxsize=16_384)
def general(path: str) -> str:
    """Return a tag's path with ``*`` for what counts or identifies, so that files can be compared.

    >>> general("ImageList/TagGroup0/Detector-12/name")
    'ImageList/TagGroup*/Detector-*/name'
    >>> general("Stage Position/Stage X 2/tilt1")
    'Stage Position/Stage X */tilt1'
    """
    return "/".join(_general(name) for name in path.split("/"))


_HASH = re.compile(r"[0-9a-fA-F]{16,}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_COUNTED = re.compile(r"(TagGroup|element|item|.*[-_ ]|)\d+")


def _general(name: str) -> str:
    if _HASH.fullmatch(name):
        return "*"
    counted = _COUNTED.fullmatch(name)
    return f"{counted[1]}*" if counted else name


def example_of(value: Any) -> str:
    """Return a tag's value as one short line."""
    if isinstance(value, np.ndarray) and value.size > _FEW:
        value = f"{value.dtype} × {' × '.join(map(str, value.shape))}"
    elif isinstance(value, list | tuple | bytes | str):
        value = value[: 4 * EXAMPLE]  # a list of a million is not spelled out
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    line = " ".join(text.replace("\0", " ").split())
    return line if len(line) <= EXAMPLE else f"{line[: EXAMPLE - 1]}…"


_FEW = 8


def _merged(first: TagUse, other: TagUse) -> TagUse:
    return TagUse(
        reader=first.reader,
        tag=first.tag,
        mapped_as=",".join(sorted({*_keys(first), *_keys(other)})),
        measurements=first.measurements + other.measurements,
        varies=first.varies or other.varies or first.example != other.example,
        example=first.example,
    )


def _keys(use: TagUse) -> list[str]:
    return use.mapped_as.split(",") if use.mapped_as else []


def _by_tag(facts: Iterable[Fact]) -> tuple[dict[str, set[str]], dict[str, str]]:
    """Return the keys that each tag was read into, and why the others could not be read."""
    read: dict[str, set[str]] = {}
    failed: dict[str, str] = {}
    for fact in facts:
        if fact.source is not Source.VENDOR:
            continue
        for tag in _tags_of(fact):
            if fact.value_num is not None or fact.value_text:
                read.setdefault(tag, set()).add(fact.key)
            elif fact.warning and not fact.left_over:  # an empty name is not unreadable
                failed.setdefault(tag, fact.warning)
    return read, failed


def _tags_of(fact: Fact) -> Iterator[str]:
    """Yield the tag that a fact names, and the list that it is an item of."""
    path = _plain(fact.source_path)
    yield path
    whole, _, place = path.rpartition("/")
    if place.isdecimal():
        yield whole


def _plain(path: str) -> str:
    """Return a path as both tables and tags write it: a name may hold dots, and be asked for so."""
    return path.replace(".", "/")
