"""Which files are read together."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.vendor.bundles import Bundle, bundle, lacks, measured, rules

STEMS = st.sampled_from(["a", "b", "a_1", "scan_x4_y4", "S(1)", "é", "a_000", "a_001"])
ENDS = st.sampled_from(
    ["emi", "ser", "rpl", "raw", "xml", "mib", "hdr", "tvips", "mrc", "mrc.mdoc", "mdoc", "csv",
     "asw", "pts", "log", "dm4", "zspy/0.0", "zspy/.zgroup", "EMI", "x.zspy/a.zspy/b"]
)  # fmt: skip
NAMES = st.builds(
    "{}{}.{}".format, st.sampled_from(["", "d/", "d/e/", "D/", "x.zspy/"]), STEMS, ENDS
)


@given(st.lists(NAMES, unique=True, max_size=25), st.randoms(use_true_random=False))
def test_every_file_is_in_a_bundle_in_whatever_order_they_came(names, chance):
    bundles = bundle(names)
    assert {name for each in bundles for name in each.members} == set(names)
    shuffled = chance.sample(names, len(names))
    assert bundle(shuffled) == bundles
    assert [each.primary for each in bundles] == sorted(each.primary for each in bundles)


@given(st.lists(NAMES, unique=True, max_size=25))
def test_a_file_is_in_several_bundles_only_as_a_companion_that_they_share(names):
    bundles = bundle(names)
    lending = [rule for rule in rules() if rule.shared]
    shared = [
        set(one.companions)
        for one in bundles
        if any(re.fullmatch(rule.primary, one.primary, re.IGNORECASE) for rule in lending)
    ]
    for number, each in enumerate(bundles):
        for other in bundles[:number]:
            both = set(each.members) & set(other.members)
            assert not both or (both <= set(each.companions) and set(each.companions) in shared)


@pytest.mark.parametrize(
    ("primary", "companions", "strangers"),
    [
        ("d/x.emi", ("d/x_1.ser", "d/x_2.ser"), ("d/xy_1.ser", "e/x_1.ser", "d/x.ser")),
        ("x.rpl", ("x.raw",), ("y.raw",)),
        ("d/m.xml", ("d/scan_x4_y4.raw",), ("scan_x4_y4.raw",)),
        ("m.mib", ("m.hdr",), ("n.hdr",)),
        ("v_000.tvips", ("v_001.tvips", "v_002.tvips"), ("w_001.tvips",)),
        ("s.mrc", ("s.mrc.mdoc", "s_info.txt"), ("t.mdoc",)),
        ("p.ASW", ("Sample/00_View000/View000_0000001.map",), ("Sample/a.map",)),
        ("E_Heat raw.csv", ("E_Metadata.log",), ("F_Metadata.log",)),
        ("a_master.h5", ("a.h5", "a_data_000001.h5", "a_data_000002.h5"), ("b_data_000001.h5",)),
        ("20241021_00405_movie.mrc", ("20241021_00405_info.txt",), ("20241021_00406_info.txt",)),
        ("d/s.zspy", ("d/s.zspy/.zgroup", "d/s.zspy/data/0.0"), ("d/other",)),
    ],
)
def test_a_format_of_several_files_is_one_bundle(primary, companions, strangers):
    is_store = primary.endswith(".zspy")
    bundles = bundle([*([] if is_store else [primary]), *companions, *strangers])
    assert (primary, tuple(sorted(companions))) in [
        (one.primary, one.companions) for one in bundles
    ]
    assert {each.primary for each in bundles} == {primary, *strangers}


def test_projects_below_and_beside_a_project_keep_their_files():
    own = "Sample/00_View000/View000_0000001.img"
    names = ["one.ASW", "two.ASW", own, "d/three.ASW", f"d/{own}"]
    assert bundle(names) == [
        Bundle("d/three.ASW", (f"d/{own}",), alone=True),
        Bundle("one.ASW", (own,), alone=True),
        Bundle("two.ASW", (own,)),
    ]


def test_files_of_one_experiment_share_its_description():
    names = ["E_Heat raw.csv", "E_Gas raw.csv", "E_Metadata.log", "F_Heat raw.csv"]
    assert bundle(names) == [
        Bundle("E_Gas raw.csv", ("E_Metadata.log",)),
        Bundle("E_Heat raw.csv", ("E_Metadata.log",)),
        Bundle("F_Heat raw.csv"),
    ]


@pytest.mark.parametrize(
    ("name", "beside", "missing"),
    [
        ("x.emi", ["x.emi", "xy_1.ser"], "x_1.ser"),
        ("x.emi", ["x.emi", "x_7.ser"], ""),
        ("x.RPL", ["x.rpl"], "x.raw"),
        ("x.rpl", ["x.RAW"], ""),
        ("m.hdr", ["m.hdr", "n.mib"], "m.mib"),
        ("m.mib", ["m.mib"], ""),
        ("v_002.tvips", ["v_001.tvips"], "v_000.tvips"),
        ("v_000.tvips", [], ""),
        ("E_Heat raw.csv", [], "E_Metadata.log"),
        ("table.csv", [], ""),
    ],
)
def test_a_file_that_is_nothing_alone_says_what_it_lacks(name, beside, missing):
    assert lacks(name, beside) == missing


def test_a_primary_alone_is_a_bundle_of_one():
    assert bundle(["x.emi"]) == [Bundle("x.emi")]
    assert Bundle("x.emi").members == ("x.emi",)


def test_brackets_in_a_name_are_no_pattern():
    assert Bundle("x(1).rpl", ("x(1).raw",)) in bundle(["x(1).rpl", "x(1).raw", "x1.raw"])


def test_the_corpus_falls_into_the_bundles_its_readers_want(corpus):
    names = [f"{f.parent.name}/{f.name}" for f in (corpus / "FEI_old").iterdir()]
    found = {each.primary: each.companions for each in bundle(names)}
    assert found["FEI_old/16x16_STEM_BF_DF_acquire.emi"] == (
        "FEI_old/16x16_STEM_BF_DF_acquire_1.ser",
        "FEI_old/16x16_STEM_BF_DF_acquire_2.ser",
    )
    assert found["FEI_old/X - Au NP EELS_2.ser"] == (), "its .emi is not there"


def test_each_rule_says_what_it_is_for():
    assert all(rule.note for rule in rules())


@pytest.mark.parametrize(
    ("names", "alone"),
    [
        (["x.emi", "x_1.ser"], True),
        (["x.mib", "x.hdr"], False),
        (["x.rpl", "x.raw"], False),
        (["x_000.tvips", "x_001.tvips"], False),
    ],
)
def test_only_measurements_are_tried_without_the_first_file(names, alone):
    (one,) = bundle(names)
    assert one.alone is alone


def test_a_person_may_speak_of_files_and_of_folders_that_are_one_file():
    names = ["b.dm3", "maps/a.zspy/.zgroup", "maps/a.zspy/Experiments/.zgroup"]
    assert measured(names) == ["b.dm3", "maps/a.zspy", *names[1:]]


def test_of_several_that_share_their_measurements_only_the_first_offers_them_alone():
    names = ["a.asw", "b.asw", "Sample/00_View000/View000_0000001.map"]
    found = {each.primary: each for each in bundle(names)}
    assert found["a.asw"].companions == found["b.asw"].companions == (names[2],)
    assert [found[name].alone for name in names[:2]] == [True, False]


def test_thousands_of_pairs_are_sorted_in_a_moment():
    stems = [f"s/scan_{number}" for number in range(2000)]
    names = [*(f"{stem}.emi" for stem in stems), *(f"{stem}_1.ser" for stem in stems)]
    began = time.process_time()
    bundles = bundle(names)
    assert time.process_time() - began < 3  # looking through all names for each took 6 s
    assert [each.members for each in bundles[:1]] == [("s/scan_0.emi", "s/scan_0_1.ser")]
    assert len(bundles) == 2000
