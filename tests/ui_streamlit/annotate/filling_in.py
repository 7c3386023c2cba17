"""The fields of the form, and what was said in them."""

from __future__ import annotations

from emfair.model.annotations import Annotations
from emfair.service.annotations import current


def field(app, name):
    """Return the widget of a field."""
    key = f"say:{name}"
    found = [*app.text_input, *app.text_area, *app.selectbox, *app.multiselect]
    return next(one for one in found if one.key == key)


def box(app, label):
    return next(one for one in [*app.text_input, *app.selectbox] if one.label == label)


def said(services, experiment) -> Annotations:
    return current(services, experiment)[0]


def button(app, label):
    return next(one for one in app.button if one.label == label)
