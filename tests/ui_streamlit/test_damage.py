"""An experiment whose documents are damaged: the rest is shown, and what to do is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service.browse import record_keys
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.service.lab import Lab
from tests.ui_streamlit.lab import enter, press, shown
from tests.ui_streamlit.test_login import ISSUER
from ui_streamlit import stores

STEWARD, VIEWER = "emfair-steward", "emfair-project-quartz-viewer"


@dataclass
class There:
    """Stores of a test's own, and a valid experiment in them."""

    services: Services
    row: ExperimentRow

    def path(self, key: str) -> Path:
        """Return where an object lies."""
        return Path(self.services.lake.locate(key))

    def cut(self, key: str) -> str:
        """Leave half of a document; return its key."""
        path = self.path(key)
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return key

    def look(self, group: str = STEWARD, **asked: str) -> AppTest:
        """Open the experiment's page as a member of a group."""
        app = enter("experiment", "ada", group, id=self.row.id, **asked)
        assert not any("defect in emfair" in one.value for one in app.error)
        return app


@pytest.fixture
def there(tmp_path, corpus, run_folder) -> Iterator[There]:
    home = tmp_path / "home"
    home.mkdir()
    made = fill(home, corpus, run_folder)
    settings = read_settings(home=home, oidc_issuer=ISSUER, contact="Stew Ward")
    with open_services(settings) as services, stores.use(services):
        yield There(services, services.registry.experiments.get(made["valid"]))


def tabs(app) -> list[str]:
    return [one.label for one in app.tabs]


def warned(app) -> str:
    return "\n".join(one.value.replace("\\", "") for one in app.warning)


def test_a_damaged_verdict_leaves_pictures_measurements_and_files(there):
    key = there.cut(layout.report(there.row.place, "json"))
    app = there.look()
    assert f"**{key}** is damaged" in warned(app)
    assert "Process the experiment again" in warned(app)
    assert tabs(app)[1:3] == ["Measurements (2)", "Files (2)"]
    assert {"name", "sha256"} <= set(app.dataframe[0].value.columns)
    assert "Not checked yet" not in shown(app)


def test_a_damaged_conversion_leaves_verdict_and_files(there):
    key = there.cut(layout.conversion(there.row.place))
    app = there.look()
    assert f"**{key}** is damaged" in warned(app)
    assert "Nothing has been converted yet" not in shown(app)
    assert 'class="em-verdict' in shown(app)
    assert tabs(app)[2] == "Files (2)"
    one = there.look(measurement="m-0001")
    assert f"**{key}**" in warned(one)
    assert "no such measurement" not in warned(one)


def test_a_damaged_record_leaves_the_others(there):
    (first, *others) = record_keys(there.services, there.row.place)
    there.cut(first)
    app = there.look()
    assert f"**{first}** is damaged" in warned(app)
    assert "it is no provenance record document" in warned(app)
    assert "from a backup" in warned(app)
    assert f"1 of {1 + len(others)} records" in warned(app)
    assert tabs(app)[4] == f"Provenance ({len(others)})"
    assert "Containers validated" in shown(app)
    assert "Process again" not in [one.label for one in app.button]


def test_a_manifest_that_is_damaged_or_gone_is_told_by_its_key(there):
    key = layout.manifest(there.row.place, 1)
    there.cut(key)
    app = there.look()
    assert f"**{key}** is damaged" in warned(app)
    assert tabs(app)[1:3] == ["Measurements (2)", "Files"]
    there.path(key).unlink()
    app = there.look()
    assert f"**{key}** is not in the lake any more" in warned(app)
    assert str(there.services.settings.home) not in shown(app)


def test_many_damaged_records_are_told_in_a_few_lines(there):
    damaged = [there.cut(key) for key in record_keys(there.services, there.row.place)]
    for number in range(4):
        key = damaged[0].replace(".json", f"-{number}.json")
        there.services.lake.put_bytes(key, b"{")
    app = there.look()
    assert warned(app).count("is damaged") == 5
    assert f"{len(damaged) + 4 - 5} more" in warned(app)


def test_who_may_processes_it_again_and_all_is_well(there, corpus):
    there.cut(layout.report(there.row.place, "json"))
    app = press(there.look(), "Process again")
    services = there.services
    assert services.registry.experiments.get(there.row.id).state is ExperimentState.SEALED
    assert "It is processed again by itself." in shown(app)
    Lab(services, corpus).process(there.row.id)
    app = there.look()
    assert not warned(app)
    assert "Process again" not in [one.label for one in app.button]
    assert services.registry.experiments.get(there.row.id).state is ExperimentState.VALID


def test_a_viewer_is_told_whom_to_tell_and_no_path_of_the_server(there):
    there.cut(layout.report(there.row.place, "json"))
    app = there.look(VIEWER)
    assert "Tell Stew Ward" in warned(app)
    assert "Process again" not in [one.label for one in app.button]
    assert str(there.services.settings.home) not in shown(app)
