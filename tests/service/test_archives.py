"""What archives and lists hold, and when they end with an error."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from emfair.client.engine import DepositRequest
from emfair.errors import NotFound, TooMuch, Withdrawn
from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import Membership, Role
from emfair.lake import layout
from emfair.service.access import Access
from emfair.service.archives import archive
from emfair.service.download_lists import aria2_input, sha256sums
from emfair.service.holdings import Branch, Part, experiments
from emfair.service.services import Services
from tests.service.lab import deposit, someone

PROJECT = Branch(("p",))


@pytest.fixture
def two(services: Services, tmp_path: Path) -> tuple[str, str]:
    """Return two sealed experiments of one project, the newest first."""
    made = []
    for name in ("older", "newer"):
        file = tmp_path / f"{name}.dm3"
        file.write_bytes(name.encode())
        made.append(deposit(services, DepositRequest([file], "P", "Q", name)).place.experiment)
    return made[1], made[0]


def referee(services: Services, minutes: float) -> Access:
    until = services.now() + timedelta(minutes=minutes)
    granted = Membership("p", "referee:r", Role.REFEREE, until)
    return Access(services, Principal("referee:r", Kind.REFEREE), (granted,))


def test_experiments_come_newest_first_and_drafts_and_tombstones_not_at_all(services, two):
    access = someone(services)
    assert [row.id for row in experiments(access, PROJECT, Part.ALL)] == list(two)
    row = services.registry.experiments.get(two[0])
    services.registry.withdrawals.withdraw(row.id, row.version, actor="local:ada", reason="x")
    assert [row.id for row in experiments(access, PROJECT, Part.ALL)] == [two[1]]
    with pytest.raises(Withdrawn, match="withdrawn"):
        experiments(access, Branch(("p", "q", "newer", two[0])), Part.ALL)


def test_levels_below_hold_what_hangs_there(services, two):
    access = someone(services)
    for levels, held in ((("p", "q"), two), (("p", "q", "older"), two[1:]), (("p", "x"), ())):
        assert tuple(row.id for row in experiments(access, Branch(levels), Part.RAW)) == held


def test_a_right_that_ends_on_the_way_breaks_the_archive_and_never_shortens_it(services, two):
    class Clock:
        minutes = 0.0

        def __call__(self):
            return services.now() + timedelta(minutes=self.minutes)

    clock = Clock()
    access = referee(replace(services, now=clock), 10)
    rows = experiments(access, PROJECT, Part.ALL)
    assert next(rows).id == two[0]
    clock.minutes = 11
    with pytest.raises(NotFound):
        next(rows)


def test_more_files_than_an_archive_takes_are_told(services, two):
    access = someone(services)
    assert b"".join(archive(access, PROJECT, Part.RAW, most=8))
    with pytest.raises(TooMuch, match=r"more than the 7 files.*level by level"):
        list(archive(access, PROJECT, Part.RAW, most=7))


def test_an_archive_and_its_lists_agree(services, two):
    access = someone(services)
    whole = b"".join(archive(access, PROJECT, Part.ALL))
    with zipfile.ZipFile(io.BytesIO(whole)) as found:
        inside = {name.removeprefix("p/") for name in found.namelist()}
        listed = found.read("p/manifest-sha256.txt").decode().splitlines()
    sums = {line for text in sha256sums(access, PROJECT, Part.ALL) for line in text.splitlines()}
    assert sums <= set(listed)
    extra = {line.split("  ", 1)[1] for line in set(listed) - sums}
    above = ("", "proposal=q/", "proposal=q/sample=older/", "proposal=q/sample=newer/")
    assert extra == {f"{folder}README.md" for folder in above}
    assert inside == {line.split("  ", 1)[1] for line in listed} | {"manifest-sha256.txt"}
    fetched = list(aria2_input(access, PROJECT, Part.ALL, lambda key: f"http://here/{key}"))
    assert {line.removeprefix("  out=").strip() for line in fetched if "out=" in line} == {
        line.split("  ", 1)[1] for line in sums
    }


def test_titles_cannot_break_a_readme_and_those_of_others_are_not_told(services, tmp_path):
    file = tmp_path / "a.dm3"
    file.write_bytes(b"x")
    odd = DepositRequest([file], "P", "Q", "S", title="| <b>*odd*")
    experiment = deposit(services, odd).place.experiment
    whole = b"".join(archive(someone(services), Branch(("p", "q", "s")), Part.RAW))
    with zipfile.ZipFile(io.BytesIO(whole)) as found:
        text = found.read("s/README.md").decode()
    assert f"experiment={experiment}" in text
    assert "<b>" not in text


def test_what_the_lake_has_lost_is_an_error_in_every_list(services, two):
    access, row = someone(services), services.registry.experiments.get(two[1])
    services.lake.delete(layout.manifest(row.place, 1))

    def lists() -> Iterator[Iterator[object]]:
        yield archive(access, PROJECT, Part.RAW)
        yield sha256sums(access, PROJECT, Part.RAW)
        yield aria2_input(access, PROJECT, Part.RAW, str)

    for each in lists():
        with pytest.raises(NotFound):
            list(each)
