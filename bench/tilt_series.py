"""A large raw file as SerialEM writes it: a tilt series in MRC, and the text file beside it.

Counts of a direct electron detector with Poisson noise over a smooth specimen, so that it packs
as real data do. The same size always gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the benchmark's own process stays small
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

_UINT16 = 6  # MRC's mode
_ANGSTROM = 2.1  # of a pixel


def tilt_series(folder: Path, images: int, side: int) -> Path:
    """Return an MRC file of ``images × side × side`` uint16 in `folder`, made once.

    Beside it stands ``<name>.mrc.mdoc``, SerialEM's metadata, without which pynxtools-em takes no
    MRC file.
    """
    path = folder / file_name(images, side)
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(_header(images, side))
            for image in _images(images, side):
                file.write(image.tobytes())
        path.with_suffix(".mrc.mdoc").write_text(_mdoc(path.name, images, side), "utf-8")
        part.replace(path)
    return path


def file_name(images: int, side: int) -> str:
    """Return what the file of this size is called."""
    return f"tilt-series-{images}x{side}x{side}.mrc"


def images_of(path: Path) -> NDArray[np.uint16]:
    """Return the images of a file that `tilt_series` wrote, mapped."""
    import numpy as np

    columns, rows, images = np.fromfile(path, "<i4", count=3).tolist()
    return np.memmap(path, "<u2", "r", 1024, (images, rows, columns))


def _header(images: int, side: int) -> bytes:
    """Return the 1,024 bytes of the MRC2014 standard."""
    import numpy as np

    header = np.zeros(1024, np.uint8)
    header[:16].view("<i4")[:] = side, side, images, _UINT16
    header[28:40].view("<i4")[:] = side, side, images
    header[40:52].view("<f4")[:] = side * _ANGSTROM, side * _ANGSTROM, images * _ANGSTROM
    header[52:64].view("<f4")[:] = 90.0
    header[64:76].view("<i4")[:] = 1, 2, 3
    header[108:112].view("<i4")[:] = 20140
    header[208:216] = np.frombuffer(b"MAP \x44\x44\x00\x00", np.uint8)
    return header.tobytes()


def _images(count: int, side: int) -> Iterator[NDArray[np.uint16]]:
    """Yield each image: noise drawn once in bands, in another order for each tilt."""
    import numpy as np

    noise = np.random.default_rng(20260122)
    row, column = np.mgrid[:side, :side] / side
    particle = np.hypot(row - 0.5, column - 0.4) < 0.1
    mean = 12 + 6 * np.sin(9 * row) * np.cos(7 * column) + 20 * particle
    drawn: NDArray[np.uint16] = noise.poisson(mean).astype("<u2")
    for number in range(count):
        yield np.roll(drawn, number * 97, axis=(0, 1))


def _mdoc(name: str, images: int, side: int) -> str:
    lines = [
        f"PixelSpacing = {_ANGSTROM}",
        "Voltage = 300",
        "Version = SerialEM Version 4.1.0,  built Feb 14 2024  11:00:00",
        f"ImageFile = {name}",
        f"ImageSize = {side} {side}",
        f"DataMode = {_UINT16}",
        "",
    ]
    for number in range(images):
        lines += [
            f"[ZValue = {number}]",
            f"TiltAngle = {3.0 * (number - images // 2)}",
            "StagePosition = -167.145 -154.199",
            "StageZ = 12.5",
            "Magnification = 42000",
            "Intensity = 0.11",
            f"PixelSpacing = {_ANGSTROM}",
            "SpotSize = 8",
            "ProbeMode = 1",
            "Defocus = -3.0",
            "ImageShift = -0.163032 0.295584",
            "RotationAngle = 175.3",
            "ExposureTime = 1.2",
            "Binning = 1",
            "CameraIndex = 0",
            "MagIndex = 30",
            "LowDoseConSet = 4",
            "CountsPerElectron = 1.0",
            "",
        ]
    return "\n".join(lines)
