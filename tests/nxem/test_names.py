"""Whether two names can mean the same."""

import pytest

from emfair.nxem.names import alike, makers, plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thermo Fisher Scientific", "FEI Company"),
        ("Carl Zeiss", "ZEISS"),
        ("LEO", "Carl Zeiss"),
        ("Titan 80-300", "TITAN3"),
        ("3122", "D3122"),
        ("Ada Lovelace", "lovelace, a."),
        ("quartz lamella", "Quartz_Lamella #3"),
        ("Li", "li"),
    ],
)
def test_names_of_the_same_are_alike_either_way(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Thermo Fisher Scientific", "JEOL"),
        ("Titan 80-300", "JEM-ARM200F"),
        ("Ada Lovelace", "supervisor"),
        ("LEO", "JEOL"),
        ("Al", "Al2O3 film"),  # two letters are in every other word
    ],
)
def test_names_that_share_no_word_are_not(one, other):
    assert not alike(one, other)
    assert not alike(other, one)


def test_a_name_stands_for_one_maker_only():
    assert len({plain(name) for name in makers()}) == len(makers())
    assert makers()["fei"] == makers()["thermofisherscientific"] != makers()["jeol"]
