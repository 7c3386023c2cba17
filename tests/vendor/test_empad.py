"""What an EMPAD description tells of its raw file, read as its reader does."""

import pytest

from emfair.errors import UnreadableFile
from emfair.vendor.empad import Description, description_of
from emfair.vendor.read import read_signals


@pytest.mark.parametrize(
    ("file", "raw", "frames"),
    [
        ("map4x4.xml", "scan_x4_y4.raw", 16),
        ("stack_images.xml", "series_x10.raw", 10),
        ("map128x128_version1.2.0.xml", "scan_x128_y128.raw", 128 * 128),
    ],
)
def test_real_descriptions(corpus, file, raw, frames):
    assert description_of(corpus / "empad_data" / file) == Description(raw, frames)


@pytest.mark.parametrize("text", ["", "<root", "<root/>", "<root><raw_file/></root>"])
def test_what_names_no_raw_file(tmp_path, text):
    (tmp_path / "a.xml").write_text(text)
    assert description_of(tmp_path / "a.xml") is None


@pytest.mark.parametrize("name", ["/proc/self/environ", "&#47;proc&#47;version", "../b.raw"])
def test_a_raw_file_of_another_folder_is_not_read(corpus, tmp_path, name):
    text = (corpus / "empad_data" / "map4x4.xml").read_text("utf-8")
    (tmp_path / "a.xml").write_text(text.replace("scan_x4_y4.raw", name), "utf-8")
    with pytest.raises(UnreadableFile, match="does not belong to it") as told:
        read_signals(tmp_path / "a.xml")
    assert told.value.subject == "a.xml"
