"""What a reader's exception means, in words for whoever deposited the file: ``failures.yaml``.

What does not belong here: reading (`emfair.vendor.read`), and what is refused before it
(`emfair.vendor.promises`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field

from emfair.vendor.tags import fits


class Failure(BaseModel):
    """One reader's failure on one file.

    Attributes
    ----------
    reader
        RosettaSciIO's name of it (``DigitalMicrograph``).
    says
        What it means, a clause after "could not be read: "; empty if nobody knows.
    detail
        The exception's own words; empty where `says` are emfair's own.
    remedy
        What to do; empty for what helps most damaged files.
    """

    model_config = ConfigDict(frozen=True)

    reader: str
    says: str = ""
    detail: str = ""
    remedy: str = ""

    @property
    def told(self) -> str:
        """Reader and exception in one clause, for engineers."""
        return f"{self.reader}: {self.detail or self.says}"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    error: tuple[str, ...] = Field(min_length=1)
    reader: str = ""
    says: str
    remedy: str = ""


def failure_of(reader: str, error: BaseException | None) -> Failure:
    """Return what `error`, raised by `reader`, means to people."""
    detail = in_short(error)
    for row in _rows():
        if row.reader in ("", reader) and any(fits(detail, one) for one in row.error):
            says, remedy = (text.replace("{reader}", reader) for text in (row.says, row.remedy))
            return Failure(reader=reader, says=says, detail=detail, remedy=remedy)
    return Failure(reader=reader, detail=detail)


def most_telling(failures: Sequence[Failure]) -> Failure:
    """Return what all `failures` of one file come to, in words.

    The first that says something does, emfair's own words before those for an exception; where none
    does, it says whose readers could make no sense of the file.
    """
    known = sorted((one for one in failures if one.says), key=lambda one: bool(one.detail))
    if known:
        return known[0]
    names = [one.reader for one in failures]
    if len(names) == 1:
        return failures[0].model_copy(update={"says": _AT_A_LOSS.format(names[0])})
    told = f"none of the readers that it may be for ({', '.join(names)}) could make sense of it"
    return failures[0].model_copy(update={"says": told})


_AT_A_LOSS = "its reader ({}) could not make sense of it"


def in_short(error: BaseException | None) -> str:
    """Return an error's kind and text on one line, without any folder of this server."""
    text = re.sub(r"\s+", " ", str(error)).strip()
    for quoted in (r"(['\"`])/[^'\"`]*/(?=[^'\"`/]+\1)", r"(^|[\s(=:,])/(?:[^\s'\"`:]+/)+"):
        text = re.sub(quoted, r"\1", text)
    return f"{type(error).__name__}{f': {text}' if text else ''}"[:300]


@cache
def _rows() -> tuple[_Row, ...]:
    text = files("emfair.vendor").joinpath("failures.yaml").read_text("utf-8")
    return tuple(_Row.model_validate(row) for row in yaml.load(text, yaml.CSafeLoader)["rows"])
