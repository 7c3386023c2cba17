"""Deeds of the audit log in words: what was done, and what it changed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui_streamlit.components.ask import words_of
from ui_streamlit.components.times import as_told

_UNTIL = "until"
"""The one time that deeds are told with; no field of a document."""


def deed_words(action: str) -> str:
    """Return what was done.

    >>> deed_words("membership-granted")
    'membership granted'
    """
    return action.replace("-", " ")


def detail_words(detail: Mapping[str, Any]) -> str:
    """Return what a deed changed.

    >>> detail_words({"changed": [{"field": "title", "old": "A", "new": "B"}], "reason": "typo"})
    'title: A → B; reason: typo'
    """
    told = []
    for name, value in detail.items():
        if name == "changed" and isinstance(value, list):
            told += [
                f"{one['field']}: {words_of(one.get('old'), one['field']) or 'nothing'} → "
                f"{words_of(one.get('new'), one['field']) or 'nothing'}"
                for one in value
            ]
        elif value is not None:
            told.append(f"{name}: {as_told(value) if name == _UNTIL else words_of(value, name)}")
    return "; ".join(told)
