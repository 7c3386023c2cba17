"""Third step: a verdict, and its report."""

from __future__ import annotations

import pytest

from emfair.catalogue.query import ask
from emfair.errors import FixityMismatch
from emfair.lake import layout
from emfair.model.findings import Severity, Verdict
from emfair.model.states import ExperimentState
from emfair.service.chain.judge import judge
from tests.service.lab import COMPLETE, damage, keys

S = ExperimentState


def test_an_experiment_without_any_measurement_is_invalid_and_says_so(lab, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("nothing but words")
    place = lab.deposit(path).place
    lab.process(place.experiment)
    validation = lab.validation(place)
    assert validation.verdict is Verdict.INVALID
    assert "no-measurement" in {finding.rule for finding in validation.findings}
    assert lab.row(place.experiment).state is S.INVALID
    files = ask(lab.services.index, "SELECT name FROM files").rows
    assert files == [("notes.txt",)]


def test_the_report_stands_beside_the_containers_in_three_forms(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    assert keys(lab, place, "reports") == {f"validation.{end}" for end in ("json", "md", "html")}
    assert lab.validation(place).nxdl_version


def test_the_report_is_told_in_titles_and_the_fields_by_the_forms_words(lab):
    place = lab.deposit(lab.file("test-1.dm3"), instrument={"vendor": None}).place
    lab.process(place.experiment)
    page, words = (
        lab.services.lake.read_bytes(layout.report(place, end)).decode() for end in ("html", "md")
    )
    titles = lab.services.registry.experiments.titles([place.experiment])[place.experiment]
    above = f"{titles.project} › {titles.proposal} › {titles.sample}"
    assert f"{above} › <b>{titles.experiment}</b>" in page
    assert titles.experiment in words.splitlines()[0]
    assert above in words
    assert "Instrument&#39;s manufacturer</b>, <code>instrument.vendor</code>" in page


def test_a_container_that_rotted_is_not_judged(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    lab.process(place.experiment)
    name = lab.conversion(place).measurements[0].measurement
    damage(lab, layout.container(place, name))
    with pytest.raises(FixityMismatch) as caught:
        judge(lab.services, place.experiment, run="local")
    assert caught.value.subject == name


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_local_time_is_told_where_its_zone_is_missing_and_counts_with_it(lab, sem_tiffs):
    path = sem_tiffs / "FEI-Helios-Ebeam-8bits.tif"
    place = lab.deposit(path, start_time=None).place
    lab.process(place.experiment)
    (asked,) = [one for one in lab.validation(place).findings if one.severity is Severity.MISSING]
    assert asked.field == "instrument.time_zone"
    assert asked.hint.startswith("The file tells 2016-06-13 17:06:40 (local time) at the tag “")
    zoned = {**COMPLETE["instrument"], "time_zone": "Europe/Berlin"}
    place = lab.deposit(path, start_time=None, instrument=zoned).place
    lab.process(place.experiment)
    assert lab.validation(place).verdict is Verdict.VALID
    rows = ask(lab.services.index, "SELECT DISTINCT start_time::VARCHAR FROM measurements").rows
    assert any("2016-06-13 15:06:40" in str(row) for row in rows)
