"""What readers' exceptions mean to people; the exceptions stay beside it."""

from __future__ import annotations

from copy import copy
from pathlib import Path

import pytest

from emfair.errors import TooLarge, UnreadableFile
from emfair.vendor.failures import Failure, failure_of, most_telling
from emfair.vendor.read import read_signals

CUT_OFF = "could not be read: the file ends too early (it was cut off, or not copied whole)."


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("share", [0.02, 0.4, 0.95])
@pytest.mark.parametrize(
    "file",
    [
        "dm3_2D_data/test_STEM_image.dm3",
        "dm4_1D_data/test-1.dm4",
        "bruker_data/bruker_nano.spx",
        "FEI_new/128x128_TEM_acquire-sum1_1.ser",
        "emd_files/Si100_1x1x3-zStart5.43.emd",
        "tvips_files/test_tvips_2233_000.tvips",
        "sur_data/test_surface.sur",
        "empad_data/map4x4.xml",
    ],
)
def test_a_file_that_is_cut_off_is_told_to_end_too_early(corpus, tmp_path, file, share):
    whole = (corpus / file).read_bytes()
    path = tmp_path / Path(file).name
    path.write_bytes(whole[: round(len(whole) * share)])
    with pytest.raises(UnreadableFile) as caught:
        read_signals(path)
    assert caught.value.message == CUT_OFF
    assert "Error" in caught.value.detail or "error" in caught.value.detail


def test_a_file_that_is_none_of_its_name_is_told_so(corpus):
    with pytest.raises(UnreadableFile) as caught:
        read_signals(corpus / "bruker_data" / "Nope.bcf")
    assert caught.value.message == (
        "could not be read: it is no Bruker file, whatever its name says."
    )
    assert caught.value.detail == "Bruker: TypeError: file 'Nope.bcf' is not SFS container"
    assert "if it is something else" in caught.value.remedy


def test_another_vendors_ending_is_told(corpus, tmp_path):
    path = tmp_path / "spectrum.dm3"
    path.write_bytes((corpus / "bruker_data" / "bruker_nano.spx").read_bytes())
    with pytest.raises(UnreadableFile, match="its content is Bruker's, and its ending is not"):
        read_signals(path)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError("Unable to allocate 3 TiB"), "it asks for more memory than there is"),
        (ValueError("cannot reshape array of size 3 into shape (4,)"), "it does not hold as many"),
        (KeyError("ImageList"), ""),
    ],
)
def test_a_failure_says_what_its_exception_means_if_that_is_known(error, says):
    found = failure_of("EMD", error)
    assert found.says.startswith(says)
    assert bool(found.says) == bool(says)
    assert type(error).__name__ in found.detail


def test_what_nobody_knows_is_told_with_its_readers():
    one, other = (failure_of(name, KeyError("x")) for name in ("JEOL", "Hamamatsu"))
    assert most_telling([one]).says == "its reader (JEOL) could not make sense of it"
    assert most_telling([one, other]).says == (
        "none of the readers that it may be for (JEOL, Hamamatsu) could make sense of it"
    )
    known = Failure(reader="TIFF", says="it holds no signal")
    assert most_telling([one, known]) == known
    assert known.told == "TIFF: it holds no signal"


def test_an_error_keeps_the_exception_out_of_its_sentence_and_loses_it_on_no_way():
    large = TooLarge("could not be read: x.", subject="a", detail="EMD: MemoryError: 3 TiB")
    assert str(large) == "a: could not be read: x."
    assert copy(large).detail == large.detail  # made as processes hand it over
