"""What is said of single files, beside what they say themselves."""

from __future__ import annotations

from emfair.model.deposits import Whereto
from emfair.service import deposits
from emfair.service.access import local_access
from emfair.service.form import form_of
from tests.ui_streamlit.depositing import arrive
from ui_streamlit.components.single_files import READ, notes_of, rows_of


def test_folders_that_are_one_file_are_listed_as_one(opened):
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    for name in ("a.zspy/.zgroup", "a.zspy/data/0.0", "a.zspy/data/0.1", "b.tif"):
        arrive(opened, row, name.encode(), name)
    assert form_of(opened, row).files == ("a.zspy", "b.tif")


def test_what_is_said_of_single_files_stands_beside_what_they_say(services, made):
    form = form_of(services, services.registry.experiments.get(made["valid"]))
    said = {"test_STEM_image.dm3": {"title": "grain 3", "measurement": {"dwell_time": "1 µs"}}}
    first, second = rows_of(form, said, ["title", "start_time", "dwell_time"])
    assert (first["file"], first["title"], first["dwell_time"]) == (
        "test_STEM_image.dm3", "grain 3", "1 µs"
    )  # fmt: skip
    assert first[f"{READ}start_time"] == "2016-08-08T15:26:20+00:00"
    assert first[f"{READ}dwell_time"] == "3.5 µs"
    assert second[f"{READ}start_time"] == ""
    assert second["start_time"] == second["title"] == ""


def test_a_column_that_is_put_away_takes_nothing_with_it():
    said = {"title": "old", "measurement": {"dwell_time": "1 µs", "camera_length": "2 m"}}
    row = {"file": "a.dm4", "title": " new ", "start_time": None, "camera_length": ""}
    notes = notes_of(row, said, ["camera_length"])
    assert notes == {"title": "new", "measurement": {"dwell_time": "1 µs"}}


def test_a_file_that_is_set_aside_stays_so_while_its_title_is_typed():
    said = {"title": "old", "set_aside": "cut off"}
    row = {"file": "a.dm4", "title": "new", "start_time": ""}
    assert notes_of(row, said, []) == {"title": "new", "set_aside": "cut off"}
