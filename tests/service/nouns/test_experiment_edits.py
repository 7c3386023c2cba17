"""What people decide about an experiment, as any face does it."""

from __future__ import annotations

import pytest

from emfair.errors import NotFound, Outdated
from emfair.identity.table import Action
from emfair.model.deposits import Whereto
from emfair.registry import ExperimentEdit
from emfair.service import deposits
from emfair.service.access import Granted
from emfair.service.nouns.experiment_edits import edit_experiment
from tests.service.nouns.logins import access


def test_it_is_changed_by_its_version_and_by_name(services):
    row = deposits.draft(access(services, "ada"), Whereto("steel", "p", "s", "Night"))
    ada = access(services, "ada")
    editing = Granted(ada, ada.experiment(Action.EDIT_EXPERIMENT, row.id))
    edited = edit_experiment(
        editing, ExperimentEdit(title="Day", restricted=True), expected_version=row.version
    )
    assert (edited.title, edited.restricted) == ("Day", True)
    assert services.registry.audit.list(subject=row.id)[0].actor == ada.subject
    with pytest.raises(Outdated):
        edit_experiment(editing, ExperimentEdit(title="Dusk"), expected_version=row.version)
    with pytest.raises(NotFound):
        edit_experiment(editing, ExperimentEdit(instrument="none"), expected_version=edited.version)
