"""Decided about an experiment: its title until it is sealed, its instrument, who sees it.

What does not belong here: what is said of it (`emfair.service.annotations`).
"""

from __future__ import annotations

from emfair.registry import ExperimentEdit, ExperimentRow
from emfair.service.access import Granted


def edit_experiment(
    editing: Granted[ExperimentRow], edit: ExperimentEdit, *, expected_version: int
) -> ExperimentRow:
    """Change an experiment; what stays the same is no change.

    Raises
    ------
    NotFound
        There is no such instrument.
    BadCall
        The title cannot be stored.
    Conflict
        It has changed since `expected_version`, or the title is sealed in its manifest.
    """
    access = editing.access
    return access.services.registry.experiments.edit(
        editing.row.id, expected_version, edit, actor=access.subject
    )
