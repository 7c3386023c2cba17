"""An experiment's page names its instrument: its card, or what files and people call it."""

from __future__ import annotations

from emfair.model.nouns import InstrumentCard
from emfair.registry.experiments import ExperimentEdit
from emfair.service.access import local_access
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.test_experiments import begin


def links(app) -> dict[str, str]:
    return {one.proto.label: one.proto.query_string for one in app.get("page_link")}


def test_an_instrument_without_a_card_leads_to_what_was_made_at_it(page, made):
    shown = links(page("experiment", id=made["valid"]))
    assert shown["FEI Tecnai Remote"] == "instrument=FEI+Tecnai+Remote"


def test_an_instrument_with_a_card_leads_there(opened):
    actor = local_access(opened).subject
    opened.registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor=actor)
    identifier = begin(opened, 1)
    version = opened.registry.experiments.get(identifier).version
    opened.registry.experiments.edit(
        identifier, version, ExperimentEdit(instrument="titan"), actor=actor
    )
    assert links(open_page("experiment", id=identifier))["Titan"] == "id=titan"


def test_where_nobody_named_an_instrument_none_is_shown(opened):
    shown = links(open_page("experiment", id=begin(opened, 1)))
    assert not [query for query in shown.values() if "instrument" in query or "titan" in query]
