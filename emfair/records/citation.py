"""How a dataset is cited: as a sentence, and for BibTeX.

Pure, after DataCite's recommendation: creators (year): title. publisher. identifier. What does not
belong here: records of what is published, with a DOI.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Contributor:
    """Who had a part in a dataset and is none of its creators, with DataCite's word for it."""

    name: str
    type: Literal["DataCurator"] = "DataCurator"


@dataclass(frozen=True)
class Citation:
    """What there is to cite.

    Attributes
    ----------
    people
        Its creators' names, in order.
    identifier
        The experiment's.
    address
        Where it is found.
    contributors
        Whom neither sentence nor entry names.
    """

    people: Sequence[str]
    year: int
    title: str
    identifier: str
    address: str
    publisher: str = "emfair"
    contributors: Sequence[Contributor] = ()

    @property
    def text(self) -> str:
        """A sentence for a list of references."""
        people = "; ".join(map(_line, self.people)) or "Unknown"
        title = _line(self.title).rstrip(".")
        return (
            f"{people} ({self.year}): {title} [Data set]. {self.publisher}. "
            f"{self.identifier}. {self.address}"
        )

    @property
    def bibtex(self) -> str:
        """An entry; braces, backslashes and what else LaTeX reads are escaped."""
        fields = {
            "author": " and ".join(f"{{{_latex(one)}}}" for one in self.people) or "{Unknown}",
            "title": f"{{{_latex(self.title)}}}",
            "year": str(self.year),
            "publisher": _latex(self.publisher),
            "note": f"Data set {_latex(self.identifier)}",
            "url": _url(self.address),
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self._key},\n{lines}\n}}"

    @property
    def _key(self) -> str:
        """A name that BibTeX takes: the first person's last one, the year, the identifier."""
        last = self.people[0].split()[-1] if self.people and self.people[0].split() else "unknown"
        plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9]", "", plain) or "unknown"
        return f"{name}{self.year}-{self.identifier}"


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{char: f"\\{char}" for char in "#$%&_"},
}  # fmt: skip


def _latex(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in _line(text))


def _url(text: str) -> str:
    """Return an address in which no brace opens or closes anything."""
    return _line(text).replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


def _line(text: str) -> str:
    """Return `text` on one line, without characters that hide or turn what stands beside them."""
    kept = (char for char in text if unicodedata.category(char) not in ("Cf", "Cs"))
    return " ".join("".join(" " if unicodedata.category(c) == "Cc" else c for c in kept).split())
