"""Texts as the registry takes them."""

from __future__ import annotations

import pytest

from emfair.errors import BadCall
from emfair.registry.texts import readable


@pytest.mark.parametrize(
    "text",
    [
        "\u200b", "\u3164", "\u2800", "\u200d\u200c", "\u00ad", "\ufeff", "\ufe0f", "\u0301",
        "\U000e0041", "\U000e0100", " \u200b \u115f ",
    ],
)  # fmt: skip
def test_a_title_of_nothing_that_can_be_seen_is_refused(text):
    with pytest.raises(BadCall, match="no character that can be seen") as caught:
        readable(text, "project.title", 500)
    assert caught.value.subject == "project.title"
    assert caught.value.remedy == "Type what people shall call it."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\u2066\u2069", "U+2066"),
        ("\x07", "U+0007"),
        ("bell\x07s", "U+0007"),
        ("\u202eztrauq", "U+202E"),
        ("C1 \x9b31m", "U+009B"),
        ("two\nlines", "U+000A"),
        ("two\u2028lines", "U+2028"),
        ("Quartz\u202c", "U+202C"),
    ],
)
def test_a_title_that_steers_how_it_is_shown_is_refused_with_the_character_named(text, told):
    with pytest.raises(BadCall, match=rf"{told[:1]}\+{told[2:]}.*cannot be seen.*anew on one line"):
        readable(text, "name", 500)


@pytest.mark.parametrize(
    "text",
    [
        "0", "?", "µm", "量子", "👩\u200d🔬", "❤\ufe0f", "می\u200cخواهم", "क्\u200dष", "שלום\u200f!",
        "soft\u00adhyphen", "한글", "\ue000", "A\u00a0B",
    ],
)  # fmt: skip
def test_what_can_be_seen_stays_as_it_is_with_its_joiners(text):
    assert readable(f" {text} ", "name", 500) == text
