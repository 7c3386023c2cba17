"""A server as a depository: everything that sending files needs, over its API.

What does not belong here: how a request is made (`wire`), and how bytes travel (`transfer`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar

from emfair.client.answers import (
    AnnotationsSeen,
    Announced,
    ExperimentLine,
    ExperimentSeen,
    OpenedDeposit,
    UploadSeen,
    read_answer,
)
from emfair.client.bandwidth import Bandwidth
from emfair.client.depository import Progress
from emfair.client.parts import Parts, Way
from emfair.client.retry import Patience, Wait, untold, waiting
from emfair.client.spans import Span
from emfair.client.stores import Stores
from emfair.client.transfer import PACE, Outgoing, Transfer
from emfair.client.wire import PREFIX, Token, open_wire
from emfair.errors import Conflict, EmfairError, NotFound, Outdated
from emfair.model.annotations import Annotations
from emfair.model.deposits import Opened, Order, Standing, Whereto
from emfair.model.manifest import RawFile
from emfair.model.states import IN_PROGRESS

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds for which a server that does not answer is asked again."""
ANNOUNCED = 1000
"""Files that the API takes in one call."""
_EACH = 0.01
"""Seconds that the server may take for each file of a deposit, when it opens and seals it."""
_MANY = 100_000
"""Files of a deposit that somebody else has begun."""


class Client:
    """A server that takes deposits; a context manager, which threads may share.

    Parameters
    ----------
    server
        Its address, https (http on this machine).
    token
        An access token (``emf_…``), or a function that returns a token that is good now; without
        one, whoever asks is nobody in particular.
    bandwidth
        How many bytes a second may leave.
    patience
        Seconds for which a server that does not answer is asked again.
    wait
        Lets seconds pass between two tries; what it raises ends the waiting.
    tell
        Is told, by any thread, what is waited for: each time that something does not pass at once.

    Raises
    ------
    BadSetting
        The address is not to be trusted.
    """

    def __init__(
        self,
        server: str,
        *,
        token: Token | str = "",
        bandwidth: Bandwidth | None = None,
        patience: float = PATIENCE,
        wait: Wait = time.sleep,
        tell: Callable[[EmfairError], None] = untold,
    ) -> None:
        self._wire = open_wire(server, token, Patience(patience, wait, tell=tell))
        self._files: dict[str, int] = {}
        self._damaged: dict[str, frozenset[str]] = {}
        self._stores = Stores()
        self._way = Way()
        self._bandwidth = bandwidth

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._wire.http.close()
        self._stores.close()

    def locate(self, experiment: str) -> str:
        """Return an experiment's address."""
        return f"{self._wire.server}{PREFIX}/experiments/{experiment}"

    def open(self, order: Order) -> Opened:
        """See `Depository.open`."""
        new = _destination(order.whereto) | {
            "files": [_described(file) for file in order.files],
            "annotations": _said(order.annotations),
        }
        longer = _EACH * len(order.files)
        found = self._ask(OpenedDeposit, "POST", "/deposits", new, longer=longer)
        self._files[found.place.experiment] = len(order.files)
        self._damaged[found.place.experiment] = frozenset(found.damaged)
        todo = tuple(upload.path for upload in found.todo)
        return Opened(found.place, found.titles, found.already_sealed, todo)

    def send(self, opened: Opened, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """See `Depository.send`."""
        experiment = opened.place.experiment
        uploads = self._ask(list[UploadSeen], "GET", f"/experiments/{experiment}/uploads")
        known = {upload.path: upload for upload in uploads}
        missing = [file.path for _, file in files if file.path not in known]
        if missing and self._fills(experiment):
            raise _not_there(experiment, missing[0])
        here = [(path, file) for path, file in files if file.path in known]
        sent(sum(file.size for _, file in files if file.path not in known))
        self._transfer(experiment, here, [known[file.path] for _, file in here], sent)

    def draft(self, whereto: Whereto, *, instrument: str | None = None) -> str:
        """See `Depository.draft`; a lost answer makes no second experiment."""
        new = _destination(whereto) | {"instrument": instrument}
        made = self._ask(ExperimentLine, "POST", "/experiments", new, only_once=True).id
        self._files[made] = 0
        return made

    def add(self, experiment: str, files: Sequence[tuple[Path, RawFile]], sent: Progress) -> None:
        """See `Depository.add`."""
        for start in range(0, len(files), ANNOUNCED):
            some = files[start : start + ANNOUNCED]
            new = {"files": [_described(file) for _, file in some]}
            path = f"/experiments/{experiment}/uploads"
            uploads = self._ask(Announced, "POST", path, new).uploads
            if experiment in self._files:
                self._files[experiment] += len(some)
            self._transfer(experiment, some, uploads, sent)

    def remove(self, experiment: str, path: str) -> None:
        """See `Depository.remove`."""
        uploads = self._ask(list[UploadSeen], "GET", f"/experiments/{experiment}/uploads")
        for upload in uploads:
            if upload.path == path:
                self._wire.ask("DELETE", f"/uploads/{upload.id}")

    def seal(self, experiment: str) -> None:
        """See `Depository.seal`."""
        longer = _EACH * self._files.get(experiment, _MANY)
        self._wire.ask("POST", f"/experiments/{experiment}/seal", longer=longer)

    def state(self, experiment: str) -> Standing:
        """See `Depository.state`."""
        found = self._ask(ExperimentSeen, "GET", f"/experiments/{experiment}").experiment
        return Standing(found.state, found.reason, found.processed)

    def put_back(
        self, opened: Opened, files: Sequence[tuple[Path, RawFile]], sent: Progress
    ) -> int:
        """See `Depository.put_back`: what the chain found missing or different, no more."""
        experiment = opened.place.experiment
        damaged = self._damaged.get(experiment, frozenset())
        parts = Parts(self._wire, self._stores, self._way, self._bandwidth)
        again = 0
        for path, file in files:
            if file.path in damaged:
                whole = Span(path, file.name, 1, 0, file.size)
                parts.put_back(experiment, file.path, whole, longer=file.size / PACE)
                again += file.size
                sent(file.size)
        return again

    def annotations(self, experiment: str) -> tuple[Annotations, int]:
        """See `Depository.annotations`."""
        path = f"/experiments/{experiment}/annotations"
        found = self._ask(AnnotationsSeen, "GET", path)
        return found.annotations, found.version

    def annotate(
        self, experiment: str, annotations: Annotations, *, expected_version: int, reason: str
    ) -> None:
        """See `Depository.annotate`."""
        path = f"/experiments/{experiment}/annotations"
        new = {"annotations": _said(annotations), "reason": reason}
        try:
            self._wire.ask("PUT", path, new, headers={"If-Match": f'"v{expected_version}"'})
        except Outdated:  # by this very request, perhaps, whose answer was lost
            if self.annotations(experiment) != (annotations, expected_version + 1):
                raise

    def _transfer(
        self,
        experiment: str,
        files: Sequence[tuple[Path, RawFile]],
        uploads: Sequence[UploadSeen],
        sent: Progress,
    ) -> None:
        """Send files; if another sender seals the deposit meanwhile, all of them are there."""
        outgoing = [
            Outgoing(path, file, upload)
            for (path, file), upload in zip(files, uploads, strict=True)
        ]
        stop = Event()
        wire = self._wire.with_patience(waiting(stop, self._wire.patience.wait))
        parts = Parts(wire, self._stores, self._way, self._bandwidth)
        try:
            Transfer(wire, parts, stop, sent).run(outgoing)
        except (Conflict, NotFound):
            if self._fills(experiment):
                raise
            sent(sum(one.untold for one in outgoing))

    def _fills(self, experiment: str) -> bool:
        """Whether files may still arrive."""
        return self.state(experiment).state in IN_PROGRESS

    def _ask(self, kind: type[T], method: str, path: str, *document: Any, **how: Any) -> T:
        answer = self._wire.ask(method, path, *document, **how)
        return read_answer(kind, answer, f"{self._wire.server}{PREFIX}{path}")


def _not_there(experiment: str, path: str) -> NotFound:
    return NotFound(
        f"does not await {path!r}.", subject=experiment, remedy="Open a deposit with this file."
    )


def _destination(whereto: Whereto) -> dict[str, Any]:
    return {
        "project": whereto.project,
        "proposal": whereto.proposal,
        "sample": whereto.sample,
        "title": whereto.title,
    }


def _said(annotations: Annotations) -> dict[str, Any]:
    return annotations.model_dump(mode="json", exclude_defaults=True)


def _described(file: RawFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "size": file.size,
        "modified_at": file.modified_at.isoformat(),
        "sha256": file.sha256,
    }
