"""What a search finds, as pictures or as a table: single measurements, or experiments.

What does not belong here: searching.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from emfair.model.facts import Fact, Source
from emfair.model.findings import Verdict
from emfair.nxem.keys import Key, keys
from emfair.nxem.show import kind_in_words
from emfair.service.searches import Search, column_of
from ui_streamlit.components import links
from ui_streamlit.components.link_table import Column, Row, link_table
from ui_streamlit.components.markup import show
from ui_streamlit.components.times import day
from ui_streamlit.components.values import value_of
from ui_streamlit.components.words import VERDICTS, Word

Hit = Mapping[str, Any]


def pictures(search: Search, hits: Sequence[Hit]) -> None:
    """Show what is found as cards, each of which leads to its page."""
    show("hits", hits=[_card(search, hit) for hit in hits])


def table(search: Search, hits: Sequence[Hit]) -> None:
    """Show what is found as a table, whose titles lead to their pages."""
    link_table("What is found", _columns(search), [_line(search, hit) for hit in hits])
    st.caption("More columns are in the files that you download.")


def _card(search: Search, hit: Hit) -> dict[str, Any]:
    single = search.level == "measurements"
    about = [
        hit["experiment"] if single else f"{hit['project_title']} › {hit['sample_title']}",
        _techniques(hit),
        _data(hit) if single else _fitting(hit),
        *(f"{key.label}: {told}" for key in _shown(search) if (told := _told(search, key, hit))),
    ]
    return {
        "to": _to(hit),
        "src": _picture(hit),
        "title": _title(hit),
        "file": hit["file"] if single and hit["title"] else "",
        "about": [one for one in about if one],
        "day": _day(hit),
        "word": _word(hit),
    }


def _columns(search: Search) -> list[Column]:
    """Return the heads of the table, in the order of a line's cells."""
    single = search.level == "measurements"
    values = [(key.label, key.kind == "number") for key in _shown(search)]
    others = [
        "Experiment" if single else "Project › sample", "State", "Technique",
        "Data" if single else "Measurements", "Elements", "Instrument", "Person", "Date",
    ]  # fmt: skip
    return [
        Column(label, number=number, wide=label == others[0])
        for label, number in (*values, *((label, False) for label in others))
    ]


def _line(search: Search, hit: Hit) -> Row:
    single = search.level == "measurements"
    cells = [
        *(_told(search, key, hit) for key in _shown(search)),
        hit["experiment"] if single else f"{hit['project_title']} › {hit['sample_title']}",
        _word(hit),
        _techniques(hit),
        _data(hit) if single else f"{hit['fitting']:,}",
        ", ".join(hit["elements"] or []),
        _instruments(hit),
        hit["operator"] or hit["deposited_by"],
        _day(hit),
    ]
    return Row(_to(hit), _picture(hit), _title(hit), cells)


def _title(hit: Hit) -> str:
    return str(hit["title"] or hit.get("file") or hit["experiment_id"])


def _word(hit: Hit) -> Word | None:
    return VERDICTS[Verdict(hit["verdict"])] if hit["verdict"] else None


def _day(hit: Hit) -> str:
    return day(hit["date"]) if hit["date"] else ""


def _techniques(hit: Hit) -> str:
    return _all_of(hit, "technique")


def _instruments(hit: Hit) -> str:
    """Return the instrument of a measurement, or all at which an experiment was."""
    return _all_of(hit, "instrument")


def _all_of(hit: Hit, name: str) -> str:
    several = f"{name}s"
    found = (hit[several] or []) if several in hit else [hit[name]]
    return ", ".join(one for one in found if one)


def _data(hit: Hit) -> str:
    """Return what a measurement is: ``4D data, 32 × 32 × 128 × 128``."""
    shape = hit["shape"] or []
    size = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}".join(str(length) for length in shape)
    return ", ".join(filter(None, (kind_in_words(hit["kind"], shape), size)))


def _shown(search: Search) -> list[Key]:
    return [keys()[key] for key in search.columns]


def _told(search: Search, key: Key, hit: Hit) -> str:
    """Return a key's value as people read it: ``200 kV``, ``80 kV to 300 kV``, ``HAADF, BF``."""
    name = column_of(key)
    if search.level == "measurements":
        return _in_words(key, hit[name])
    if key.kind != "number":
        return ", ".join(_in_words(key, one) for one in hit[name] or [] if one)
    ends = [_in_words(key, hit[f"{name}_{end}"]) for end in ("min", "max")]
    return " to ".join(dict.fromkeys(filter(None, ends)))


def _in_words(key: Key, value: float | str | None) -> str:
    if isinstance(value, str):
        return value_of(Fact(key=key.key, value_text=value, source=Source.DERIVED))
    if value is None:
        return ""
    return value_of(Fact(key=key.key, value_num=value, source=Source.DERIVED))


def _fitting(hit: Hit) -> str:
    fitting, whole = hit["fitting"], hit["n_measurements"]
    if fitting == whole:
        return f"{whole:,} measurement{'' if whole == 1 else 's'}"
    return f"{fitting:,} of {whole:,} measurements"


def _to(hit: Hit) -> str:
    return links.experiment(hit["experiment_id"], hit.get("measurement_id", ""))


def _picture(hit: Hit) -> str:
    if "measurement_id" in hit:
        return links.api(hit["experiment_id"], "previews", f"{hit['measurement_id']}.png")
    return links.api(hit["experiment_id"], "preview.png")
