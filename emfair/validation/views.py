"""A container's objects as they are judged: h5py's own, but opened and read once.

h5py opens an object anew whenever it is asked for, and pynxtools asks ten times; a view keeps what
it opened. Its attributes of fixed length are text, as those of variable length are: h5py returns
``b'NXsample'``, which is no class that pynxtools knows. What does not belong here: judging what
is read, and the order in which it is (``walk``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import h5py
from h5py import h5d, h5g, h5l, h5o

Value = TypeVar("Value")
KEPT = 10_000
"""Objects of a file that stay open: each takes up to 15 kB."""


class Once(Generic[Value]):
    """``cached_property`` without the lock it holds in Python 3.11.

    There one thread waited for h5py's lock with that one in hand, and another the other way round.
    """

    def __init__(self, find: Callable[[Any], Value]) -> None:
        self._find = find

    def __get__(self, viewed: Any, owner: type) -> Value:
        value = self._find(viewed)
        viewed.__dict__[self._find.__name__] = value
        return value


class Attributes(h5py.AttributeManager):  # type: ignore[misc]  # h5py ships no types
    """The attributes of one object.

    h5py 3.16 is never asked for one that is not there: it reads HDF5's message after HDF5 has freed
    it, and now and then finds bytes that are no text, which is no KeyError any more.
    """

    def __init__(self, parent: h5py.Group | h5py.Dataset) -> None:
        super().__init__(parent)
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            if not self._count or name not in self:
                raise KeyError(name)
            value = super().__getitem__(name)
            text = isinstance(value, bytes)
            self._values[name] = value.decode("utf-8", "replace") if text else value
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._names

    @Once
    def _count(self) -> int:
        return len(self)

    @Once
    def _names(self) -> tuple[str, ...]:
        return tuple(super().__iter__()) if self._count else ()


class _View:
    linked = True
    """Whether a soft link may have led here."""

    @Once
    def attrs(self) -> Attributes:
        return Attributes(self)


class FieldView(_View, h5py.Dataset):  # type: ignore[misc]
    """A field."""


class TypeView(_View, h5py.Datatype):  # type: ignore[misc]
    """A named type: NeXus has none, files may."""


class GroupView(_View, h5py.Group):  # type: ignore[misc]
    """A group, or a file's root.

    Parameters
    ----------
    oid
        The group.
    kept
        Where what was opened in its file stands in line to be closed.
    """

    def __init__(
        self, oid: h5g.GroupID, kept: deque[tuple[dict[Any, View], Any]] | None = None
    ) -> None:
        super().__init__(oid)
        self._kept = deque() if kept is None else kept
        self._opened: dict[Any, View] = {}
        self._links: dict[Any, Any] = {}

    def __iter__(self) -> Iterator[str]:
        yield from self._names

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, str) and "/" in name:
            return self._along(name)
        if name not in self._opened:
            self._opened[name] = self._open(name)
            self._kept.append((self._opened, name))
            if len(self._kept) > KEPT:
                opened, oldest = self._kept.popleft()
                del opened[oldest]
        return self._opened[name]

    def get(self, name: Any, default: Any = None, *, getlink: bool = False) -> Any:
        """Return a child or, with `getlink`, the link to it, as h5py does."""
        if getlink:
            return self._link(name, default)
        try:
            return self[name]
        except KeyError:
            return default

    def view(self, oid: Any) -> View:
        """Return the view of an object that stands below this group, or is linked there."""
        if isinstance(oid, h5g.GroupID):
            return GroupView(oid, self._kept)
        return FieldView(oid, readonly=True) if isinstance(oid, h5d.DatasetID) else TypeView(oid)

    @Once
    def _names(self) -> tuple[str, ...]:
        return tuple(super().__iter__())

    def _along(self, path: str) -> Any:
        """Follow a path through views; one that is not plain is h5py's business."""
        above, _, name = path.rpartition("/")
        if not above or not name or path.startswith("/"):
            return self.view(super().__getitem__(path).id)
        group = self[above]
        if not isinstance(group, GroupView):
            raise KeyError(path)
        return group[name]

    def _open(self, name: Any) -> View:
        if not isinstance(self._link(name, None), h5py.HardLink):
            return self.view(super().__getitem__(name).id)
        child = self.view(h5o.open(self.id, name.encode()))
        child.linked = False
        return child

    def _link(self, name: Any, default: Any) -> Any:
        if name not in self._links:
            self._links[name] = self._read_link(name)
        link = self._links[name]
        return default if link is None else link

    def _read_link(self, name: Any) -> Any:
        """Read a link; h5py looks first whether it leads anywhere, which a hard one does.

        A name that is no text is left to h5py, which refuses it.
        """
        try:
            hard = self.id.links.get_info(name.encode()).type == h5l.TYPE_HARD
        except (RuntimeError, AttributeError):  # there is no such link; the name is bytes
            hard = False
        return h5py.HardLink() if hard else super().get(name, getlink=True)


View = GroupView | FieldView | TypeView
