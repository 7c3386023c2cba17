"""Files that the chain found missing or different in the lake, put back by whoever sends them.

Bytes take the place of others only once they are proved to be those that the manifest names, here
and whole: what a sender promised has been wrong once. What does not belong here: files that lie on
this machine (`put_back`), and how the chain finds them (`chain.receive`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from emfair.errors import Conflict, FixityMismatch, NotFound
from emfair.lake import layout
from emfair.lake.uploads import Upload
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow, FileRow
from emfair.service.access import Access
from emfair.service.annotations import process_again
from emfair.service.services import Services

PUT_BACK = "files that were missing or differed are put back"


def refuted(services: Services, experiment: str) -> tuple[str, ...]:
    """Return the paths of an experiment's files that are to be put back, in order."""
    return services.registry.files.refuted(experiment)


def put_back(
    access: Access, of: ExperimentRow, path: str, blocks: Iterable[bytes]
) -> tuple[str, ...]:
    """Store a refuted file again; return those that are left. After the last one the chain runs.

    Raises
    ------
    NotFound
        The experiment has no such file.
    Conflict
        The chain did not find it missing or different.
    FixityMismatch
        The bytes are not those that the manifest names: what lies there stays.
    """
    services = access.services
    file = _refuted(services, of, path)
    upload = services.lake.uploads.begin(layout.raw_file(of.place, file.path), file.size)
    try:
        _send(services, upload, file, blocks)
        services.lake.uploads.complete(upload, sha256=file.sha256, replace=True)
    except BaseException:
        services.lake.uploads.abort(upload.key, upload.id)
        raise
    left = services.registry.files.put_back(of.id, file.path, actor=access.subject)
    if not left and services.registry.experiments.get(of.id).state is ExperimentState.FAILED:
        process_again(access, of.id, reason=PUT_BACK)
    return left


def _refuted(services: Services, of: ExperimentRow, path: str) -> FileRow:
    file = services.registry.files.find(of.id, path)
    if file is None:
        raise NotFound(
            f"has no file {path!r}.",
            subject=of.id,
            remedy="Name one of its manifest, by its `path`.",
        )
    if file.refuted_at is None:
        raise Conflict(
            "was not found missing or different: it is not to be put back.",
            subject=file.name,
            remedy="Nothing needs to be sent. If you know better, have the experiment processed "
            "again: each of its bytes is read then.",
        )
    return file


def _send(services: Services, upload: Upload, file: FileRow, blocks: Iterable[bytes]) -> None:
    """Send a file in parts. Raises `FixityMismatch` unless its bytes are the manifest's."""
    stream = _Stream(blocks)
    for number in range(1, upload.count + 1):
        services.lake.uploads.put_part(upload, number, stream.take(upload.size_of(number)))
    found = stream.whole.hexdigest()
    if found != file.sha256 or not stream.is_over():
        raise FixityMismatch(
            f"the bytes that arrived hash to {found}, not to {file.sha256} as the manifest says."
            if found != file.sha256
            else f"more bytes arrived than the {file.size} of the manifest.",
            subject=file.name,
            remedy="Send the file as it was deposited; another one is another deposit.",
        )


class _Stream:
    """Blocks, cut into parts and hashed."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._held = memoryview(b"")
        self.whole = hashlib.sha256()

    def take(self, size: int) -> Iterator[bytes]:
        """Yield the next `size` bytes, or as many as there are."""
        while size:
            if not self._held:
                self._held = memoryview(next(self._blocks, b""))
                if not self._held:
                    return
            piece, self._held = bytes(self._held[:size]), self._held[size:]
            size -= len(piece)
            self.whole.update(piece)
            yield piece

    def is_over(self) -> bool:
        """Whether no byte is left."""
        return not self._held and not any(self._blocks)
