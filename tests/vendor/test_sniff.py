"""What a file's first bytes and its name say about it."""

import re

import pytest

from emfair.vendor.plugins import plugins
from emfair.vendor.sniff import signatures, sniff


def first(path) -> str:
    return sniff(path).candidates[0].name


def test_every_signature_names_readers_that_exist():
    for row in signatures():
        assert set(row.readers) <= set(plugins()), row
        assert bool(row.readers) != bool(row.hint), f"a reader or a hint: {row}"
        assert sum(map(bool, (row.bytes_, row.text, row.hdf5))) == 1, row
        assert re.fullmatch("([0-9a-f]{2})*", row.bytes_), row


@pytest.mark.parametrize(
    ("folder", "pattern", "reader"),
    [
        ("dm3_2D_data", "*.dm3", "DigitalMicrograph"),
        ("dm4_2D_data", "*.dm4", "DigitalMicrograph"),
        ("FEI_old", "*.ser", "TIA"),
        ("FEI_old", "*.emi", "TIA"),
        ("bruker_data", "*x*.bcf", "Bruker"),
        ("bruker_data", "*.spx", "Bruker"),
        ("blockfile_data", "*.blo", "Blockfile"),
        ("sur_data", "*.sur", "DigitalSurf"),
        ("tiff_files", "*.tif", "TIFF"),
        ("msa_files", "*.msa", "MSA"),
        ("empad_data", "*.xml", "EMPAD"),
        ("emd_files", "*.emd", "EMD"),
        ("hdf5_files", "*.hspy", "HSPY"),
        ("nexus_files", "*.nxs", "NeXus"),
        ("protochips_data", "protochips_*.csv", "Protochips"),
    ],
)
def test_content_names_the_format_of_real_files(corpus, folder, pattern, reader):
    found = sorted((corpus / folder).glob(pattern))
    assert found
    for path in found:
        sniffed = sniff(path)
        assert sniffed.by_content, path.name
        assert sniffed.candidates[0].name == reader, path.name


def test_a_json_file_that_speaks_of_a_bruker_spectrum_is_none(corpus):
    assert sniff(corpus / "bruker_data" / "30x30_original_metadata.json").candidates == ()


def test_of_the_readers_that_content_allows_the_one_with_the_extension_comes_first(tmp_path):
    head = bytearray(1024)
    head[208:212] = b"MAP "
    for name, reader in (("a.mrcz", "MRCZ"), ("a.mrc", "MRC"), ("a.rec", "MRC")):
        path = tmp_path / name
        path.write_bytes(head)
        assert first(path) == reader


def test_a_name_is_believed_where_content_says_nothing(tmp_path):
    path = tmp_path / "stack.RPL"
    path.write_text("key\tvalue\n")
    sniffed = sniff(path)
    assert [plugin.name for plugin in sniffed.candidates] == ["Ripple"]
    assert not sniffed.by_content


@pytest.mark.parametrize(
    ("head", "hint"),
    [
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"\0" * 257 + b"ustar", "a tar archive"),
    ],
)
def test_what_is_no_microscopes_file_is_called_by_its_name(tmp_path, head, hint):
    path = tmp_path / "thing"
    path.write_bytes(head)
    assert sniff(path).candidates == ()
    assert sniff(path).other == hint


def test_damaged_hdf5_falls_back_to_its_name(tmp_path):
    path = tmp_path / "a.hspy"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"\xff" * 100)
    sniffed = sniff(path)
    assert first(path) == "HSPY"
    assert not sniffed.by_content


@pytest.mark.parametrize("name", ["noise.blo", "noise.msa"])
def test_a_reader_that_takes_noise_for_data_is_not_tried_without_its_signature(tmp_path, name):
    """Of 5 kB of noise MSA's reader makes a spectrum; Blockfile's never comes back."""
    path = tmp_path / name
    path.write_bytes(b"\xc3" * 5000)
    assert sniff(path).candidates == ()


def test_a_folder_is_judged_by_its_name(tmp_path):
    store = tmp_path / "a.zspy"
    store.mkdir()
    assert first(store) == "ZSPY"
