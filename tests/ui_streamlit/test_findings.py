"""Findings, as the page of an experiment shows them."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.ui_streamlit.test_pages import html
from ui_streamlit import stores


def alike() -> None:
    from dataclasses import replace

    import streamlit as st

    from emfair.model.findings import Finding, Severity
    from emfair.service import browse
    from ui_streamlit import stores
    from ui_streamlit.components.findings import findings

    row = stores.services().registry.experiments.get(st.query_params["id"])
    page = browse.experiment(stores.services(), row)
    found = tuple(
        Finding(severity=Severity.ERROR, rule="odd", message=message)
        for message in ("The scale is odd.", "The  scale is odd.")
    )
    assert page.validation is not None
    findings(replace(page, validation=page.validation.model_copy(update={"findings": found})))


def test_two_that_read_alike_are_both_shown(services, made):
    with stores.use(services):
        app = AppTest.from_function(alike, default_timeout=30)
        app.query_params["id"] = made["valid"]
        app.run()
    assert not app.exception
    assert html(app).count("The scale is odd.") == 2
