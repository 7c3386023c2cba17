"""The files of a deposit in progress: announced, arrived, known for good."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall, NotFound


def test_a_deposit_interrupted_half_way_resumes(lab):
    first = lab.open("a.dm4", "b.dm4")
    lab.registry.deposits.file_done(first.place.experiment, "a.dm4")
    again = lab.open("b.dm4", "a.dm4")
    assert again.place == first.place
    assert again.todo == ("b.dm4",)


def test_a_file_that_arrives_twice_is_no_error(lab):
    opened = lab.open("a.dm4", "b.dm4")
    for _ in range(2):
        lab.registry.deposits.file_done(opened.place.experiment, "a.dm4")
    assert lab.open("a.dm4", "b.dm4").todo == ("b.dm4",)


def test_an_arriving_file_shows_that_the_upload_is_alive(lab):
    opened = lab.open("a.dm4", "b.dm4")
    before = lab.registry.experiments.get(opened.place.experiment)
    lab.registry.deposits.file_done(opened.place.experiment, "a.dm4")
    after = lab.registry.experiments.get(opened.place.experiment)
    assert after.updated_at > before.updated_at
    assert after.version == before.version


def test_a_file_nobody_announced_is_not_found(lab):
    opened = lab.open("a.dm4")
    with pytest.raises(NotFound, match=r"no file 'z\.dm4'"):
        lab.registry.deposits.file_done(opened.place.experiment, "z.dm4")
    with pytest.raises(NotFound, match="no such experiment"):
        lab.registry.deposits.file_done("e-unknown", "a.dm4")


def test_a_late_word_about_a_sealed_file_is_no_error_but_about_another_it_is(lab):
    row = lab.sealed("a.dm4")
    lab.registry.deposits.file_done(row.id, "a.dm4")
    with pytest.raises(NotFound):
        lab.registry.deposits.file_done(row.id, "z.dm4")
    assert lab.registry.experiments.get(row.id) == row


def test_a_deposit_without_files_is_refused(lab):
    place, titles = lab.registry.experiments.place(lab.open("a.dm4").place.experiment)
    with pytest.raises(BadCall, match="at least one file"):
        lab.registry.deposits.open(place, titles, depositor="ada@lab", files=())


def test_a_path_twice_in_one_deposit_is_refused(lab):
    with pytest.raises(BadCall, match="twice"):
        lab.open("a.dm4", "a.dm4")
    assert lab.registry.experiments.list() == ()
