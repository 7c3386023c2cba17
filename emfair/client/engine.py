"""A deposit from beginning to end: find the files, describe them, send what is missing, seal.

Every step can be repeated: a deposit that was cut short goes on where it stopped, and the same
deposit again is the same experiment. What does not belong here: how a file is sent (`depository`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from emfair.client.collect import LocalFile, collect, describe
from emfair.client.depository import Depository
from emfair.model.annotations import Annotations
from emfair.model.deposits import Order, Whereto
from emfair.model.manifest import Place, RawFile, Titles
from emfair.model.visible import unsteered
from emfair.nxem.annotations import check_files
from emfair.vendor.bundles import measured


@dataclass(frozen=True)
class DepositRequest:
    """What a person deposits, where it belongs, and what they say about it.

    `project`, `proposal` and `sample` are titles or identifiers: the identifier is made from the
    title, and a level that is not there yet is created.
    """

    paths: Sequence[Path]
    project: str
    proposal: str
    sample: str
    title: str = ""
    annotations: Annotations = field(default_factory=Annotations)


@dataclass(frozen=True)
class Deposited:
    """The outcome: where it lies, whether it was there already, how much was sent now."""

    place: Place
    titles: Titles
    files: tuple[RawFile, ...]
    already_there: bool
    reannotated: bool
    sent: int


@dataclass(frozen=True)
class DepositProgress:
    """Callbacks for a progress bar: bytes hashed, bytes sent, since the last call."""

    total: Callable[[int], None] = lambda _: None
    hashed: Callable[[int], None] = lambda _: None
    sent: Callable[[int], None] = lambda _: None


SILENT = DepositProgress()


def deposit(
    depository: Depository, request: DepositRequest, progress: DepositProgress = SILENT
) -> Deposited:
    """Deposit files; resume or recognise a deposit that was begun before.

    Raises
    ------
    BadCall
        A path, a name or a title is wrong; nothing was stored.
    FixityMismatch
        A file changed while it was sent. What was sent before is kept; sent again, the files as
        they are then make a deposit of their own. Or it is there already, and damaged.
    BadData
        The deposit is there already, and its manifest is damaged.
    Unavailable
        The server or a store does not answer; sending again goes on.
    """
    local = collect(request.paths)
    check_files(request.annotations, measured(file.name for file in local))
    progress.total(sum(file.size for file in local))
    files = tuple(describe(file, progress.hashed) for file in local)
    title = request.title or request.annotations.title or default_title(local)
    order = Order(
        Whereto(request.project, request.proposal, request.sample, title),
        files,
        request.annotations,
    )
    opened = depository.open(order)
    pairs = [(here.path, file) for here, file in zip(local, files, strict=True)]
    if opened.already_sealed:
        sent = depository.put_back(opened, pairs, progress.sent)
    else:
        todo = set(opened.todo)
        progress.sent(sum(file.size for file in files if file.path not in todo))
        wanted = [pair for pair in pairs if pair[1].path in todo]
        depository.send(opened, wanted, progress.sent)
        sent = sum(file.size for _, file in wanted)
        depository.seal(opened.place.experiment)
    changed = _reannotate(depository, opened.place.experiment, request.annotations)
    return Deposited(opened.place, opened.titles, files, opened.already_sealed, changed, sent)


def default_title(local: Sequence[LocalFile]) -> str:
    """Return what an experiment is called for want of a title: its folder, or its first file."""
    first = unsteered(local[0].name.split("/")[0]) or "untitled"
    return (
        first if len(local) == 1 or "/" in local[0].name else f"{first} and {len(local) - 1} more"
    )


def _reannotate(depository: Depository, experiment: str, notes: Annotations) -> bool:
    """Give the same files other words, as a new version; return whether there were others.

    Also after a seal: where two processes deposited at once, the other's words may be sealed.
    """
    if notes == Annotations():
        return False
    present, version = depository.annotations(experiment)
    if present == notes:
        return False
    depository.annotate(
        experiment,
        notes,
        expected_version=version,
        reason="deposited again with other annotations",
    )
    return True
