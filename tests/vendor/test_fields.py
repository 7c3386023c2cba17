"""A field of view is the picture's own, or told to be another's."""

import numpy as np
import pytest

from emfair.model.facts import Fact, Source
from emfair.nxem.keys import keys
from emfair.vendor.fields import with_doubt
from emfair.vendor.mapping import vendor_facts
from emfair.vendor.signal import Axis

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SI = {key.key: key.unit for key in keys().values() if key.kind == "number"}
WIDER = "not of this picture, which is 16.9 nm wide: not used"
NO_PICTURE = "of the whole scan, and this is no picture of it: not used"


@pytest.mark.parametrize(
    ("place", "file", "index", "warning"),
    [
        ("corpus", "dm3_2D_data/test_STEM_image.dm3", 0, WIDER),
        ("corpus", "dm3_locale/Fei HAADF-UK_location.dm3", 0, ""),
        ("corpus", "dm4_2D_data/test-MonarcCL_mono-image.dm4", 0, ""),
        ("corpus", "emd_files/fei_example_dpc_titles.emd", 0,
         "not of this picture, which is 0.1992 nm wide: not used"),
        ("velox", "fei_emd_image.emd", 0, ""),
        ("corpus", "phenom_data/Elid2Version0.elid", 0, ""),
        ("corpus", "phenom_data/Elid2Version0.elid", 1, NO_PICTURE),
        ("corpus", "phenom_data/Elid2Version0.elid", 3, ""),
        ("sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, ""),
        ("sem_tiffs", "FEI-Helios-navcam.tif", 0, ""),
        ("sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, ""),
    ],
)  # fmt: skip
def test_a_field_of_view_is_that_of_the_files_axes(signals, place, file, index, warning):
    facts = vendor_facts(signals(place, file)[index], SI)
    assert {fact.warning for fact in facts if fact.key == "field_of_view"} == {warning}


@pytest.mark.parametrize(
    ("axes", "warning"),
    [
        ([Axis("y", 99, "nm", 9.0), Axis("x", 100, "nm", 1.0)], ""),
        ([Axis("y", 99, "µm", 9.0), Axis("x", 100, "nm", -1.005)], ""),
        ([Axis("y", 99, "nm", 9.0), Axis("x", 101, "nm", 1.0)], ""),  # one pixel more
        ([Axis("x", 2, "nm", 1.0, values=np.array([5.0, 55.0]))], ""),
        ([Axis("y", 100, "nm", 1.0), Axis("x", 50, "nm", 1.0)],
         "not of this picture, which is 50 nm wide: not used"),
        ([Axis("x", 100, "nm", 1.0), Axis("E", 9, "eV", 2.0)], ""),
        ([Axis("x", 100, "nm", 1.0), Axis("Wavelength", 9, "nm", 2.0)], ""),
        ([Axis("y", 100), Axis("x", 100)], ""),
        ([Axis("y", 100, "1/nm"), Axis("x", 100, "1/nm")], NO_PICTURE),
        ([Axis("y", 9), Axis("x", 9), Axis("E", 9, "eV")], ""),
        ([Axis("x", 9), Axis("E", 9, "eV")], NO_PICTURE),
        ([Axis("", 9)], NO_PICTURE),
    ],
)  # fmt: skip
def test_a_field_of_100_nm_is_that_of_some_axes(axes, warning):
    fact = Fact(key="field_of_view", value_num=1e-7, source=Source.VENDOR)
    assert with_doubt(fact, axes).warning == warning


def test_what_is_odd_already_stays_as_it_is():
    for fact in (
        Fact(key="field_of_view", source=Source.VENDOR, warning="not a number"),
        Fact(key="field_of_view", source=Source.VENDOR, value_num=1.0, warning="odd"),
    ):
        assert with_doubt(fact, [Axis("x", 3, "nm")]) == fact
