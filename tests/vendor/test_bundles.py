"""Which files are read together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.vendor.bundles import Bundle, bundle, rules

STEMS = st.sampled_from(["a", "b", "a_1", "scan_x4_y4", "S(1)", "é", "a_000", "a_001"])
ENDS = st.sampled_from(
    ["emi", "ser", "rpl", "raw", "xml", "mib", "hdr", "tvips", "mrc", "mrc.mdoc", "mdoc", "csv",
     "asw", "pts", "log", "dm4", "zspy/0.0", "zspy/.zgroup", "EMI", "x.zspy/a.zspy/b"]
)  # fmt: skip
NAMES = st.builds(
    "{}{}.{}".format, st.sampled_from(["", "d/", "d/e/", "D/", "x.zspy/"]), STEMS, ENDS
)


@given(st.lists(NAMES, unique=True, max_size=25), st.randoms(use_true_random=False))
def test_every_file_is_in_exactly_one_bundle_in_whatever_order_they_came(names, chance):
    bundles = bundle(names)
    assert sorted(name for each in bundles for name in each.members) == sorted(names)
    shuffled = chance.sample(names, len(names))
    assert bundle(shuffled) == bundles
    assert [each.primary for each in bundles] == sorted(each.primary for each in bundles)


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
        ("d/s.zspy", ("d/s.zspy/.zgroup", "d/s.zspy/data/0.0"), ("d/other",)),
    ],
)
def test_a_format_of_several_files_is_one_bundle(primary, companions, strangers):
    is_store = primary.endswith(".zspy")
    bundles = bundle([*([] if is_store else [primary]), *companions, *strangers])
    assert Bundle(primary, tuple(sorted(companions))) in bundles
    assert {each.primary for each in bundles} == {primary, *strangers}


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
