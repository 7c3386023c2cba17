"""The stores of this machine as a depository: files go into the lake without any server.

What does not belong here: what a deposit is (`deposits`), and finding files (`emfair.client`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.deposits import Opened, Order
from emfair.model.manifest import RawFile
from emfair.service import deposits
from emfair.service.access import Access
from emfair.service.annotations import annotate, current, keep_annotations
from emfair.service.put_back import put_files_back, put_manifest_back


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
            self._services.lake.put_file(
                layout.raw_file(opened.place, file.path), here, sha256=file.sha256, progress=sent
            )
            self._services.registry.deposits.file_done(opened.place.experiment, file.path)

    def seal(self, opened: Opened) -> None:
        """See `Depository.seal`."""
        deposits.seal(self._access, opened.place.experiment)

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
