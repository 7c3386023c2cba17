"""Which real files are damaged: the smallest of each format, and how a damaged copy is made."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.fuzz.damage import Damage
from emfair.demo.corpus import unpack
from emfair.vendor.bundles import Bundle, bundle
from emfair.vendor.sniff import sniff

LARGEST = 4 << 20
"""Bytes of a bundle: larger ones find nothing that smaller ones do not, more slowly."""


@dataclass(frozen=True)
class Target:
    """A bundle below a folder that some reader takes by its content or its name."""

    format: str
    folder: Path
    bundle: Bundle

    @property
    def sizes(self) -> tuple[int, ...]:
        """The bytes of each file of the bundle."""
        return tuple((self.folder / name).stat().st_size for name in self.bundle.members)

    def damaged(self, damage: Damage | None, folder: Path) -> Path:
        """Put a damaged (or a sound) copy below `folder`; return what a reader is given."""
        for place, name in enumerate(self.bundle.members):
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if damage is None or place != damage.member:
                shutil.copyfile(self.folder / name, copy)
                continue
            content = damage.done_to((self.folder / name).read_bytes())
            if content is not None:
                copy.write_bytes(content)
        return folder / self.bundle.primary


def targets(folders: Iterable[Path], scratch: Path) -> dict[str, list[Target]]:
    """Return the bundles below folders, and in their ZIP archives, of each format, smallest first.

    A format is a reader and an ending: ``EMD .emd``. Bundles without a reader are left out.
    """
    found: dict[str, list[Target]] = defaultdict(list)
    for folder in [one for given in folders for one in _with_archives(given, scratch)]:
        for each in _bundles(folder):
            target = _target(folder, each)
            if target is not None and 0 < sum(target.sizes) <= LARGEST:
                found[target.format].append(target)
    return {
        name: sorted(found[name], key=lambda one: (sum(one.sizes), one.bundle.primary))
        for name in sorted(found)
    }


def target_of(path: Path) -> Target:
    """Return the bundle that a file begins. Raises `ValueError` if no reader takes it."""
    for each in _bundles(path.parent):
        if each.primary == path.name and (target := _target(path.parent, each)) is not None:
            return target
    raise ValueError(f"{path} is no file that a reader takes")


def _with_archives(folder: Path, scratch: Path) -> Iterator[Path]:
    yield folder
    for archive in sorted(folder.rglob("*.zip")):
        inside = scratch / str(archive.relative_to(folder)).replace("/", "-")
        try:
            unpack(archive, inside)
        except Exception:  # noqa: BLE001  broken on purpose, some of them
            shutil.rmtree(inside, ignore_errors=True)
            continue
        yield inside


def _bundles(folder: Path) -> list[Bundle]:
    return bundle(
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".zip", ".py", ".pyc")
    )


def _target(folder: Path, each: Bundle) -> Target | None:
    path = folder / each.primary
    candidates = sniff(path).candidates
    if not candidates:
        return None
    return Target(f"{candidates[0].name} {path.suffix.lower()}", folder, each)
