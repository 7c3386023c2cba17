"""Looking into a container without reading it whole: names, attributes, and what is selected.

h5grove answers as its viewer H5Web asks. Containers are written by emfair alone, and lead nowhere
else. What does not belong here: how it is asked (`emfair.api.h5`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Semaphore
from typing import Any

import h5py
import numpy as np

from emfair.errors import BadCall, NotFound, TooMuch
from emfair.lake.random_access import random_access
from emfair.registry import ExperimentRow
from emfair.service.downloads import container_key
from emfair.service.looks.subject import damage
from emfair.service.services import Services

LARGEST = 256 << 20
"""Bytes of values in an answer: a picture of 8,192 pixels squared, in single precision."""
LARGEST_TEXT = 16 << 20
"""As numbers in words they take many times that, and long."""
_BINARY = ("bin", "npy", "tiff")
_AT_ONCE = Semaphore(2)
"""Answers that are being made: each is held whole."""


@dataclass(frozen=True)
class Encoded:
    """An answer: its bytes, and what they are."""

    content: bytes
    headers: dict[str, str]


class Container:
    """One container, open while it is looked at."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file

    def meta(self, path: str) -> Encoded:
        """Return what stands at a path: a group's children, a dataset's shape and type."""
        with _told(path):
            return _encoded(self._at(path).metadata())

    def attributes(self, path: str) -> Encoded:
        """Return the attributes at a path."""
        with _told(path):
            return _encoded(self._at(path).attributes())

    def data(
        self, path: str, *, selection: str | None, form: str, dtype: str, flatten: bool
    ) -> Encoded:
        """Return a dataset's values, or those selected (``3, 10:20, :``).

        Raises
        ------
        TooMuch
            They are more than `LARGEST`, or `LARGEST_TEXT` in a form that is text.
        """
        selection = selection.replace(" ", "") if selection else None
        with _told(path):
            most = LARGEST if form in _BINARY else LARGEST_TEXT
            _check_size(self._file[path], selection, path, most)
            with _AT_ONCE:
                return _encoded(self._at(path).data(selection, flatten, dtype), form)

    def paths(self, path: str) -> Encoded:
        """Return all paths below one."""
        with _told(path):
            group = self._file[path]
            found = [group.name]
            if isinstance(group, h5py.Group):
                group.visit(lambda name: found.append(f"{group.name.rstrip('/')}/{name}"))
            return _encoded(found)

    def _at(self, path: str) -> Any:
        from h5grove import create_content

        return create_content(self._file, path)


@contextmanager
def looking(services: Services, row: ExperimentRow, measurement: str) -> Iterator[Container]:
    """Open a measurement's container. Raises `NotFound`; `BadData` if it is damaged."""
    key = container_key(services, row, measurement)
    with ExitStack() as stack:
        stream = stack.enter_context(random_access(services.lake, key))
        with damage(key):
            file = stack.enter_context(h5py.File(stream, "r"))
        yield Container(file)


def _encoded(content: Any, form: str = "json") -> Encoded:
    from h5grove.encoders import encode

    answer = encode(content, form)
    pieces = answer.content
    whole = pieces if isinstance(pieces, bytes) else b"".join(pieces)
    return Encoded(whole, dict(answer.headers))


def _check_size(dataset: h5py.Dataset, selection: str | None, path: str, most: int) -> None:
    from h5grove.utils import parse_slice

    shape = np.broadcast_to(np.uint8(0), dataset.shape or ())
    count = shape[parse_slice(selection)].size if selection else shape.size
    if count * dataset.dtype.itemsize > most:
        raise TooMuch(
            f"is more than {most >> 20} MiB at once.",
            subject=path,
            remedy="Select a part of it, or download the container.",
        )


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Say what h5grove and h5py refuse in emfair's errors."""
    from h5grove.utils import NotFoundError, QueryArgumentError

    try:
        yield
    except (NotFoundError, KeyError) as error:
        raise NotFound(
            "there is nothing at this path of the container.",
            subject=path,
            remedy="Look at its parent's children.",
        ) from error
    except (QueryArgumentError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise BadCall(
            f"cannot be told like that ({error}).",
            subject=path,
            remedy="Ask for a dataset, in a form and a selection that fit it.",
        ) from error
