"""Names in annotations are seen as what they are; descriptions may have lines."""

import pytest

from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations
from emfair.nxem.annotations import look_over, parse_annotations

NAMED = [
    ("title", lambda text: {"title": text}),
    ("files.a/b.dm4.title", lambda text: {"files": {"a/b.dm4": {"title": text}}}),
    ("sample.name", lambda text: {"sample": {"name": text}}),
    ("instrument.vendor", lambda text: {"instrument": {"vendor": text}}),
    ("instrument.model", lambda text: {"instrument": {"model": text}}),
    ("instrument.name", lambda text: {"instrument": {"name": text}}),
    ("user.name", lambda text: {"user": {"name": text}}),
]


@pytest.mark.parametrize(("field", "said"), NAMED)
def test_what_people_call_something_by_is_seen_as_what_it_is(field, said):
    with pytest.raises(BadAnnotations, match=r"U\+202E.*cannot be seen") as caught:
        parse_annotations(said("\u202eztrauq"), "f.yaml")
    assert caught.value.subject == f"f.yaml: {field}"
    assert caught.value.remedy == "Type it anew on one line, without what was pasted along."
    with pytest.raises(BadAnnotations, match="no character that can be seen") as caught:
        parse_annotations(said(" \u200b "))
    assert caught.value.remedy == "Type what people shall call it."
    assert parse_annotations(said("می\u200cخواهم"))


def test_a_description_may_have_lines():
    text = "first\n\tsecond"
    assert parse_annotations({"description": text}).description == text
    assert parse_annotations({"sample": {"description": text}}).sample.description == text


def test_what_was_stored_before_names_were_looked_at_stays_readable():
    assert Annotations.model_validate_json('{"title": "\\u202eztrauq"}').title == "\u202eztrauq"


TEXTS = [
    ("description", lambda text: {"description": text}),
    ("sample.description", lambda text: {"sample": {"description": text}}),
    ("sample.atom_types", lambda text: {"sample": {"atom_types": ["Si", text]}}),
    ("instrument.location", lambda text: {"instrument": {"location": text}}),
    ("user.affiliation", lambda text: {"user": {"affiliation": text}}),
    ("measurement.detector", lambda text: {"measurement": {"detector": text}}),
    ("files.a.dm4.measurement.detector",
     lambda text: {"files": {"a.dm4": {"measurement": {"detector": text}}}}),
]  # fmt: skip


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x7f", "\x85", "\ud800"])
@pytest.mark.parametrize(("field", "said"), TEXTS)
def test_no_text_holds_a_control_character(field, said, char):
    wrong = look_over(said(f"from the PDF:{char} grade 5"))[1]
    told = [one for one in wrong if one.field == field and f"U+{ord(char):04X}" in one.message]
    assert [one.remedy for one in told] == ["Type it anew, without what was pasted along."]
