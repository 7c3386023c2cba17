"""Labels of which no two are alike: Streamlit takes a choice back by what was shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


def distinct(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels; those that look alike each with its identifier behind it.

    >>> distinct({"a": "Quartz", "b": "quartz ", "c": "Steel"})
    {'a': 'Quartz (a)', 'b': 'quartz  (b)', 'c': 'Steel'}
    """
    told = dict(labels)
    while alike := _alike(told, labels):
        told |= {name: f"{labels[name]} ({name})" for name in alike}
    return told


def _alike(told: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """Return what has no identifier behind it yet, and looks like another."""
    seen = Counter(_look(label) for label in told.values())
    return [
        name for name, label in told.items() if label == labels[name] and seen[_look(label)] > 1
    ]


def _look(label: str) -> str:
    return " ".join(label.split()).casefold()
