"""Deposits: begun, filled (`uploads`), sealed by a manifest and told to the chain, or given up.

There are two ways in. Whoever knows all files opens a deposit: the same one again is the same
experiment, and goes on where it stopped. Whoever does not drafts an experiment and announces files
as they come. Both are sealed alike. What does not belong here: bytes on their way (`uploads`,
`depository`), HTTP (`emfair.api`), and annotations after the seal (`annotations`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from emfair.errors import Conflict, NotFound, Outdated
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.deposits import Opened, Order, Whereto
from emfair.model.identifiers import mint_experiment_id
from emfair.model.manifest import Depositor, Manifest, Place, RawFile, run_key
from emfair.model.states import IN_PROGRESS
from emfair.nxem.annotations import check_files
from emfair.registry import ClosedDeposit, ExperimentRow
from emfair.service import uploads
from emfair.service.access import Access
from emfair.service.annotations import draft_annotations, keep_annotations, latest
from emfair.service.context import due, kept_context
from emfair.service.documents import annotations_of, read_manifest
from emfair.service.new_projects import check_may_deposit_first, owns
from emfair.service.placing import placed
from emfair.service.services import Services
from emfair.vendor.bundles import measured

_TRIES = 5
"""How often a seal is tried again because someone changes the annotations meanwhile."""


def check_may_begin(access: Access, place: Place) -> None:
    """Refuse whoever may not make the first level of `place` that is not there yet.

    Raises
    ------
    NotFound, Unauthenticated, Forbidden
        They may not.
    """
    registry = access.services.registry
    project, proposal, key = place.project, place.proposal, (place.project, place.proposal)
    if not _is_there(lambda: registry.projects.get(project)):
        check_may_deposit_first(access, project)
        return
    try:
        if _is_there(lambda: registry.samples.get(*key, place.sample)):
            access.sample(Action.CREATE_EXPERIMENT, (*key, place.sample))
        elif _is_there(lambda: registry.proposals.get(*key)):
            access.proposal(Action.CREATE_SAMPLE, project, proposal)
        else:
            access.project(Action.CREATE_PROPOSAL, project)
    except NotFound as error:
        raise NotFound(
            "is the name of another project, which was not shared with you.",
            subject=project,
            remedy="Ask its owner or a data steward to share it, or choose another name.",
        ) from error


def open_deposit(access: Access, order: Order) -> Opened:
    """Begin a deposit, resume it, or find it sealed.

    Raises
    ------
    BadCall
        A name or a title is wrong; nothing was stored.
    BadAnnotations
        The annotations speak of a file that is not among those deposited.
    TooMuch
        There are more files than an experiment takes, or one is larger than stores keep.
    Conflict
        Another project, proposal or sample has the identifier that a title gives.
    NotFound, Unauthenticated, Forbidden
        They may not deposit there.
    """
    check_files(order.annotations, measured(file.name for file in order.files))
    uploads.check_sizes(order.files)
    services = access.services
    place = placed(access, order.whereto, mint_experiment_id(services.now()))
    check_may_begin(access, place)
    opened = services.registry.deposits.open(
        place,
        order.whereto.titles,
        depositor=access.subject,
        files=order.files,
        owns=owns(access, place.project),
    )
    if opened.place.experiment != place.experiment:
        _check_shared(access, opened.place.experiment, order.whereto.title)
    if not opened.already_sealed and order.annotations != Annotations():
        draft_annotations(access, opened.place.experiment, order.annotations)
    return opened


def draft(
    access: Access, whereto: Whereto, *, instrument: str | None = None, restricted: bool = False
) -> ExperimentRow:
    """Make an experiment whose files are still to come.

    Raises
    ------
    BadCall
        A title is wrong.
    Conflict
        Another project, proposal or sample has the identifier that a title gives.
    NotFound, Unauthenticated, Forbidden
        They may not deposit there, or there is no such instrument.
    """
    place = placed(access, whereto, mint_experiment_id(access.services.now()))
    check_may_begin(access, place)
    return access.services.registry.deposits.draft(
        place,
        whereto.titles,
        depositor=access.subject,
        instrument=instrument,
        restricted=restricted,
        owns=owns(access, place.project),
    )


def seal(access: Access, experiment: str) -> ExperimentRow:
    """Close a deposit, write its manifest and announce it; again is no error.

    Raises
    ------
    Conflict
        Files are missing, there is none, or the same ones lie there under the same title.
    BadAnnotations
        The annotations speak of a file that is not there.
    """
    for _ in range(_TRIES):
        try:
            sealed = _seal(access, experiment)
        except Outdated:
            continue
        access.services.first_looks.rest(experiment)
        return sealed
    raise Conflict(
        "its annotations are being changed all the time.",
        subject=experiment,
        remedy="Seal it when nobody else edits it.",
    )


def give_up(
    access: Access, experiment: str, reason: str, *, untouched_since: datetime | None = None
) -> ExperimentRow:
    """Give up a deposit that is not sealed: what was sent goes.

    A later deposit leaves the experiment as it was before. Raises `Conflict` if none is in
    progress, or if someone has touched it after `untouched_since`.
    """
    services = access.services
    row = services.registry.experiments.get(experiment)
    key, records = _without_deposit(services, row)
    left = services.registry.withdrawals.give_up(
        experiment,
        actor=access.subject,
        reason=reason,
        run_key=key,
        context=records,
        untouched_since=untouched_since,
    )
    keep_annotations(services, row.place)
    services.first_looks.forget(experiment)
    uploads.discard(services, row, left)
    return services.registry.experiments.get(experiment)


def withdraw(
    access: Access, experiment: str, *, expected_version: int, reason: str
) -> ExperimentRow:
    """Withdraw an experiment for good; what is sealed stays in the lake, as its tombstone says.

    Raises `Outdated` if it has changed since `expected_version`, `Conflict` if its state forbids.
    """
    services = access.services
    row = services.registry.experiments.get(experiment)
    left = services.registry.withdrawals.withdraw(
        experiment, expected_version, actor=access.subject, reason=reason
    )
    services.first_looks.forget(experiment)
    uploads.discard(services, row, left)
    return services.registry.experiments.get(experiment)


def _check_shared(access: Access, experiment: str, title: str) -> None:
    """Refuse who may deposit there, but not into the same deposit as theirs: it is restricted."""
    try:
        access.experiment(Action.DEPOSIT, experiment)
    except NotFound as error:
        raise NotFound(
            "the same files were deposited there under this title, and not shared with you.",
            subject=title,
            remedy="Ask an owner of the project, or give the experiment another title.",
        ) from error


def _seal(access: Access, experiment: str) -> ExperimentRow:
    services = access.services
    row = services.registry.experiments.get(experiment)
    if row.state not in IN_PROGRESS and row.manifest_version is not None:
        return row
    written = latest(services, experiment)
    notes = annotations_of(written) if written else Annotations()
    before = _manifest_before(access, row)
    names = [one.name for one in uploads.of_experiment(services, experiment)]
    check_files(notes, measured([*names, *(file.name for file in before)]))
    try:
        closed = services.registry.deposits.close(experiment, actor=access.subject)
    except Conflict:
        present = services.registry.experiments.get(experiment)
        if present.manifest_version == row.manifest_version:
            raise
        return present  # another one has sealed it meanwhile
    manifest = _write_manifest(access, row, closed, before)
    now = due(services, row, written)
    sealed = services.registry.deposits.seal(
        experiment,
        manifest_version=closed.manifest_version,
        annotations_version=now.version,
        document=written.document if written else canonical_json(notes).decode(),
        author=access.subject,
        run_key=run_key(manifest, notes, now.version, now.context),
        context=now.document,
    )
    keep_annotations(services, row.place)
    return sealed


def _without_deposit(services: Services, row: ExperimentRow) -> tuple[str | None, str]:
    """Return what is to be processed if the deposit in progress goes: its name, and its context.

    Annotations that were drafted meanwhile get the records of now, as if they were given then.
    """
    written = latest(services, row.id)
    if row.manifest_version is None or written is None:
        return None, ""
    manifest = read_manifest(services, row.place, row.manifest_version)
    notes = annotations_of(written)
    known = run_key(manifest, notes, written.version, kept_context(written))
    if written.context or known == row.run_key:
        return known, written.context
    now = due(services, row, written)
    return run_key(manifest, notes, now.version, now.context), now.document


def _manifest_before(access: Access, row: ExperimentRow) -> tuple[RawFile, ...]:
    """Return the files of the deposits before this one."""
    if row.manifest_version is None:
        return ()
    return read_manifest(access.services, row.place, row.manifest_version).files


def _write_manifest(
    access: Access, row: ExperimentRow, closed: ClosedDeposit, before: tuple[RawFile, ...]
) -> Manifest:
    """Write a manifest unless an attempt before or beside this one has; return what is there."""
    services = access.services
    _, titles = services.registry.experiments.place(row.id)
    manifest = Manifest(
        version=closed.manifest_version,
        place=row.place,
        titles=titles,
        deposited_by=Depositor(subject=access.subject, name=access.name),
        sealed_at=max(services.now(), closed.closed_at),
        files=tuple(sorted((*before, *closed.files), key=lambda file: file.path)),
    )
    key = layout.manifest(row.place, manifest.version)
    try:
        services.lake.put_bytes(key, canonical_json(manifest))
    except Conflict:
        present = read_manifest(services, row.place, manifest.version)
        if present.files == manifest.files and present.sealed_at >= closed.closed_at:
            return present
        # Of a deposit that was given up after its manifest was written: it sealed nothing.
        services.lake.put_bytes(key, canonical_json(manifest), replace=True)
    return manifest


def _is_there(get: Callable[[], object]) -> bool:
    try:
        get()
    except NotFound:
        return False
    return True
