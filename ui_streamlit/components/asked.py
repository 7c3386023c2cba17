"""What the widgets of a search say, and the address that says the same: each follows the other.

What does not belong here: what the words of an address mean (`emfair.service.searches`), and how
the widgets look (`narrowing`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

import streamlit as st

from emfair.errors import BadCall
from emfair.model.days import read_day
from emfair.nxem.keys import keys
from emfair.service.searches import FACETS, MOST_COLUMNS, MOST_CONDITIONS, read_condition

ONE = {"level": "experiments", "view": "pictures", "q": "", "sort": "-date", "since": "",
       "until": ""}  # fmt: skip
"""What is said once, and what it is where nothing is said."""
KNOWN = {"level": ("experiments", "measurements"), "view": ("pictures", "table")}
SORTS = ("date", "title", "size")
"""What anything found is sorted by; and by any value that is shown."""
SEVERAL = ("columns", *FACETS)
WHERE = "where"
LAST = "last"
"""The name of a state: the last search that could be read of what an address and widgets said."""
NAMES = (*ONE, *SEVERAL, WHERE)
"""All that an address can say of a search."""
_NUMBERS = count()

Said = dict[str, list[str]]


@dataclass
class Row:
    """One condition as its widgets have it: a key, and what it must be.

    Attributes
    ----------
    last
        What was read of it last; it counts as long as what is typed cannot be read.
    told
        What the address says of it: what was read last, or what it said when it was come by.
    problem
        Why that is.
    """

    number: int
    last: str = ""
    told: str = ""
    problem: BadCall | None = None

    def widget(self, part: str) -> str:
        """Return the key of the widget for a part of it."""
        return state(f"{part}-{self.number}")

    def typed(self) -> str:
        """Return it as an address says it; empty while nothing is asked of the key."""
        key, text = (st.session_state.get(self.widget(part)) or "" for part in _PARTS)
        return f"{key}:{text}" if key and text.strip() else ""

    def read(self) -> str:
        """Return what counts of it, as an address says it."""
        typed, self.problem = self.typed(), None
        try:
            if typed:
                read_condition(typed)
        except BadCall as error:
            self.problem = error
            key = typed.partition(":")[0]
            return self.last if self.last.startswith(f"{key}:") else ""
        self.last = self.told = typed
        return typed


_PARTS = ("key", "text")


def is_number(key: str) -> bool:
    """Whether a key is asked for by a range."""
    return key in keys() and keys()[key].kind == "number"


def state(name: str) -> str:
    """Return the key of a widget of the search."""
    return f"find-{name}"


def asked() -> Said:
    """Return what is looked for: what an address says that was come by, else what widgets say.

    A condition that cannot be read counts as it was before, and the address of the page, which
    follows what is typed, stays as it was; another search begins at its first page.
    """
    address = {name: st.query_params.get_all(name) for name in st.query_params}
    if address != st.session_state.get(state("address")) or state("q") not in st.session_state:
        _take(address)
    elif _typed() != st.session_state.get(state("said")):
        st.session_state[state("page")] = 1
    sort = st.session_state[state("sort")].removeprefix("-")
    if sort not in (*SORTS, *st.session_state.get(state("columns"), ())):
        st.session_state[state("sort")] = ONE["sort"]
    said = _typed()
    for name in (*ONE, *SEVERAL):  # kept, whatever becomes of the widget's options
        st.session_state[state(name)] = st.session_state.get(state(name), ONE.get(name))
    counting = [one for row in rows() if (one := row.read())]
    number = st.session_state.get(state("page"), 1)
    told = _with_where(said, [row.told for row in rows() if row.told])
    told |= {"page": [str(number)]} if number > 1 else {}
    st.query_params.from_dict(told)  # first: a run that ends here has come by what is typed
    st.session_state[state("said")], st.session_state[state("address")] = said, told
    return _with_where(said, counting)


def _with_where(said: Said, where: list[str]) -> Said:
    """Return what is said with other conditions."""
    others = {name: one for name, one in said.items() if name != WHERE}
    return others | ({WHERE: where} if where else {})


def rows() -> list[Row]:
    """Return the conditions that are being asked, to be changed in place."""
    found: list[Row] = st.session_state.setdefault(state("rows"), [])
    return found


def add_row(key: str = "", text: str = "") -> None:
    """Ask for one condition more."""
    row = Row(next(_NUMBERS), told=f"{key}:{text}" if key and text else "")
    rows().append(row)
    st.session_state[row.widget("key")] = key or None
    st.session_state[row.widget("text")] = text


def forget_text(row: Row) -> None:
    """Ask nothing of a key that was just chosen: what was typed was meant for another."""
    st.session_state[row.widget("text")] = ""


def drop_row(row: Row) -> None:
    """Ask for it no longer."""
    rows().remove(row)


def clear() -> None:
    """Begin anew; what is shown, and how, stays."""
    kept = {name: st.session_state.get(state(name)) for name in ("level", "view", "columns")}
    _take({name: [value] if isinstance(value, str) else list(value or []) for name, value in
           kept.items()})  # fmt: skip


def _take(address: Mapping[str, list[str]]) -> None:
    """Let the widgets say what an address says; what they cannot is dropped."""
    st.session_state.pop(state(LAST), None)
    for name, nothing in ONE.items():
        said = next(iter(address.get(name, ())), nothing)
        st.session_state[state(name)] = said if said in KNOWN.get(name, (said,)) else nothing
    for name in ("since", "until"):
        st.session_state[state(name)] = read_day(st.session_state[state(name)])
    for name in SEVERAL:
        st.session_state[state(name)] = list(dict.fromkeys(address.get(name, ())))
    known = [one for one in st.session_state[state("columns")] if one in keys()]
    st.session_state[state("columns")] = known[:MOST_COLUMNS]
    st.session_state[state("rows")] = []
    for one in address.get(WHERE, [])[: MOST_CONDITIONS + 1]:  # too many are told
        key, _, text = one.partition(":")
        add_row(key, text.strip())
    page = next(iter(address.get("page", ())), "1")
    st.session_state[state("page")] = max(int(page), 1) if re.fullmatch("[0-9]{1,6}", page) else 1


def _typed() -> Said:
    said: Said = {}
    for name, nothing in ONE.items():
        value = st.session_state.get(state(name))
        if value and value != nothing:
            said[name] = [str(value)]
    for name in SEVERAL:
        if values := st.session_state.get(state(name)):
            said[name] = list(values)
    if where := [one for row in rows() if (one := row.typed())]:
        said[WHERE] = where
    return said
