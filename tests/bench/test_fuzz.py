"""Damaged files: the same damage each time, and whatever comes of it is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.fuzz.damage import Damage, damages
from bench.fuzz.report import lines
from bench.fuzz.run import Fuzzer, Outcome, defects, plan
from bench.fuzz.targets import target_of, targets
from emfair.vendor.bundles import Bundle


@given(st.lists(st.integers(1, 1 << 40), min_size=1, max_size=4).map(tuple))
def test_a_damage_is_told_in_words_from_which_it_is_made_again(sizes):
    found = list(damages(sizes))
    assert len(set(found)) == len(found)
    assert [Damage.parse(str(one)) for one in found] == found


def test_another_seed_hits_other_places_and_cuts_the_same():
    one, other = set(damages((5000,))), set(damages((5000,), seed=1))
    assert {each.kind for each in one & other} == {"cut", "zero"}
    assert {each.kind for each in one ^ other} == {"flip", "huge", "digits"}


@given(st.binary(min_size=1, max_size=300))
def test_the_same_damage_gives_the_same_bytes(content):
    for damage in damages((len(content),)):
        assert damage.done_to(content) == damage.done_to(bytes(content)), damage


@pytest.mark.parametrize(
    ("damage", "before", "after"),
    [
        ("cut 3", b"abcdef", b"abc"),
        ("cut 0", b"abcdef", b""),
        ("zero 2 3", b"abcdef", b"ab\0\0\0f"),
        ("digits 0 99", b"size: 12", b"size: 99999999999"),
        ("digits 0 99", b"no number", b"no number"),
        ("gone", b"abcdef", None),
        ("huge 1 4 4", b"ab", b"ab"),
    ],
)
def test_a_damage_does_what_it_says(damage, before, after):
    assert Damage.parse(damage).done_to(before) == after


def test_flips_and_huge_numbers_hit_the_head_only():
    content = bytes(4096)
    for seed in range(50):
        for damage, most in (
            (Damage("flip", (seed, 16, 100)), 16),
            (Damage("huge", (seed, 4, 64)), 4),
        ):
            hit = [place for place, byte in enumerate(damage.done_to(content)) if byte]
            assert 1 <= len(hit) <= most
            assert max(hit) < damage.numbers[-1]


def test_what_is_no_damage_is_refused():
    for text in ("", "melt 3", "cut x"):
        with pytest.raises(ValueError, match="no damage"):
            Damage.parse(text)


@pytest.fixture
def emi(corpus):
    return target_of(corpus / "FEI_old" / "16x16_STEM_BF_DF_acquire.emi")


def test_a_bundle_is_copied_with_one_file_damaged(emi, tmp_path):
    path = emi.damaged(Damage("cut", (10,), member=1), tmp_path)
    assert path.read_bytes() == (emi.folder / emi.bundle.primary).read_bytes()
    sizes = [(tmp_path / name).stat().st_size for name in emi.bundle.members]
    assert sizes == [emi.sizes[0], 10, *emi.sizes[2:]]
    emi.damaged(Damage("gone", (), member=1), tmp_path / "again")
    assert not (tmp_path / "again" / emi.bundle.members[1]).exists()


def test_formats_are_found_with_their_smallest_files_first(corpus, tmp_path):
    found = targets([corpus / "blockfile_data", corpus / "dm3_1D_data"], tmp_path)
    assert list(found) == ["Blockfile .blo", "DigitalMicrograph .dm3"]
    assert [one.bundle.primary for one in found["Blockfile .blo"]] == ["test2.blo", "test1.blo"]


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory):
    with Fuzzer(tmp_path_factory.mktemp("fuzz"), size=1) as fuzzer:
        yield fuzzer


def test_damaged_files_become_findings_or_containers_that_validate(fuzzer, corpus):
    files = ("blockfile_data/test2.blo", "dm3_1D_data/test-23.dm3",
             "tiff_files/optical_Zeiss_AxioVision_BW.tif")  # fmt: skip
    planned = plan([target_of(corpus / file) for file in files])[:21]
    found = list(fuzzer.run(planned, 600))
    assert [(one.target, one.damage) for one in found] == planned
    assert [one.defects for one in found] == [()] * len(found), "\n".join(lines(found))
    assert any(one.containers for one in found)
    assert any("unreadable-file" in one.rules for one in found)
    assert any("empty-file" in one.rules for one in found)


def test_a_lost_companion_is_told(fuzzer, emi):
    assert fuzzer.attempt(emi, None).containers == 2
    one = fuzzer.attempt(emi, Damage("gone", (), member=1))
    assert ("missing-companion" in one.rules) != (one.containers == 1)
    assert not one.defects


def test_only_what_comes_out_whole_is_damaged(fuzzer, corpus, tmp_path):
    found = targets([corpus / "bruker_data"], tmp_path)
    chosen = fuzzer.sound({"Bruker .bcf": found["Bruker .bcf"]}, 1)
    assert found["Bruker .bcf"][0].bundle.primary == "Nope.bcf"
    (one,) = chosen
    assert one.bundle.primary != "Nope.bcf"


def test_none_is_begun_when_the_time_is_over(fuzzer, emi):
    assert list(fuzzer.run(plan([emi]), -1)) == []


def test_what_is_left_behind_not_told_or_not_valid_is_a_defect(tmp_path):
    whole, part = tmp_path / "a.nxs", tmp_path / ".b.nxs.part"
    assert list(defects(tmp_path, [], [], lambda _: [])) == ["neither a container nor a word"]
    whole.touch()
    assert list(defects(tmp_path, [whole], [], lambda _: [])) == []
    assert list(defects(tmp_path, [whole], [], lambda _: ["x"])) == ["does not validate: x"]
    part.touch()
    assert list(defects(tmp_path, [whole], [], lambda _: [])) == ["left behind: .b.nxs.part"]
    assert list(defects(tmp_path, [], ["unreadable-file"], lambda _: [])) == [
        "left behind: .b.nxs.part, a.nxs"
    ]


def test_the_table_counts_each_format_and_lists_what_must_be_mended(emi):
    fine = Outcome(emi, Damage("cut", (8,)), 0.5, containers=2)
    other = replace(emi, format="EMD .emd", bundle=Bundle("b.emd"))
    found = [
        fine,
        replace(fine, containers=0, rules=("reader-hung",), seconds=20.0),
        Outcome(other, Damage("gone"), 0.1, rules=("reader-died",), defects=("left behind: x",)),
    ]
    told = list(lines(found))
    assert told[1].split() == ["EMD", ".emd", "1", "0", "1", "0", "1", "0", "1", "0.1", "s"]
    assert told[2].split() == ["TIA", ".emi", "2", "1", "1", "1", "0", "0", "0", "20.0", "s"]
    assert told[3].split()[:3] == ["all", "3", "1"]
    assert "DEFECT EMD .emd: b.emd: gone: left behind: x" in told
    assert "hung TIA .emi: 16x16_STEM_BF_DF_acquire.emi: cut 8 (20 s)" in told
