"""A raw file, or a bundle of them, becomes containers; what cannot becomes findings.

Nothing that is wrong with a file is an exception here: one broken file never stops the others.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from emfair.errors import (
    BadCall,
    BadData,
    EmfairError,
    MissingCompanion,
    TooLarge,
    Unavailable,
    UnreadableFile,
)
from emfair.model.canonical import sha256_file
from emfair.model.findings import Finding, Severity
from emfair.nxem.axis_doubts import axis_doubts
from emfair.nxem.container import Written, write_container
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.doubts import doubts
from emfair.nxem.pixels import is_rounded, pixels_of
from emfair.vendor.failures import failure_of, in_short, most_telling
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal
from emfair.vendor.sniff import names_a_format, sniff


@dataclass
class Converted:
    """What became of one file: its containers, what was wrong, and what a person should look at."""

    written: list[Written] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    doubts: list[Finding] = field(default_factory=list)

    @property
    def read(self) -> bool:
        """Whether a reader could read the file at all."""
        unread = UNREAD_RULES | {TOO_LARGE}
        return bool(self.written) or not any(f.rule in unread for f in self.findings)


UNREAD_RULES = frozenset(
    {
        "unreadable-file",
        "missing-companion",
        "empty-file",
        "not-a-measurement",
        "reader-died",
        "reader-hung",
    }
)
"""Rules that say that no signal came out of a file."""

TOO_LARGE = "too-large-for-memory"
"""Rule that says that more memory would help."""


def convert_file(
    path: Path,
    dossier: Dossier,
    folder: Path,
) -> Converted:
    """Convert every signal of the file at `path` into ``folder``.

    Raises
    ------
    Unavailable
        The disk that takes the containers is full or sick: not the file's fault.
    BadAnnotations
        The notes hold a quantity that cannot be read: not the file's fault either.
    """
    before = _stamps(path, dossier.source)
    result = _converted(path, dossier, folder)
    if result.written and _stamps(path, dossier.source) != before:
        for one in result.written:
            one.path.unlink()
        return Converted(findings=[_changed(dossier.source.file)])
    return result


def _converted(path: Path, dossier: Dossier, folder: Path) -> Converted:
    result = Converted()
    name = dossier.source.file
    try:
        signals = read_signals(path)
    except BadData as error:
        result.findings.append(_unread(path, name, error))
        return result
    with _hashed(path, dossier.source.sha256) as sha256:
        for signal in signals:
            try:
                written = write_container(signal, dossier, folder, sha256=sha256)
                result.written.append(written)
                result.doubts += doubts(written.measurement.facts, name)
                result.doubts += axis_doubts(signal, name)
                result.findings += _rounded(signal, name)
            except BadData as error:
                result.findings.append(_not_taken(name, error))
            except BadCall:
                raise
            except MemoryError as error:
                result.findings.append(_too_large(signal, name, error))
            # A lazy reader reads here, and raises whatever its parser trips over.
            except (Exception, RecursionError) as error:  # noqa: BLE001
                _raise_if_disk(error, folder)
                result.findings.append(_crashed(signal, name, error))
    return result


def _stamps(path: Path, source: Source) -> list[tuple[int, int, int] | None]:
    """Return the stamps of a file and of its companions, beside it as in the deposit."""
    start = os.path.dirname(source.file) or "."  # noqa: PTH120  names, not paths of this machine
    beside = [os.path.relpath(name, start) for name in source.companions]
    return [_stamp(one) for one in (path, *(path.parent / name for name in beside))]


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Return what changes with a file's bytes; None if it is not there."""
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_size, now.st_mtime_ns, now.st_ino


def _changed(file: str) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="changed-while-read",
        message="changed while it was read: its checksum and its pixels would not belong together.",
        hint="Wait until nothing writes to it any more, then convert it again.",
        file=file,
    )


@contextmanager
def _hashed(path: Path, known: str) -> Iterator[Callable[[], str]]:
    """Yield what returns a file's SHA-256; if nobody knows it, it is taken meanwhile."""
    if known:
        yield lambda: known
        return
    with ThreadPoolExecutor(1) as other:
        yield other.submit(sha256_file, path).result


def _unread(path: Path, file: str, error: EmfairError) -> Finding:
    if isinstance(error, TooLarge):
        rule, severity = TOO_LARGE, Severity.ERROR
    elif isinstance(error, MissingCompanion):
        rule, severity = "missing-companion", Severity.ERROR
    elif os.path.isfile(path) and os.path.getsize(path) == 0:  # noqa: PTH113, PTH202  where pathlib raises
        rule, severity = "empty-file", Severity.ERROR
    elif _is_no_measurement(path):
        rule, severity = "not-a-measurement", Severity.NOTE
    else:
        rule, severity = "unreadable-file", Severity.ERROR
    return Finding(
        severity=severity,
        rule=rule,
        message=error.message,
        hint=error.remedy,
        detail=error.detail if isinstance(error, UnreadableFile) else "",
        file=file,
    )


def _is_no_measurement(path: Path) -> bool:
    """Whether neither content nor name speak of one; what cannot be opened may be any."""
    try:
        return path.exists() and not sniff(path).candidates and not names_a_format(path)
    except OSError:
        return False


def _not_taken(file: str, error: EmfairError) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        rule="unsupported-signal",
        message=error.message,
        hint=error.remedy,
        file=file,
    )


def _rounded(signal: Signal, file: str) -> list[Finding]:
    """Return a note if a signal's numbers have more digits than the container keeps."""
    if not is_rounded(signal.data.dtype):
        return []
    return [
        Finding(
            severity=Severity.NOTE,
            rule="rounded-pixels",
            message=f"signal {signal.index} ({signal.title or 'untitled'}) has numbers of "
            f"{signal.data.dtype.name}, which are stored rounded to "
            f"{pixels_of(signal.data.dtype).dtype.name}.",
            hint="Few programs read more digits. The raw file is kept as it is.",
            file=file,
        )
    ]


def _too_large(signal: Signal, file: str, error: BaseException) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule=TOO_LARGE,
        message=f"signal {signal.index} ({signal.title or 'untitled'}) needs more memory "
        "than this machine has.",
        hint="The file may be sound: process the experiment on a machine with more memory.",
        detail=f"{signal.reader}: {in_short(error)}",
        file=file,
    )


def _crashed(signal: Signal, file: str, error: BaseException) -> Finding:
    failure = most_telling([failure_of(signal.reader, error)])
    return Finding(
        severity=Severity.ERROR,
        rule="unreadable-signal",
        message=f"signal {signal.index} ({signal.title or 'untitled'}) could not be read: "
        f"{failure.says}.",
        hint="The file may be cut off, or a file that belongs to it is missing: check that all "
        "were transferred whole, and deposit them together.",
        detail=failure.told,
        file=file,
    )


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO})


def _raise_if_disk(error: BaseException, folder: Path) -> None:
    """Raise `Unavailable` if the disk that takes the containers is at fault.

    HDF5 tells its system errors in the words of a RuntimeError (``errno = 28``).
    """
    number = getattr(error, "errno", None)
    told = re.search(r"errno = (\d+)", str(error))
    if told and not isinstance(number, int):
        number = int(told[1])
    if number in _FULL or not folder.is_dir():
        raise Unavailable(
            f"the container could not be written ({os.strerror(number or errno.ENOENT)}).",
            subject=str(folder),
            remedy="Free some space on this disk; the step is tried again.",
        ) from error
