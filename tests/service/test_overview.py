"""What a home page says: whose, how many, what is left behind, how much room there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from emfair.errors import Forbidden
from emfair.identity.principal import Kind, Principal
from emfair.lake.memory import MemoryLake
from emfair.model.manifest import Place, RawFile, Titles
from emfair.model.states import ExperimentState as S
from emfair.registry import ExperimentEdit
from emfair.service import overview
from emfair.service.access import Access
from emfair.service.cleanup import UNTOUCHED
from emfair.service.reception import Reception
from emfair.service.services import Services, open_services
from emfair.settings import read_settings
from tests.service.clock import Clock
from tests.service.lab import someone
from tests.services.registries import furnished


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path, clock) -> Iterator[Services]:
    settings = read_settings(home=furnished(tmp_path / "home"))
    with open_services(settings, lake=MemoryLake(), now=clock) as opened:
        yield opened


def person(services: Services, sub: str, *groups: str) -> Access:
    who = Principal(f"{sub}@https://login.lab.test/", Kind.PERSON, sub, groups=frozenset(groups))
    return Reception(services).of(who)


def begin(services: Services, number: int, depositor: str, project: str = "p") -> str:
    place = Place(project=project, proposal="q", sample="s", experiment=f"e-{number:03}")
    titles = Titles(project="P", proposal="Q", sample="S", experiment=f"Session {number}")
    file = RawFile(name="a", path="a", size=1, sha256=f"{number:064x}", modified_at=services.now())
    services.registry.deposits.open(place, titles, depositor=depositor, files=(file,))
    return place.experiment


def judge(services: Services, number: int, depositor: str, state: S, project: str = "p") -> str:
    name = begin(services, number, depositor, project)
    services.registry.deposits.file_done(name, "a")
    services.registry.deposits.seal(
        name, manifest_version=1, annotations_version=1, document="{}", author=depositor,
        run_key=f"{name}:k",
    )  # fmt: skip
    services.registry.experiments.set_state(name, S.PROCESSING)
    services.registry.experiments.set_state(name, state)
    return name


def test_a_part_shows_a_few_and_says_how_many_there_are(services, clock):
    ada = person(services, "ada")
    for number in range(overview.FEW + 2):
        clock.passes(timedelta(minutes=1))
        judge(services, number, ada.subject, S.INVALID)
    judge(services, 90, "bob", S.INVALID)
    found = overview.glance(ada, mine=True)
    assert found.needy.total == overview.FEW + 2
    assert [row.id for row in found.needy.rows] == [f"e-{n:03}" for n in (6, 5, 4, 3, 2)]
    assert found.longest == overview.Part()
    assert found.alike == ()


def test_who_answers_for_all_sees_what_waits_longest(services, clock):
    for number in range(overview.FEW + 1):
        clock.passes(timedelta(minutes=1))
        judge(services, number, "ada", S.NEEDS_INPUT)
    found = overview.glance(person(services, "stew", "emfair-steward"), mine=False)
    assert found.longest.rows[0].id == "e-000"
    assert overview.glance(person(services, "eve"), mine=False).is_empty


def test_each_part_says_where_its_experiments_hang_in_titles(services, clock):
    ada = person(services, "ada", "emfair-steward")
    for number in range(overview.FEW + 1):
        judge(services, number, ada.subject, S.INVALID)
    judge(services, 80, ada.subject, S.VALID)
    begin(services, 90, ada.subject)
    clock.passes(timedelta(days=3))
    found = overview.glance(ada, mine=False)
    left = overview.upkeep(person(services, "root", "emfair-admin")).left
    for part in (found.needy, found.longest, found.finished, overview.drafts(ada), left):
        assert part.rows
        assert set(part.places.values()) == {"P › Q › S"}
        assert len(part.places) == len(part.rows)


def test_drafts_are_ones_own_whoever_looks(services):
    stew = person(services, "stew", "emfair-steward")
    begin(services, 1, "ada")
    begin(services, 2, stew.subject)
    assert [row.id for row in overview.drafts(stew).rows] == ["e-002"]
    assert overview.drafts(Reception(services).nobody()) == overview.Part()


def test_who_sees_others_is_asked_whose(services):
    assert not overview.sees_others(someone(services))
    assert not overview.sees_others(person(services, "ada"))
    assert overview.sees_others(person(services, "ada", "emfair-project-p-viewer"))
    assert overview.sees_others(person(services, "root", "emfair-admin"))


def test_what_is_left_half_way_is_told_with_its_end(services, clock):
    begin(services, 1, "ada")
    began = clock()
    clock.passes(timedelta(days=3))
    begin(services, 2, "ada")
    found = overview.upkeep(person(services, "root", "emfair-admin")).left
    assert [(left.row.id, left.ends) for left in found.rows] == [("e-001", began + UNTOUCHED)]
    assert found.total == 1


def test_what_receives_parts_ends_so_long_after_the_last_one(services, clock):
    name = begin(services, 1, "ada")
    clock.passes(timedelta(days=3))
    (upload,) = services.registry.uploads.of(name)
    services.registry.uploads.touch(upload.id)
    touched = clock()
    clock.passes(timedelta(days=3))
    (left,) = overview.upkeep(someone(services)).left.rows
    assert left.ends == touched + UNTOUCHED


def test_of_what_is_left_half_way_a_few_are_shown_and_all_are_counted(services, clock):
    for number in range(overview.FEW + 4):
        begin(services, number, "ada")
    clock.passes(timedelta(days=3))
    left = overview.upkeep(someone(services)).left
    assert (len(left.rows), left.total) == (overview.FEW, overview.FEW + 4)


def test_an_administrator_does_not_see_what_is_restricted(services, clock):
    name = begin(services, 1, "ada")
    row = services.registry.experiments.get(name)
    services.registry.experiments.edit(
        name, row.version, ExperimentEdit(restricted=True), actor="ada"
    )
    clock.passes(timedelta(days=3))
    assert overview.upkeep(person(services, "root", "emfair-admin")).left == overview.Part()
    assert overview.upkeep(someone(services)).left.total == 1


def test_only_administrators_look_after_it(services):
    with pytest.raises(Forbidden):
        overview.upkeep(person(services, "stew", "emfair-steward"))


def test_a_disk_is_told_once_with_its_room(services, tmp_path):
    (disk,) = overview.upkeep(someone(services)).disks
    assert disk.where == "home"
    assert 0 < disk.free <= disk.total
    assert not overview.Disk("lake", 11 * 10**9, 10**12).nearly_full
    assert overview.Disk("lake", 9 * 10**9, 10**12).nearly_full
