"""Read a vendor file: RosettaSciIO's dictionaries become signals, its crashes become errors.

Lazily where the reader can. What does not belong here: what the tags mean
(`emfair.vendor.mapping`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emfair.errors import TooLarge, UnreadableFile
from emfair.vendor.axes import axes_of
from emfair.vendor.bounds import EAGER, refuse_too_large
from emfair.vendor.companions import missing, reach_of_hdf5, refuse_lone
from emfair.vendor.failures import Failure, failure_of, most_telling
from emfair.vendor.hdf5_files import is_hdf5
from emfair.vendor.own_access import ONLY_LAZY, read_lazily, read_whole
from emfair.vendor.plugins import Plugin
from emfair.vendor.promises import refuse_hollow, refuse_torn
from emfair.vendor.quiet import quiet
from emfair.vendor.signal import Signal
from emfair.vendor.sniff import names_a_format, sniff

BOTH = (True, False)
"""Lazily first; where that fails, whole."""


def read_signals(path: Path) -> list[Signal]:
    """Return every signal of a file, in the reader's order.

    Raises
    ------
    UnreadableFile
        It is empty, no reader is known, a file that belongs to it is missing, or every reader that
        might fit failed; the message says which and how.
    TooLarge
        Reading it takes more memory than there is.
    """
    try:
        _refuse_empty(path)
        if is_hdf5(path):
            _refuse_unsound(path)
        sniffed = sniff(path)
        refuse_lone(path, sniffed)
    except OSError as error:
        raise UnreadableFile(
            f"cannot be read ({error.strerror}).",
            subject=path.name,
            remedy="Check its permissions, and the disk that it is on.",
        ) from error
    if not sniffed.candidates:
        raise _unknown(path, sniffed.other)
    failures: list[Failure] = []
    for plugin in sniffed.candidates:
        found = _read_with(plugin, path)
        if not isinstance(found, Failure):
            return found
        failures.append(found)
    raise _unread(path, failures, by_content=sniffed.by_content)


def _unread(path: Path, failures: list[Failure], *, by_content: bool) -> UnreadableFile:
    """Return what to raise where every reader that might fit has failed."""
    details = [one.told for one in failures]
    if not by_content and len(failures) > 1:
        details.append("its content matches no known signature either")
    detail = "; ".join(details)
    refused = any(one.says and not one.detail for one in failures)  # more memory would not help
    large = [] if refused else [one for one in failures if "MemoryError" in one.detail]
    telling = most_telling(large or failures)
    message = f"could not be read: {telling.says}."
    if large:
        return TooLarge(message, subject=path.name, remedy=_LARGE, detail=detail)
    remedy = telling.remedy or _DAMAGED
    return UnreadableFile(message, subject=path.name, remedy=remedy, detail=detail)


_DAMAGED = (
    "Check that it was transferred whole; open it in the vendor's software, save it under another "
    "name, and deposit that file."
)
_LARGE = (
    "It asks for more memory than there is: if its size is right, process it on a machine with "
    "more; if not, it is damaged, so check that it was transferred whole."
)


def _refuse_empty(path: Path) -> None:
    if path.is_file() and path.stat().st_size == 0:
        raise UnreadableFile(
            "is empty (0 bytes).", subject=path.name, remedy="Transfer the file again."
        )


def _refuse_unsound(path: Path) -> None:
    """Look where an HDF5 file leads, and at what it promises, before any reader has it."""
    try:
        for one, contents in reach_of_hdf5(path):
            refuse_hollow(contents, one.stat().st_size)
    except UnreadableFile as error:
        if error.subject:
            raise
        raise UnreadableFile(
            f"could not be read ({error.message}).", subject=path.name, remedy=_DAMAGED
        ) from error


def _unknown(path: Path, other: str) -> UnreadableFile:
    if "archive" in other:
        remedy = "Unpack it and deposit the files in it."
    elif names_a_format(path):
        what = f"is {other}" if other else "has another content"
        return UnreadableFile(
            f"{what}, not what its ending ({path.suffix}) says.",
            subject=path.name,
            remedy="Check that it was transferred whole and not renamed; deposit it again.",
        )
    else:
        remedy = "It is kept as it is; nothing needs to be done unless it holds a measurement."
    what = f"is {other}" if other else "has a format that no reader knows"
    return UnreadableFile(f"{what}.", subject=path.name, remedy=remedy)


def _read_with(plugin: Plugin, path: Path) -> list[Signal] | Failure:
    """Read with one reader, lazily if it can; return how it failed.

    Raises
    ------
    UnreadableFile
        It says all that there is to say, whatever other readers would.
    """
    reader = plugin.load()
    failure: Exception | None = None
    ways = (False,) if plugin.name in EAGER else (True,) if plugin.name in ONLY_LAZY else BOTH
    for lazy in ways:
        try:
            with quiet():
                refuse_torn(plugin.name, path)
                if not lazy:
                    refuse_too_large(plugin.name, path)
                dictionaries = (
                    read_lazily(plugin.name, reader, path)
                    if lazy
                    else read_whole(plugin.name, reader, path)
                )
                return [
                    _signal(index, plugin.name, dictionary, path)
                    for index, dictionary in enumerate(dictionaries)
                    if _has_data(dictionary)
                ] or _no_signal()
        except UnreadableFile as error:
            if error.subject:
                raise
            says = error.message.removesuffix(".")
            return Failure(reader=plugin.name, says=says, detail=error.detail)
        except FileNotFoundError as error:
            name = Path(str(error.filename or path)).name
            if name != path.name:
                raise missing(name, path) from error
            failure = error
        # A reader of a damaged file raises whatever its parser trips over.
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001
            failure = error
    return failure_of(plugin.name, failure)


def _no_signal() -> list[Signal]:
    raise UnreadableFile("it holds no signal", detail="no array of numbers among what was read")


def _has_data(dictionary: Mapping[str, Any]) -> bool:
    return getattr(dictionary.get("data"), "ndim", 0) > 0


def _signal(index: int, reader: str, dictionary: Mapping[str, Any], path: Path) -> Signal:
    data = dictionary["data"]
    metadata = _plain(dictionary.get("metadata") or {})
    tags = _without(str(path), _plain(dictionary.get("original_metadata") or {}))
    general = metadata.get("General", {})
    return Signal(
        index=index,
        title=str(general.get("title") or "").strip(),
        reader=reader,
        data=data,
        axes=axes_of(reader, dictionary.get("axes") or [], data.shape, tags),
        metadata=metadata,
        tags=tags,
    )


def _without(path: str, tags: dict[str, Any]) -> dict[str, Any]:
    """Return tags with the file's name for its path, which is this run's own (Merlin's reader)."""
    return {
        name: _without(path, value)
        if isinstance(value, dict)
        else Path(path).name
        if isinstance(value, str) and value == path
        else value
        for name, value in tags.items()
    }


def _plain(tree: Any) -> dict[str, Any]:
    """Return a tag tree as plain dictionaries (readers hand out several look-alikes)."""
    if hasattr(tree, "as_dictionary"):
        tree = tree.as_dictionary()
    return {
        str(name): _plain(value)
        if isinstance(value, Mapping) or hasattr(value, "as_dictionary")
        else value
        for name, value in dict(tree).items()
    }
