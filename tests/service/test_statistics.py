"""Figures of a lab, against numbers counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from emfair.catalogue.snapshot import publish
from emfair.client.engine import DepositRequest
from emfair.errors import Forbidden, TooMuch
from emfair.identity.principal import Kind, Principal
from emfair.model.annotations import Annotations
from emfair.model.states import ExperimentState as S
from emfair.service import questions, statistics
from emfair.service.chain.convert import convert, store
from emfair.service.chain.describe import describe
from emfair.service.chain.fail import fail
from emfair.service.chain.index import gather
from emfair.service.chain.judge import judge
from emfair.service.chain.receive import receive
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.service.statistics import (
    SEVERAL,
    UNNAMED,
    WAITING,
    IntervalSum,
    Period,
    PeriodSum,
    Unit,
)
from emfair.settings import read_settings
from tests.service.clock import Clock
from tests.service.lab import Lab, deposit, someone
from tests.services.registries import furnished
from tests.zspy import write_store

FEBRUARY, MARCH = datetime(2026, 2, 2, 9, tzinfo=UTC), datetime(2026, 3, 18, 9, tzinfo=UTC)
BROKEN = b"no microscope wrote this" * 30


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Iterator[Lab]:
    """Return a lab with five deposits: two of one week in February, three of one in March."""
    home, clock = tmp_path_factory.mktemp("home"), Clock()
    (home / "broken.dm3").write_bytes(BROKEN)
    with open_services(read_settings(home=furnished(home / "emfair")), now=clock) as services:
        lab = Lab(services, corpus)
        clock.time = FEBRUARY
        voltage = {"measurement": {"acceleration_voltage": "200 kV"}}
        lab.process(lab.deposit(lab.file("test_STEM_image.dm3"), **voltage).place.experiment)
        clock.time = FEBRUARY.replace(day=8)
        asks = replace(lab.request(lab.file("test-2.dm3")), annotations=Annotations())
        lab.process(_put(lab, asks))
        clock.time = MARCH
        both = lab.request(lab.file("test-1.dm3"), home / "broken.dm3")
        lab.process(_put(lab, replace(both, project="Ceria")))
        lab.deposit(lab.file("test-5.dm3"))
        clock.time = MARCH.replace(day=20)
        failed = lab.deposit(lab.file("test-3.dm3")).place.experiment
        fail(services, failed, "the disk was full")
        yield lab


def _put(lab: Lab, request: DepositRequest) -> str:
    return deposit(lab.services, request).place.experiment


def size(lab: Lab, *names: str) -> int:
    return sum(lab.file(name).stat().st_size for name in names)


def member(*groups: str) -> Principal:
    return Principal("eve@https://login.lab.test/", Kind.PERSON, "Eve", groups=frozenset(groups))


def test_deposits_are_counted_by_week_with_what_is_not_indexed_yet(lab):
    period = Period(date(2026, 1, 1), date(2026, 4, 1))
    found = statistics.figures(someone(lab.services), period)
    assert set(found.deposits) == {
        IntervalSum(date(2026, 2, 2), "valid", 1, size(lab, "test_STEM_image.dm3")),
        IntervalSum(date(2026, 2, 2), "needs-input", 1, size(lab, "test-2.dm3")),
        IntervalSum(date(2026, 3, 16), "invalid", 1, size(lab, "test-1.dm3") + len(BROKEN)),
        IntervalSum(date(2026, 3, 16), WAITING, 2, size(lab, "test-5.dm3", "test-3.dm3")),
    }
    assert found.measurements == 3


def test_formats_count_files_that_were_read_and_instruments_deposits(lab):
    period = Period(date(2026, 1, 1), date(2027, 1, 1))
    found = statistics.figures(someone(lab.services), period)
    read = size(lab, "test_STEM_image.dm3", "test-2.dm3", "test-1.dm3")
    assert found.formats == (PeriodSum("DigitalMicrograph", 3, read),)
    everything = (*found.instruments, *found.no_instrument)
    assert sum(one.number for one in everything) == 5
    assert found.no_instrument[-1] == PeriodSum(WAITING, 2, size(lab, "test-5.dm3", "test-3.dm3"))
    names = [one.name for one in everything]
    assert len(names) == len(set(names)), "once, however many months there are"


def test_what_tells_no_instrument_stands_apart(tmp_path, corpus):
    with open_services(read_settings(home=furnished(tmp_path / "emfair"))) as services:
        lab = Lab(services, corpus)
        make = {"vendor": "several", "model": "several"}
        for number, named in enumerate(({"name": "Titan"}, {"name": "several"}, {})):
            file = lab.file(f"test-{number + 1}.dm3")
            lab.process(lab.deposit(file, instrument=make | named).place.experiment)
        lab.deposit(lab.file("test-5.dm3"))
        found = statistics.figures(someone(services), this_year(lab))
    assert [one.name for one in found.instruments] == ["Titan"]
    assert {one.name: one.number for one in found.no_instrument} == {
        SEVERAL: 1, UNNAMED: 1, WAITING: 1,
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")
def test_files_that_are_read_together_count_as_one(tmp_path, corpus):
    write_store(tmp_path / "made.zspy", np.arange(48.0).reshape(6, 8))
    with open_services(read_settings(home=furnished(tmp_path / "emfair"))) as services:
        lab = Lab(services, corpus)
        lab.process(_put(lab, lab.request(tmp_path / "made.zspy", lab.file("test-1.dm3"))))
        found = statistics.figures(someone(services), this_year(lab))
    chunks = [one for one in (tmp_path / "made.zspy").rglob("*") if one.is_file()]
    assert len(chunks) > 1
    assert set(found.formats) == {
        PeriodSum("DigitalMicrograph", 1, size(lab, "test-1.dm3")),
        PeriodSum("ZSPY", 1, sum(one.stat().st_size for one in chunks)),
    }


def test_what_was_indexed_by_a_run_that_failed_at_its_end_and_is_opened_again_counts_once(
    tmp_path, corpus
):
    with open_services(read_settings(home=furnished(tmp_path / "emfair"))) as services:
        lab = Lab(services, corpus)
        experiment = lab.deposit(lab.file("test-1.dm3")).place.experiment
        _index_and_die(services, experiment)
        for state in (S.UPLOADING, S.SEALED):
            services.registry.experiments.set_state(experiment, state)
        assert services.registry.standings.unindexed()
        found = statistics.figures(someone(services), this_year(lab))
    assert [(one.name, one.number) for one in found.deposits] == [("valid", 1)]
    assert sum(one.number for one in (*found.instruments, *found.no_instrument)) == 1


def _index_and_die(services: Services, experiment: str) -> None:
    """Run the chain up to where the index has it and the registry does not know yet."""
    receive(services, experiment, run="test")
    with TemporaryDirectory(dir=services.scratch) as folder:
        store(services, convert(services, experiment, Path(folder), run="test"))
    judge(services, experiment, run="test")
    describe(services, experiment, run="test")
    services.index.replace(experiment, gather(services, experiment, run="test").tables)
    publish(services.index, services.scratch)
    fail(services, experiment, "killed")


def this_year(lab: Lab) -> Period:
    year = lab.services.now().year
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def test_figures_are_never_cut_in_silence(lab, monkeypatch):
    monkeypatch.setattr(statistics, "_MOST", 3)
    with pytest.raises(TooMuch, match="Choose a shorter period"):
        statistics.figures(someone(lab.services), Period(date(2026, 1, 1), date(2026, 4, 1)))


def test_faults_are_counted_by_experiments_the_most_frequent_first(lab):
    found = statistics.figures(someone(lab.services), Period(date(2026, 1, 1), date(2026, 4, 1)))
    faults = dict(found.faults)
    assert faults["unreadable-file"] == 1
    assert faults["sample.atom_types"] == 1
    assert list(faults.values()) == sorted(faults.values(), reverse=True)


def test_only_what_lies_in_the_period_counts(lab):
    found = statistics.figures(someone(lab.services), Period(date(2026, 2, 3), date(2026, 3, 19)))
    assert {(one.since, one.name, one.number) for one in found.deposits} == {
        (date(2026, 2, 2), "needs-input", 1),
        (date(2026, 3, 16), "invalid", 1),
        (date(2026, 3, 16), WAITING, 1),
    }
    empty = statistics.figures(someone(lab.services), Period(date(2025, 1, 1), date(2026, 1, 1)))
    assert (empty.deposits, empty.formats, empty.measurements) == ((), (), 0)


def test_only_what_may_be_seen_counts(lab):
    access = Reception(lab.services).of(member("emfair-project-ceria-viewer"))
    period = Period(date(2026, 1, 1), date(2026, 4, 1))
    assert [(one.name, one.number) for one in statistics.figures(access, period).deposits] == [
        ("invalid", 1)
    ]
    assert statistics.first_day(access) == date(2026, 3, 18)
    stranger = Reception(lab.services).of(member())
    assert statistics.figures(stranger, period).deposits == ()
    assert statistics.first_day(stranger) is None


def test_a_referee_may_not_ask_the_index(lab):
    referee = Principal("referee:r-1", Kind.REFEREE, "Referee")
    with pytest.raises(Forbidden, match="a referee may not query index"):
        statistics.figures(
            Reception(lab.services).of(referee), Period(date(2026, 1, 1), date(2026, 2, 1))
        )


def test_each_sql_is_one_that_a_person_may_ask(lab):
    access = someone(lab.services)
    found = statistics.figures(access, Period(date(2026, 1, 1), date(2026, 4, 1)))
    for name, sql in found.questions.items():
        since = ("since",) if name == "deposits" else ()
        columns = questions.query(access, sql, limit=100).columns
        assert columns == (*since, "name", "number", "bytes")


def test_half_a_year_is_cut_into_weeks_and_more_into_months():
    weeks = Period(date(2026, 1, 1), date(2026, 7, 1))
    assert weeks.unit is Unit.WEEK
    assert list(weeks.intervals)[:2] == [date(2025, 12, 29), date(2026, 1, 5)]
    months = Period(date(2025, 12, 15), date(2026, 12, 15))
    assert months.unit is Unit.MONTH
    assert list(months.intervals)[:3] == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert len(list(months.intervals)) == 13
