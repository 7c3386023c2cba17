"""A level of the lake as one ZIP: as its folders stand there, with READMEs and a list of checksums.

The READMEs above experiments are written anew for whoever asks: the lake's own name experiments
that they may not see. The list of checksums stands at the end, because all bytes are hashed as they
are read, and those that were promised are proven. What does not belong here: how ZIP is written
(`zips`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from emfair.errors import FixityMismatch, TooMuch
from emfair.lake import layout
from emfair.model.canonical import BLOCK
from emfair.model.manifest import Titles
from emfair.records.readme import Child, Level, level_readme
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.holdings import Branch, Holding, Part, experiments, holdings
from emfair.service.services import Services
from emfair.service.zips import Member, zipped

CHECKSUMS = "manifest-sha256.txt"
MEMBERS = 300_000
"""Files in one archive: its directory is kept in memory until the end, 0.9 kB each. An experiment
of 100,000 files with a container and a picture each is within."""
_LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)


def archive(access: Access, branch: Branch, part: Part, *, most: int = MEMBERS) -> Iterator[bytes]:
    """Return the blocks of a ZIP of all that someone may take of a level, in one folder.

    The same data give the same bytes. What is missing, is not what was promised, or makes more than
    `most` files, ends the stream with an error, before the archive is whole.

    Raises
    ------
    NotFound, Unauthenticated, Forbidden
        They may not take it of this experiment, or it has nothing to take yet.
    """
    rows = experiments(access, branch, part)
    return zipped(_Contents(access.services, branch, part, most).members(rows))


@dataclass
class _Contents:
    """What one archive holds, and what is known of it by then."""

    services: Services
    branch: Branch
    part: Part
    most: int
    sums: list[str] = field(default_factory=list)
    seen: dict[tuple[str, ...], Child] = field(default_factory=dict)
    titles: dict[tuple[str, ...], str] = field(default_factory=dict)
    dated: datetime = _LONG_AGO

    def members(self, rows: Iterator[ExperimentRow]) -> Iterator[Member]:
        for row in rows:
            self._note(row)
            for holding in holdings(self.services, row, self.part):
                yield self._member(holding)
        for path, text in self._readmes():
            yield self._text(path, text)
        yield self._text(CHECKSUMS, "".join(self.sums))

    def _member(self, holding: Holding) -> Member:
        if len(self.sums) >= self.most:
            raise TooMuch(
                f"is more than the {self.most:,} files that one archive takes.",
                subject=self.branch.folder,
                remedy="Take it level by level, or by its list of downloads.",
            )
        self.dated = max(self.dated, holding.dated)
        return Member(
            self._inside(self.branch.within(holding.key)),
            holding.size,
            holding.dated,
            self._proven(holding),
        )

    def _proven(self, holding: Holding) -> Iterator[bytes]:
        """Yield an object's bytes; at their end they are what was promised, or an error is told."""
        digest = hashlib.sha256()
        with self.services.lake.open(holding.key) as source:
            while block := source.read(BLOCK):
                digest.update(block)
                yield block
        found = digest.hexdigest()
        if holding.sha256 not in ("", found):
            raise FixityMismatch(
                f"its bytes hash to {found}, not to {holding.sha256}.",
                subject=holding.key,
                remedy="Ask whoever runs the lake to restore it; if it is being processed, wait.",
            )
        self.sums.append(f"{found}  {self.branch.within(holding.key)}\n")

    def _text(self, path: str, text: str) -> Member:
        content = text.encode()
        if path != CHECKSUMS:
            self.sums.append(f"{hashlib.sha256(content).hexdigest()}  {path}\n")
        return Member(self._inside(path), len(content), self.dated, iter([content]))

    def _inside(self, path: str) -> str:
        return f"{self.branch.name}/{path}"

    def _note(self, row: ExperimentRow) -> None:
        """Count an experiment for the READMEs of the levels above it."""
        levels = (row.project, row.proposal, row.sample, row.id)
        if levels[:3] not in self.titles:
            _, titles = self.services.registry.experiments.place(row.id)
            self.titles.update(_titles(levels, titles))
        for depth in range(len(self.branch.levels) + 1, 5):
            here = levels[:depth]
            title = row.title if depth == 4 else self.titles[here]
            before = self.seen.get(here)
            self.seen[here] = Child(here[-1], title, before.experiments + 1 if before else 1)

    def _readmes(self) -> Iterator[tuple[str, str]]:
        """Yield path and text of each README above an experiment that hangs below the branch."""
        for levels in sorted({above[:-1] for above in self.seen}):
            children = [child for above, child in self.seen.items() if above[:-1] == levels]
            level = list(Level)[len(levels) - 1]
            text = level_readme(level, levels[-1], self.titles[levels], children)
            yield self.branch.within(layout.readme(Branch(levels).folder)), text


def _titles(levels: tuple[str, ...], titles: Titles) -> dict[tuple[str, ...], str]:
    return {levels[:1]: titles.project, levels[:2]: titles.proposal, levels[:3]: titles.sample}
