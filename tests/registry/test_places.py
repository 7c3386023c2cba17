"""What projects, samples and experiments are called."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall


def test_the_first_title_of_a_project_stays(lab):
    lab.open("a.dm4", experiment="e-1")
    place, titles = lab.registry.experiments.place("e-1")
    changed = titles.model_copy(update={"project": "Renamed", "experiment": "Second"})
    opened = lab.registry.deposits.open(
        place.model_copy(update={"experiment": "e-2"}),
        changed,
        depositor="ada@lab",
        files=lab.files("a.dm4"),
    )
    assert opened.titles == titles.model_copy(update={"experiment": "Second"})


@pytest.mark.parametrize(
    "title",
    [
        "Körnung µm 結晶 🔬",
        "'; DROP TABLE experiment; --",
        '"quoted" %s {x} :y \\',
        "👩\u200d🔬 می\u200cخواهم क्\u200dष ❤\ufe0f",
        "0",
    ],
)
def test_a_title_is_data_whatever_it_looks_like(lab, title):
    names = (f"{title}.dm4", "x'; DELETE FROM upload; --.dm4")
    row = lab.sealed(*names, title=title)
    assert lab.registry.experiments.get(row.id).title == title
    assert lab.open(*names, title=title).already_sealed
    for name in names:
        lab.registry.deposits.file_done(row.id, name)  # raises if no file is called so


def test_a_title_is_the_same_however_its_accents_are_typed(lab):
    row = lab.sealed("a.dm4", title="Ko\u0308rner ")
    assert row.title == "Körner"
    assert lab.open("a.dm4", title="Körner").already_sealed


@pytest.mark.parametrize("title", ["", " \t ", "x" * 501, "nul\x00"])
def test_a_title_that_cannot_be_stored_is_refused_with_its_name(lab, title):
    with pytest.raises(BadCall) as caught:
        lab.open("a.dm4", title=title)
    assert caught.value.subject == "experiment.title"
    assert caught.value.remedy


def test_a_title_of_five_hundred_wide_characters_fits(lab):
    assert lab.open("a.dm4", title="🔬" * 500).titles.experiment == "🔬" * 500


@pytest.mark.parametrize("level", ["project", "proposal", "sample", "experiment"])
def test_a_title_that_cannot_be_seen_as_it_is_is_refused_at_every_level(lab, level):
    lab.open("a.dm4", experiment="e-1")
    place, titles = lab.registry.experiments.place("e-1")
    place = place.model_copy(update={"experiment": "e-2"})
    for title in ("\u200b", "\u202eztrauq"):
        changed = titles.model_copy(update={level: title})
        with pytest.raises(BadCall) as caught:
            lab.registry.deposits.draft(place, changed, depositor="ada@lab")
        assert caught.value.subject == f"{level}.title"
