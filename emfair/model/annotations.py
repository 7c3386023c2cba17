"""The annotation document: what a person says that no file carries.

The same document in a YAML file, in the API and in the lake. Everything is optional: a half-filled
document is a draft, and what NXem still misses becomes findings. Quantities are kept as the person
typed them (``200 kV``); `emfair.nxem.annotations` checks and reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Years of any time that is taken: a sample may be older than its microscope."""

ELEMENTS = tuple(
    re.findall(
        r"\w+",
        "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga "
        "Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr "
        "Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr "
        "Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc "
        "Lv Ts Og",
    )
)
"""IUPAC symbols of the 118 elements, by atomic number."""


def _element(symbol: str) -> str:
    if symbol not in ELEMENTS:
        raise ValueError(f"{symbol!r} is not the symbol of an element (like Si or O)")
    return symbol


def _orcid(text: str) -> str:
    """Check the ISO 7064 11,2 digit of an ORCID iD."""
    plain = text.removeprefix("https://orcid.org/")
    if not re.fullmatch(r"([0-9]{4}-){3}[0-9]{3}[0-9X]", plain):
        raise ValueError("an ORCID iD looks like 0000-0002-1825-0097")
    digits = plain.replace("-", "")
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    if "0123456789X"[(12 - total % 11) % 11] != digits[15]:
        raise ValueError("the check digit of this ORCID iD is wrong: look for a typing error")
    return plain


@cache
def time_zones() -> tuple[str, ...]:
    """Return the IANA's names, UTC first: of a package, so they are the same on every machine."""
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return ("UTC", *sorted({*names} - {"UTC", "Factory"}))


def _time_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError(f"{name!r} is no time zone of the IANA's list (like Europe/Rome or UTC)")
    return name


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _no_number(value: Any) -> Any:
    """Refuse ``20260122``, which would be taken for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and _is_number(value)):
        raise ValueError("a time looks like 2026-01-22T12:14:12+01:00")
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_this_age(value: datetime) -> datetime:
    """Refuse years that are none of a measurement's (1 and 9999 cannot even be turned to UTC)."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return value


Text = Annotated[str, Field(min_length=1, max_length=2000), BeforeValidator(_as_text)]
Time = Annotated[AwareDatetime, BeforeValidator(_no_number), AfterValidator(_of_this_age)]
Element = Annotated[str, AfterValidator(_element)]
Orcid = Annotated[str, AfterValidator(_orcid)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SampleNotes(_Part):
    """The sample: NXem's ``sample1``."""

    name: Text | None = None
    atom_types: tuple[Element, ...] | None = Field(default=None, min_length=1)
    preparation_date: Time | None = None
    is_simulation: bool | None = None
    physical_form: Text | None = None
    description: Text | None = None
    thickness: Text | None = None
    identifier: Text | None = None


class InstrumentNotes(_Part):
    """The instrument: NXem's ``measurement/instrument``.

    `time_zone` is its clocks': files often say a time without one.
    """

    vendor: Text | None = None
    model: Text | None = None
    name: Text | None = None
    serial_number: Text | None = None
    location: Text | None = None
    type: Text | None = None
    time_zone: TimeZone | None = None


class UserNotes(_Part):
    """The person at the instrument: NXem's ``user1``."""

    name: Text | None = None
    affiliation: Text | None = None
    orcid: Orcid | None = None
    email: Text | None = None


class FileNotes(_Part):
    """What is said of one file only; `measurement` overrides the experiment's.

    `set_aside` is why it is not to be converted: it is kept as it came, and counts for nothing.
    """

    title: Text | None = None
    start_time: Time | None = None
    set_aside: Text | None = Field(default=None, exclude_if=lambda reason: reason is None)
    measurement: dict[str, Text] = Field(default_factory=dict)


class Annotations(_Part):
    """All a person says of one experiment.

    Its own start and end count for files that do not say theirs.
    """

    title: Text | None = None
    description: Text | None = None
    start_time: Time | None = None
    end_time: Time | None = None
    sample: SampleNotes = SampleNotes()
    instrument: InstrumentNotes = InstrumentNotes()
    user: UserNotes = UserNotes()
    measurement: dict[str, Text] = Field(default_factory=dict)
    files: dict[str, FileNotes] = Field(default_factory=dict)

    def about(self, file: str) -> FileNotes | None:
        """Return what is said of one file, named as in the manifest.

        A key may leave out folders: ``scan.dm4`` is said of ``session/scan.dm4``, too, and
        ``/scan.dm4`` of none but the one in no folder. The longest key that fits has the word.
        """
        key = self.key_about(file)
        return self.files[key] if key else None

    def key_about(self, file: str) -> str:
        """Return the key of `files` that has the word about one file; empty if none has."""
        return max((key for key in self.files if _is_of(key, file)), key=len, default="")

    def why_aside(self, file: str) -> str:
        """Return why a file is set aside; empty if it is not."""
        said = self.about(file)
        return said.set_aside or "" if said else ""

    def about_nothing(self, names: Iterable[str]) -> list[str]:
        """Return the keys of `files` that fit none of the files `names`."""
        known = list(names)
        return [key for key in self.files if not any(_is_of(key, name) for name in known)]


def name_in(file: str, files: Iterable[str]) -> str:
    """Return what a file is called in the document, so that it is no other file's name.

    >>> name_in("scan.tif", ["scan.tif", "b/scan.tif"]), name_in("a.tif", ["a.tif"])
    ('/scan.tif', 'a.tif')
    """
    return f"/{file}" if any(one.endswith(f"/{file}") for one in files) else file


def _is_of(key: str, file: str) -> bool:
    """Whether something said of `key` is said of a file."""
    return key == f"/{file}" if key.startswith("/") else f"/{file}".endswith(f"/{key}")
