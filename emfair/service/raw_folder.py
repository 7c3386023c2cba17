"""Raw files of the lake in a folder, under the names that people gave them, for readers to open.

Links into a local lake, or copies of an object store's: readers find companions by name, and what
they write beside a file (a cache, a lock) stays out of the lake. What does not belong here: who
reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from emfair.lake import layout
from emfair.model.manifest import Place
from emfair.service.services import Services


@contextmanager
def raw_folder(
    services: Services, place: Place, files: Iterable[tuple[str, str]]
) -> Iterator[Path]:
    """Yield a folder with `files` alone: each one's given name, and its path in the lake.

    What is made of them then depends on nothing else.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=services.scratch, prefix="raw-")))
        for name, path in files:
            key = layout.raw_file(place, path)
            copy = stack.enter_context(services.lake.local_copy(key, services.scratch))
            link = folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(copy.absolute())
        yield folder
