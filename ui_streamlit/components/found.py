"""What a search finds, as pictures or as a table: single measurements, or experiments.

What does not belong here: searching.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

import streamlit as st

from emfair.model.findings import Verdict
from emfair.nxem.keys import Key, keys
from emfair.nxem.show import quantity
from emfair.service.searches import Search, column_of
from emfair.units import convert
from ui_streamlit.components import links
from ui_streamlit.components.markup import show
from ui_streamlit.components.words import VERDICTS

_ROW, _HEAD, _ROWS = 56, 38, 14  # pixels, pixels, rows before the table scrolls

Hit = Mapping[str, Any]


def pictures(search: Search, hits: Sequence[Hit]) -> None:
    """Show what is found as cards, each of which leads to its page."""
    show("hits", hits=[_card(search, hit) for hit in hits])


def table(search: Search, hits: Sequence[Hit]) -> None:
    """Show what is found as a table; a row that is ticked is opened."""
    event = st.dataframe(
        [_line(search, hit) for hit in hits],
        hide_index=True,
        row_height=_ROW,
        height=_ROW * min(len(hits), _ROWS) + _HEAD,
        on_select="rerun",
        selection_mode="single-row",
        key="found",
        column_config=_columns(search),
    )
    ticked = cast("dict[str, Any]", event)["selection"]["rows"]
    if ticked:
        st.switch_page(links.EXPERIMENT, query_params=_address(hits[ticked[0]]))
    st.caption("Tick a row to open it. All columns are in the files that you take away.")


def _card(search: Search, hit: Hit) -> dict[str, Any]:
    single = search.level == "measurements"
    techniques = [hit["technique"]] if single else hit["techniques"] or []
    about = [
        hit["experiment"] if single else f"{hit['project_title']} › {hit['sample_title']}",
        ", ".join(one for one in techniques if one),
        f"{_size(hit)}{hit['kind']}" if single else _fitting(hit),
        *(f"{key.label}: {said}" for key in _shown(search) if (said := _said(search, key, hit))),
    ]
    return {
        "to": f"experiment?{urlencode(_address(hit))}",
        "src": _picture(hit),
        "title": hit["title"] or hit.get("file") or hit["experiment_id"],
        "about": [one for one in about if one],
        "day": _day(hit["date"]),
        "word": VERDICTS[Verdict(hit["verdict"])] if hit["verdict"] else None,
    }


def _line(search: Search, hit: Hit) -> dict[str, Any]:
    single = search.level == "measurements"
    verdict = [VERDICTS[Verdict(hit["verdict"])].label] if hit["verdict"] else []
    place = hit["experiment"] if single else f"{hit['project_title']} › {hit['sample_title']}"
    return {
        "preview": _picture(hit),
        "title": hit["title"],
        **{f"value-{key.key}": _value(search, key, hit) for key in _shown(search)},
        "place": place,
        "verdict": verdict,
        "technique": hit["technique"]
        if single
        else ", ".join(filter(None, hit["techniques"] or [])),
        **({"data": f"{_size(hit)}{hit['kind']}"} if single else {"n": hit["fitting"]}),
        "elements": ", ".join(hit["elements"] or []),
        "instrument": hit["instrument"] or "",
        "person": hit["operator"] or hit["deposited_by"],
        "date": hit["date"],
        "id": hit["experiment_id"],
    }


def _columns(search: Search) -> dict[str, Any]:
    single = search.level == "measurements"
    return {
        "preview": st.column_config.ImageColumn("", width=72),
        "title": st.column_config.TextColumn(search.level[:-1].capitalize(), width=230),
        "place": st.column_config.TextColumn(
            "Experiment" if single else "Project › sample", width=230
        ),
        "verdict": st.column_config.MultiselectColumn(
            "State",
            options=[word.label for word in VERDICTS.values()],
            color=[word.tone for word in VERDICTS.values()],
            width=110,
        ),
        "technique": "Technique",
        "data": "Data",
        "n": st.column_config.NumberColumn("Measurements", width=100),
        "elements": "Elements",
        "instrument": "Instrument",
        "person": "Person",
        "date": st.column_config.DatetimeColumn("Date", format="YYYY-MM-DD HH:mm", width=135),
        **{
            f"value-{key.key}": f"{key.label} ({key.shown})" if single and key.shown else key.label
            for key in _shown(search)
        },
        "id": "Identifier",
    }


def _shown(search: Search) -> list[Key]:
    return [keys()[key] for key in search.columns]


def _value(search: Search, key: Key, hit: Hit) -> float | str | None:
    """Return a cell: a measurement's number in people's unit, else a text."""
    number = hit.get(column_of(key)) if search.level == "measurements" else None
    if key.kind != "number" or search.level == "experiments":
        return _said(search, key, hit)
    unit = {"°": "degree"}.get(key.shown, key.shown)
    return None if number is None else convert(number, key.unit, unit)


def _said(search: Search, key: Key, hit: Hit) -> str:
    """Return a key's value as people read it: ``200 kV``, ``80 kV to 300 kV``, ``HAADF, BF``."""
    name = column_of(key)
    if search.level == "measurements":
        value = hit[name]
        return quantity(key.key, value) if isinstance(value, float) else value or ""
    if key.kind != "number":
        return ", ".join(one for one in hit[name] if one)
    ends = [hit[f"{name}_{end}"] for end in ("min", "max")]
    said = [quantity(key.key, end) for end in ends if end is not None]
    return " to ".join(dict.fromkeys(said))


def _fitting(hit: Hit) -> str:
    fitting, whole = hit["fitting"], hit["n_measurements"]
    if fitting == whole:
        return f"{whole:,} measurement{'' if whole == 1 else 's'}"
    return f"{fitting:,} of {whole:,} measurements"


def _size(hit: Hit) -> str:
    return " × ".join(str(length) for length in hit["shape"] or []) + " "


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else ""


def _address(hit: Hit) -> dict[str, str]:
    single = {"measurement": hit["measurement_id"]} if "measurement_id" in hit else {}
    return {"id": hit["experiment_id"], **single}


def _picture(hit: Hit) -> str:
    if "measurement_id" in hit:
        return links.api(hit["experiment_id"], "previews", f"{hit['measurement_id']}.png")
    return links.api(hit["experiment_id"], "preview.png")
