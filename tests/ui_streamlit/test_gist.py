"""A measurement in a line, and which of many files lack what NXem requires."""

from __future__ import annotations

import pytest

from emfair.model.annotations import Annotations
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
from emfair.service.form import titles
from ui_streamlit.components.gist import gist, lacks

# RosettaSciIO leaves TIFF files to the garbage collector
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def read(corpus, sem_tiffs, tmp_path):
    """Return what is read of a file of the corpus, under a name, with what is said of it."""

    def converted(path, name="", **said):
        folder = tmp_path / (name or "one")
        folder.mkdir()
        file = next(one for one in (corpus / path, sem_tiffs / path) if one.exists())
        notes = parse_annotations(said) if said else Annotations()
        done = convert_file(file, Dossier(Source(name or file.name, ""), notes, "e", {}), folder)
        return done.written[0].measurement

    return converted


def test_a_picture_is_told_by_voltage_pixel_microscope_and_day(read):
    one = read("dm3_2D_data/test_STEM_image.dm3")
    voltage, pixel, *_, last = gist(one)
    assert voltage == "200 kV"
    assert pixel.endswith(" nm/px")
    assert len(pixel.split()[0].replace(".", "").lstrip("0")) <= 3
    assert last == "2016-08-08"


def test_a_day_is_told_though_its_zone_is_not_known(read):
    one = read("FEI-Helios-Ebeam-8bits.tif", instrument={"model": "Helios"})
    assert gist(one)[-2:] == ("Helios", "2016-06-13")


def test_what_nobody_knows_is_left_out(read):
    one = read("dm3_2D_data/test_STEM_image.dm3")
    assert gist(one.model_copy(update={"facts": (), "axes": ()})) == ()


def test_what_all_files_lack_is_told_without_their_names_and_the_rest_with_them(read):
    picture = "dm3_2D_data/test_STEM_image.dm3"
    told = [
        read(picture, f"{name}.dm3", **{"instrument": {"vendor": "FEI"}} if name == "a" else {})
        for name in "abcdef"
    ]
    called = titles()
    of_all, of_some = lacks(told, called)
    assert called["sample.atom_types"] in of_all
    vendor = called["instrument.vendor"]
    assert of_some == {vendor: "b.dm3, c.dm3, d.dm3 and 2 more files"}
    assert lacks(told[:2], called)[1] == {vendor: "b.dm3"}


def test_files_of_one_name_are_told_with_their_folders(read):
    one = read("dm3_2D_data/test_STEM_image.dm3")
    names = ("day/1.dm3", "night/1.dm3", "c.dm3")
    first, second, third = (one.model_copy(update={"file": name}) for name in names)
    said = read("dm3_2D_data/test_STEM_image.dm3", "c", instrument={"vendor": "FEI"})
    called = titles()
    of_some = lacks([first, second, said.model_copy(update={"file": third.file})], called)[1]
    assert of_some == {called["instrument.vendor"]: "day/1.dm3, night/1.dm3"}
