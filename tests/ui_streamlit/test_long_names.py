"""Names of files in cells: what tells them apart can be read."""

from __future__ import annotations

import pytest

from tests.service.lab import Lab
from tests.ui_streamlit.conftest import open_page
from ui_streamlit.components.long_names import LARGE, MEDIUM

SESSION = "Session of March/Quartz lamella after ion milling at 2 kV, HAADF overview at 80 kx, "


@pytest.mark.parametrize("cell", [MEDIUM, LARGE])
def test_the_ends_of_long_names_stand_in_them(cell):
    names = [f"{SESSION * 4}{number:03}.dm3" for number in range(9)]
    told = cell.told(names)
    assert [one[-7:] for one in told] == [name[-7:] for name in names]
    assert all(one.startswith("Session of March/") for one in told)
    assert max(map(len, told)) <= 4 * cell.across


def test_names_that_would_look_alike_are_whole():
    names = [f"{SESSION * 2}{which}{SESSION * 2}" for which in "ab"]
    assert MEDIUM.told(names) == names


def test_rows_are_as_high_as_the_longest_name_needs():
    assert MEDIUM.height(MEDIUM.told(["a.dm3"])) is None
    assert MEDIUM.height([]) is None
    two, most = (MEDIUM.height(MEDIUM.told(["a" * number])) for number in (31, 500))
    assert two is not None
    assert most is not None
    assert 64 < two < most < 110, "Streamlit breaks lines in rows higher than 4 rem"


@pytest.mark.parametrize(
    "name", ["session März/FEI-Helios-Ebeam-16bits.tif", "fei_SI_SuperX-HAADF_10frames_10eV.emd"]
)
def test_a_name_that_is_a_little_too_long_for_its_line_stands_in_two(name):
    assert MEDIUM.told([name, "a.tif"]) == [name, "a.tif"]
    height = MEDIUM.height([name, "a.tif"])
    assert height is not None
    assert height > 64


def test_what_is_said_of_a_file_is_said_of_its_whole_name(opened, tmp_path, corpus):
    lab = Lab(opened, corpus)
    folder = tmp_path / SESSION.strip("/, ").replace("/", " ")
    folder.mkdir()
    path = folder / f"{SESSION.replace('/', ' ')}001.dm3"
    path.write_bytes(lab.file("test-1.dm3").read_bytes())
    name = f"{folder.name}/{path.name}"
    assert MEDIUM.told([name]) != [name]
    made = lab.deposit(folder, files={name: {"title": "the good one"}}).place.experiment
    app = open_page("annotate", id=made)
    (table,) = [one.value for one in app.dataframe if "title" in one.value.columns]
    assert list(table["title"]) == ["the good one"]
    assert table["file"][0].endswith("001.dm3")
    assert table["file"][0] != name
    assert "Nothing has changed since it was saved." in [one.value for one in app.caption]
