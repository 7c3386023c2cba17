"""The stores of this machine as a depository: files go into the lake without any server.

What does not belong here: what a deposit is (`deposits`), and finding files (`emfair.client`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from emfair.errors import Conflict
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.deposits import Opened, Order, Standing, Whereto
from emfair.model.manifest import Place, RawFile
from emfair.model.states import ExperimentState
from emfair.service import deposits, uploads
from emfair.service.access import Access
from emfair.service.annotations import annotate, current, keep_annotations, process_again
from emfair.service.put_back import put_files_back, put_manifest_back
from emfair.service.refuted import PUT_BACK


class LocalDepository:
    """Takes deposits of whoever `access` is."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._services = access.services

    def open(self, order: Order) -> Opened:
        """See `Depository.open`."""
        return deposits.open_deposit(self._access, order)

    def send(
        self,
        opened: Opened,
        files: Sequence[tuple[Path, RawFile]],
        sent: Callable[[int], None],
    ) -> None:
        """See `Depository.send`: each file is copied into the lake, and hashed on the way."""
        for here, file in files:
            self._keep(opened.place, here, file, sent)
            self._services.registry.deposits.file_done(opened.place.experiment, file.path)

    def draft(self, whereto: Whereto, *, instrument: str | None = None) -> str:
        """See `Depository.draft`."""
        return deposits.draft(self._access, whereto, instrument=instrument).id

    def add(
        self,
        experiment: str,
        files: Sequence[tuple[Path, RawFile]],
        sent: Callable[[int], None],
    ) -> None:
        """See `Depository.add`."""
        place = self._access.experiment(Action.UPLOAD, experiment).place
        for start in range(0, len(files), uploads.AT_ONCE):
            self._add(place, files[start : start + uploads.AT_ONCE], sent)

    def remove(self, experiment: str, path: str) -> None:
        """See `Depository.remove`."""
        self._access.experiment(Action.UPLOAD, experiment)
        for upload in uploads.of_experiment(self._services, experiment):
            if upload.path == path:
                uploads.remove(self._access, upload)

    def seal(self, experiment: str) -> None:
        """See `Depository.seal`."""
        self._access.experiment(Action.DEPOSIT, experiment)
        deposits.seal(self._access, experiment)

    def state(self, experiment: str) -> Standing:
        """See `Depository.state`."""
        return self._access.experiment(Action.READ_EXPERIMENT, experiment).standing

    def put_back(
        self,
        opened: Opened,
        files: Sequence[tuple[Path, RawFile]],
        sent: Callable[[int], None],
    ) -> int:
        """See `Depository.put_back`."""
        again = put_files_back(self._services, opened.place, files, sent)
        described = tuple(file for _, file in files)
        again += put_manifest_back(self._access, opened.place, opened.titles, described)
        keep_annotations(self._services, opened.place)
        experiment = opened.place.experiment
        if again and self.state(experiment).state is ExperimentState.FAILED:
            process_again(self._access, experiment, reason=PUT_BACK)
        return again

    def annotations(self, experiment: str) -> tuple[Annotations, int]:
        """See `Depository.annotations`."""
        return current(self._services, experiment)

    def annotate(
        self, experiment: str, annotations: Annotations, *, expected_version: int, reason: str
    ) -> None:
        """See `Depository.annotate`."""
        annotate(
            self._access,
            experiment,
            annotations,
            expected_version=expected_version,
            reason=reason,
        )

    def _add(
        self,
        place: Place,
        files: Sequence[tuple[Path, RawFile]],
        sent: Callable[[int], None],
    ) -> None:
        new = [
            uploads.Announced(file.name, file.size, file.modified_at, file.sha256)
            for _, file in files
        ]
        rows = uploads.announce(self._access, place.experiment, new)
        for row, (here, file) in zip(rows, files, strict=True):
            if row.done_at is not None:
                sent(file.size)
                continue
            self._keep(place, here, file, sent)
            self._services.registry.uploads.finish(row.id, file.sha256)

    def _keep(self, place: Place, here: Path, file: RawFile, sent: Callable[[int], None]) -> None:
        key, lake = layout.raw_file(place, file.path), self._services.lake
        try:
            lake.put_file(key, here, sha256=file.sha256, progress=sent)
        except Conflict:  # left by an upload that was taken out
            lake.delete(key)
            lake.put_file(key, here, sha256=file.sha256, progress=sent)
