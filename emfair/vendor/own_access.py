"""Arrays that RosettaSciIO 0.15 reads wrongly or whole, read lazily another way.

Its axes and tags are kept. What does not belong here: axes (`axes`) and tags (`mapping`) that it
gets wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.vendor.bands import in_bands
from emfair.vendor.bounds import is_stored, refuse_too_large
from emfair.vendor.hyperspy_files import read_hspy, read_zspy
from emfair.vendor.mrc import Header
from emfair.vendor.mrc_more import more_tags
from emfair.vendor.promises import refuse, refuse_made_up

Dictionary = dict[str, Any]


def read_lazily(name: str, reader: ModuleType, path: Path) -> list[Dictionary]:
    """Return what reader `name` delivers, with arrays that are read when they are needed."""
    own = _OWN.get(name)
    if own is not None:
        return own(reader, path)
    return in_bands(reader, path, reader.file_reader(str(path), lazy=True))


def read_whole(name: str, reader: ModuleType, path: Path) -> list[Dictionary]:
    """Return all that reader `name` finds, read into memory."""
    found: list[Dictionary] = reader.file_reader(str(path), lazy=False, **ALL.get(name, {}))
    return found


ALL: dict[str, dict[str, Any]] = {"Delmic": {"signal": "all"}}
"""What readers are asked for that else leave signals out: Delmic's read cathodoluminescence only,
not the electron pictures of the same area that Odemis stores with it."""


def _numpy(reader: ModuleType, path: Path) -> list[Dictionary]:
    """Map a ``.npy`` file by NumPy itself: the lazy reader ignores ``fortran_order``.

    (protochips_gas_cell.npy in HyperSpy's archive comes out transposed and cut otherwise.)
    """
    (only,) = reader.file_reader(str(path), lazy=True)
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    return [{**only, "data": _lazy(mapped.reshape(only["data"].shape))}]


def _tia(reader: ModuleType, path: Path) -> list[Dictionary]:
    """Read TIA's series where they lie: the lazy reader loads a ``.ser`` whole to look at it."""
    with _mapped_series():
        dictionaries = reader.file_reader(str(path), lazy=False)
    return [{**one, "data": _lazy(one["data"])} for one in dictionaries]


def _lazy(array: NDArray[Any]) -> Any:
    """Return a dask array over a mapped file; what was copied into memory stays as it is."""
    if not _is_mapped(array):
        return array
    import dask.array as da

    return da.from_array(array, name=False)  # type: ignore[no-untyped-call]


def _is_mapped(array: Any) -> bool:
    """Whether an array is a view, however distant, of a mapped file."""
    while array is not None:
        if isinstance(array, np.memmap):
            return True
        array = getattr(array, "base", None)
    return False


_SERIES = Lock()


@contextmanager
def _mapped_series() -> Iterator[None]:
    """Let RosettaSciIO's TIA reader map a series' records instead of reading them one by one."""
    from rsciio.tia import _api

    with _SERIES:
        original = _api.load_ser_file
        _api.load_ser_file = lambda filename: _series(_api, filename) or original(filename)
        try:
            yield
        finally:
            _api.load_ser_file = original


def _series(api: ModuleType, filename: str) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Return a series' header and its records, mapped; None if these do not lie in a row.

    The layout is that of `rsciio.tia._api.load_ser_file`: an array of offsets, and at each of them
    a calibration, a picture or spectrum, and a tag with time and position.
    """
    with open(filename, "rb") as file:  # noqa: PTH123  as the reader names it
        header = np.fromfile(file, dtype=np.dtype(api.get_header_dtype_list(file)), count=1)
        count = int(header["ValidNumberElements"][0])
        width = "<u4" if header["SeriesVersion"][0] <= _LAST_OF_32_BITS else "<u8"
        start = int(header["OffsetArrayOffset"][0])
        refuse(start + count * np.dtype(width).itemsize, Path(filename).stat().st_size)
        file.seek(start)
        offsets = np.fromfile(file, dtype=width, count=count).astype(np.int64)
        if count == 0 or len(offsets) < count:
            return None
        kind = api.guess_record_by(header["DataTypeID"])
        fields, _ = api.get_data_dtype_list(file, int(offsets[0]), kind)
    record = np.dtype(fields + api.get_data_tag_dtype_list(header["TagTypeID"]))
    if count > 1 and not (np.diff(offsets) == record.itemsize).all():
        return None
    end = int(offsets[0]) + count * record.itemsize
    if end > Path(filename).stat().st_size:
        return None
    return header, np.memmap(filename, record, "r", offset=int(offsets[0]), shape=(count,))


_LAST_OF_32_BITS = 528
"""``SeriesVersion`` up to which offsets have 32 bits."""


def _panta_rhei(reader: ModuleType, path: Path) -> list[Dictionary]:
    """Map an array that lies in the archive as it is: the lazy reader takes any for one.

    (panta_rhei_sample_legacy.prz, of RosettaSciIO's tests, is compressed.)
    """
    lazy = is_stored(path, "data.npy")
    if not lazy:
        refuse_too_large("PantaRhei", path)
    dictionaries: list[Dictionary] = reader.file_reader(str(path), lazy=lazy)
    return dictionaries


def _mrc(reader: ModuleType, path: Path) -> list[Dictionary]:
    """Read an MRC file in its own byte order, and what stands in its other headers and beside it.

    The reader, told of the order, minds it in the header only, and not for its six tilt angles.
    """
    order = Header.of(path).order
    whole = reader.file_reader(str(path), lazy=True, endianness=order)
    (one,) = in_bands(reader, path, whole, endianness=order)
    one["original_metadata"].update(more_tags(path))
    return [_turned(one) if order == ">" else one]


def _turned(dictionary: Dictionary) -> Dictionary:
    data = dictionary["data"]
    tags = dictionary["original_metadata"]["std_header"]
    tags["TILTANGLES"] = np.asarray(tags["TILTANGLES"]).byteswap()
    return {**dictionary, "data": data.view(data.dtype.newbyteorder(">"))}


def _tiff(reader: ModuleType, path: Path) -> list[Dictionary]:
    """Believe a description, which may say how many pictures there are, only as far as it can be.

    The reader would make a file of that length on the disk.
    """
    found = in_bands(reader, path, reader.file_reader(str(path), lazy=True))
    refuse_made_up(path, sum(one["data"].nbytes for one in found))
    return found


def _sparse(reader: ModuleType, path: Path) -> list[Dictionary]:
    """Read maps that may be sparse; what is compiled to cut them is kept on disk.

    It takes seconds, and `sparse` would have Numba do it again in each process.
    """
    _keep_compiled()
    return in_bands(reader, path, reader.file_reader(str(path), lazy=True))


@cache
def _keep_compiled() -> None:
    with suppress(ImportError, AttributeError, RuntimeError):  # another version, or no place for it
        import_module("sparse.numba_backend._coo.indexing")._compute_mask.enable_caching()  # noqa: SLF001


ONLY_LAZY = frozenset({"MRC", "HSPY", "ZSPY"})
"""Readers that would be wrong without what is done here: byte order, other headers, odd tags."""

_OWN: dict[str, Callable[[ModuleType, Path], list[Dictionary]]] = {
    "EMD": _sparse,
    "JEOL": _sparse,
    "numpy": _numpy,
    "TIA": _tia,
    "TIFF": _tiff,
    "PantaRhei": _panta_rhei,
    "MRC": _mrc,
    "HSPY": read_hspy,
    "ZSPY": read_zspy,
}
