"""The tables in ``tables/``: which key stands at which tag, in which unit.

A vendor's peculiarity is a row or a column here, so that a microscopist can read and mend it. What
does not belong here: applying them (`emfair.vendor.mapping`).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from emfair.errors import BadSetting
from emfair.units import pint_unit

Parse = Literal[
    "plain", "quantity", "pair", "labelled", "label", "ratio",
    "iso", "epoch", "filetime", "clock", "date_and_time", "day_and_clock",
]  # fmt: skip


class Moment(BaseModel):
    """One moment that a file tells twice: as a FILETIME (UTC) and as a local clock's reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    utc: str
    clock: str


class Row(BaseModel):
    """One tag that holds one key.

    Attributes
    ----------
    tag, key, unit
        Where it stands below a root (`emfair.vendor.tags.find`); which key it is; the unit the
        vendor writes there.
    unit_at
        The tag that holds the unit; `unit` is then for files in which it is missing.
    parse
        ``plain``: a number or text. ``quantity``: a number and its unit in one text (``5 s``).
        ``pair``: (value, unit). ``labelled``: (label, value, unit). The unit in the tag wins.
        ``label``: (label, text). ``ratio``: (numerator, denominator).
        ``iso``: ISO 8601. ``epoch``: seconds since 1970, UTC. ``filetime``: 100 ns since 1601, UTC.
        ``clock``: a local time of day, within 12 h of `moment`. ``date_and_time``: a date with
        ``time`` and ``time_zone`` beside it; only an offset (``+09:00``) is taken for a zone,
        because names are those of the machine that reads, or that saved HyperSpy's file.
        ``day_and_clock``: a local day as people write it (``13.06.2016``, ``06/13/2016``,
        ``25 Sep 2018``), and the time of day behind it, or at `clock_at`.
    clock_at
        The tag that holds the time of day of ``day_and_clock``; empty where the day's tag does.
    when, unless
        Only if these tags (below the same root) have, or have not, these values; ``*`` is anything.
    rank
        Only signals with so many dimensions (a spectrum has 1, a map of spectra 3); empty for any.
    values
        What the vendor's words mean; a word that is not among them gives no fact, unless
        ``"*": "*"`` is there: then it stands for itself.
    zero
        ``unset``: the vendor writes 0 for "not recorded".
    sign
        ``drop``: the vendor writes a negative number for a positive quantity.
    trust
        ``no``: often left over from another session: kept as a fact with a warning, never used.
    note
        What whoever reads the value should know; evidence belongs in the table's comments.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str
    key: str
    unit: str = ""
    unit_at: str = ""
    parse: Parse | None = None
    moment: Moment | None = None
    clock_at: str = ""
    when: dict[str, str] = Field(default_factory=dict)
    unless: dict[str, str] = Field(default_factory=dict)
    rank: tuple[int, ...] = ()
    values: dict[str, str] = Field(default_factory=dict)
    zero: Literal["number", "unset"] = "number"
    sign: Literal["keep", "drop"] = "keep"
    trust: bool = True
    note: str = ""

    @field_validator("tag")
    @classmethod
    def _is_path(cls, tag: str) -> str:
        outside = re.sub(r"\{[^{}]+\}", "", tag)
        if (
            not tag.strip("/ ")
            or tag != tag.strip("/")
            or "//" in tag
            or re.search("[{}]", outside)
        ):
            raise ValueError(
                "a tag is a path of names with / between them, like Optics/Defocus; "
                "{another tag} stands for that tag's value"
            )
        return tag

    @field_validator("unit")
    @classmethod
    def _is_unit(cls, unit: str) -> str:
        if pint_unit(unit) is None:
            raise ValueError(f"{unit!r} is no unit that Pint knows, like kV, µm, deg or mrad")
        return unit

    @model_validator(mode="after")
    def _clock_has_moment(self) -> Self:
        if (self.parse == "clock") != (self.moment is not None):
            raise ValueError("`parse: clock` and `moment: {utc: …, clock: …}` go together")
        return self


class Constant(BaseModel):
    """A value that the format itself implies, if tag `needs` is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    value: str
    needs: str = ""


class Table(BaseModel):
    """One file of ``tables/``; ``*`` stands for all readers but those that are `spared`.

    `spelled` says how this vendor writes a unit (``mR`` for mrad).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    readers: tuple[str, ...]
    spared: tuple[str, ...] = ()
    tree: Literal["tags", "metadata"] = "tags"
    roots: tuple[str, ...]
    parse: Parse = "plain"
    spelled: dict[str, str] = Field(default_factory=dict)
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
    """Return all tables; those for any reader last, so that a vendor's own tag comes first.

    Raises
    ------
    BadSetting
        A table cannot be read; says which, which row, and what to write instead.
    """
    found = []
    for entry in sorted(files("emfair.vendor").joinpath("tables").iterdir(), key=lambda e: e.name):
        name = entry.name.removesuffix(".yaml")
        if name != entry.name:
            found.append(read_table(name, entry.read_bytes()))
    return tuple(sorted(found, key=lambda table: "*" in table.readers))


class _Loader(yaml.CSafeLoader):
    """PyYAML's, but a name that stands twice is an error: one of the two would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping."""
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(made) < len(node.value):
            raise yaml.constructor.ConstructorError(
                None, None, "a name stands twice here", node.start_mark
            )
        return made


def read_table(name: str, text: str | bytes) -> Table:
    """Return table `name` from the text of its file, or from its bytes (UTF-8).

    Raises
    ------
    BadSetting
        It is no YAML, or a row does not fit; says which row, and what to write instead.
    """
    subject = f"emfair/vendor/tables/{name}.yaml"
    try:
        document = yaml.load(text, _Loader)  # noqa: S506  a safe one
    except yaml.YAMLError as error:
        raise BadSetting(
            f"this is not YAML ({' '.join(str(error).split())}).",
            subject=subject,
            remedy="Put a tag that holds a colon, a brace or a # in quotes.",
        ) from error
    try:
        return Table.model_validate({"name": name, **(document or {})})
    except (ValidationError, TypeError) as error:
        raise BadSetting(
            _what(document, error),
            subject=subject,
            remedy="Each row needs a tag and a key, and a unit if it is a quantity; "
            "the other tables show how.",
        ) from error


def _what(document: Any, error: ValidationError | TypeError) -> str:
    """Say in one sentence which row is wrong, and how."""
    if isinstance(error, TypeError):
        return "it is not a mapping of `version`, `readers`, `roots` and `rows`."
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    said = first["msg"].removeprefix("Value error, ")
    if where[:1] == ["rows"] and len(where) > 1:
        number = int(where[1])
        row = document["rows"][number]
        tag = row.get("tag", "without a tag") if isinstance(row, dict) else row
        return f"row {number + 1} ({tag}), {'/'.join(where[2:]) or 'as a whole'}: {said}."
    return f"{'/'.join(where)}: {said}."
