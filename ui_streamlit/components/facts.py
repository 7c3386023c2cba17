"""What is known of a measurement: each value, where it comes from, and what it replaced."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emfair.model.documents import Measurement
from emfair.model.facts import Fact
from ui_streamlit.components.markup import show
from ui_streamlit.components.values import label_of, value_of
from ui_streamlit.components.words import SOURCES


def facts(one: Measurement) -> None:
    """Show the values that are used, and those that are not."""
    if not one.facts:
        st.info("Neither the file nor a person said anything about it.", icon=":material/info:")
        return
    used = [fact for fact in one.facts if not (fact.replaced_by or fact.warning)]
    other = [fact for fact in one.facts if fact.replaced_by or fact.warning]
    if used:
        show("facts", facts=[_fact(fact) for fact in used])
    if other:
        with st.expander(f"Values not used ({len(other)})"):
            st.caption("Another source won, or the value cannot be right. They are kept.")
            show("facts", facts=[_fact(fact) for fact in other])


def _fact(fact: Fact) -> dict[str, Any]:
    replaced = f"replaced by {fact.replaced_by}: {fact.reason}" if fact.replaced_by else fact.reason
    return {
        "label": label_of(fact),
        "value": value_of(fact),
        "source": SOURCES[fact.source],
        "path": fact.source_path,
        "raw": fact.raw,
        "note": "; ".join(filter(None, (replaced.rstrip(": "), fact.warning))),
        "replaced": bool(fact.replaced_by),
    }
