"""The tables in ``tables/``: which key stands at which tag, in which unit.

A vendor's peculiarity is a row or a column here, so that a microscopist can read and mend it. What
does not belong here: applying them (`emfair.vendor.mapping`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Parse = Literal["plain", "epoch", "labelled", "label", "date_and_time"]


class Row(BaseModel):
    """One tag that holds one key.

    Attributes
    ----------
    tag, key, unit
        Where it stands below a root; which key it is; the unit the vendor writes there.
    parse
        ``plain``: a number or text. ``epoch``: seconds since 1970, UTC. ``labelled``: (label,
        value, unit), the unit in the tag wins. ``label``: (label, text). ``date_and_time``: a date
        with ``time`` and ``time_zone`` beside it; only an offset (``+09:00``) is taken for a zone,
        because RosettaSciIO writes the name of the zone of the machine it runs on.
    when, unless
        Only if these tags (below the same root) have, or have not, these values; ``*`` is any.
    zero
        ``unset``: the vendor writes 0 for "not recorded".
    sign
        ``drop``: the vendor writes a negative number for a positive quantity.
    trust
        ``no``: often left over from another session: kept as a fact with a warning, never used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str
    key: str
    unit: str = ""
    parse: Parse | None = None
    when: dict[str, str] = Field(default_factory=dict)
    unless: dict[str, str] = Field(default_factory=dict)
    zero: Literal["number", "unset"] = "number"
    sign: Literal["keep", "drop"] = "keep"
    trust: bool = True
    note: str = ""


class Constant(BaseModel):
    """A value that the format itself implies, if tag `needs` is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    value: str
    needs: str = ""


class Table(BaseModel):
    """One file of ``tables/``; ``*`` stands for all readers but those that are `spared`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    readers: tuple[str, ...]
    spared: tuple[str, ...] = ()
    tree: Literal["tags", "metadata"] = "tags"
    roots: tuple[str, ...]
    parse: Parse = "plain"
    rows: tuple[Row, ...]
    constants: tuple[Constant, ...] = ()

    @property
    def extractor(self) -> str:
        """How facts name this table."""
        return f"emfair.vendor.tables.{self.name}"

    def fits(self, reader: str) -> bool:
        """Whether the table is for files of `reader`."""
        return reader in self.readers or ("*" in self.readers and reader not in self.spared)


@cache
def tables() -> tuple[Table, ...]:
    """Return all tables; those for any reader last, so that a vendor's own tag comes first."""
    found = []
    for entry in sorted(files("emfair.vendor").joinpath("tables").iterdir(), key=lambda e: e.name):
        name, dot, extension = entry.name.partition(".")
        if dot and extension == "yaml":
            document = yaml.load(entry.read_text("utf-8"), yaml.CSafeLoader)
            found.append(Table.model_validate({"name": name, **document}))
    return tuple(sorted(found, key=lambda table: "*" in table.readers))
