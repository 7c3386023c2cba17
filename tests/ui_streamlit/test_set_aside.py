"""A damaged file is set aside on its experiment's page, told there, and taken back."""

from __future__ import annotations

import pytest

from emfair.model.states import ExperimentState
from emfair.service.annotations import annotate, current
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.service.lab import Lab, someone
from tests.ui_streamlit.lab import enter, press, shown, unfold
from tests.ui_streamlit.test_login import ISSUER
from ui_streamlit import stores

STEWARD, VIEWER = "emfair-steward", "emfair-project-ceria-viewer"
S = ExperimentState


@pytest.fixture
def there(tmp_path, corpus, run_folder):
    """Yield stores of a test's own, and the identifier of what one file makes invalid."""
    home = tmp_path / "home"
    home.mkdir()
    made = fill(home, corpus, run_folder)
    with (
        open_services(read_settings(home=home, oidc_issuer=ISSUER)) as services,
        stores.use(services),
    ):
        yield Lab(services, corpus), made["invalid"]


def labels(app):
    return [one.label for one in app.button]


def told(app):
    return shown(app).replace("\\", "")


def write(app, why):
    next(one for one in app.text_input if one.label == "Why").set_value(why)
    return app


def test_beside_what_is_wrong_with_a_file_stands_how_it_is_set_aside(there):
    lab, experiment = there
    app = enter("experiment", "ada", STEWARD, id=experiment)
    assert "set aside**" not in told(app)
    app = press(write(app, "the disk was full"), "Set it aside")
    assert lab.row(experiment).state is S.SEALED
    assert "**1 file is set aside**: kept as it came, and not converted." in told(app)
    assert "**broken.dm3**, by Ada" in told(app)
    assert "the disk was full" in told(app)
    assert "Set it aside" not in labels(app), "it is already, though the verdict is still the old"
    lab.process(experiment)
    app = enter("experiment", "ada", STEWARD, id=experiment)
    assert lab.row(experiment).state is S.VALID
    assert "**1** set aside" in told(app)
    app = press(app, "Take back")
    assert "set aside**" not in told(app)
    assert lab.row(experiment).state is S.SEALED


def test_it_needs_a_reason(there):
    lab, experiment = there
    app = press(enter("experiment", "ada", STEWARD, id=experiment), "Set it aside")
    assert lab.row(experiment).state is S.INVALID
    assert [one.value for one in app.warning if "is empty" in one.value]


def test_what_someone_else_said_meanwhile_is_not_overwritten(there):
    lab, experiment = there
    app = write(enter("experiment", "ada", STEWARD, id=experiment), "cut off")
    notes, version = current(lab.services, experiment)
    other = notes.model_copy(update={"description": "said meanwhile"})
    annotate(someone(lab.services), experiment, other, expected_version=version, reason="x")
    app = press(app, "Set it aside")
    assert [one.value for one in app.warning if "version" in one.value]
    assert current(lab.services, experiment)[0] == other


def test_any_file_is_set_aside_where_all_files_are_listed(there):
    lab, experiment = there
    app = enter("experiment", "ada", STEWARD, id=experiment)
    unfold(app, "Set files aside")
    files = next(one for one in app.multiselect if one.label == "Files")
    assert files.options == ["broken.dm3", "test-1.dm3"]
    files.select("test-1.dm3").run()
    for one in app.text_input:
        one.set_value("blurred")
    buttons = [one for one in app.button if one.label == "Set it aside"]
    buttons[-1].click().run()
    assert "**test-1.dm3**, by Ada" in told(app)
    assert current(lab.services, experiment)[0].why_aside("test-1.dm3") == "blurred"


def test_a_viewer_sees_what_is_set_aside_and_sets_nothing_aside(there):
    _, experiment = there
    press(write(enter("experiment", "ada", STEWARD, id=experiment), "cut off"), "Set it aside")
    app = enter("experiment", "vic", VIEWER, id=experiment)
    assert "**broken.dm3**, by Ada" in told(app)
    assert {"Take back", "Set it aside"}.isdisjoint(labels(app))
    assert not any("aside" in one.proto.popover.label for one in app.get("popover"))
