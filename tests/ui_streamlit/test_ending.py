"""The last day of something, where the browser is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from ui_streamlit.components.ending import zone


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("Europe/Rome", "Europe/Rome"),
        (None, "UTC"),
        ("", "UTC"),
        ("Etc/Unknown", "UTC"),
        ("Europe", "UTC"),
        ("/etc/localtime", "UTC"),
        ("../zone", "UTC"),
        ("a" * 5000, "UTC"),
        ("Europe/Rome\0", "UTC"),
    ],
)
def test_a_browser_that_names_no_zone_is_in_utc(monkeypatch, told, taken):
    monkeypatch.setattr(st, "context", SimpleNamespace(timezone=told))
    assert zone().key == taken
