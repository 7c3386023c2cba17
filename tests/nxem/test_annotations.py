"""From a person's text to checked annotations; each mistake names its field."""

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from emfair.errors import BadAnnotations
from emfair.nxem.annotations import (
    check_files,
    number_of,
    parse_annotations,
    read_annotations,
)

DESIGN = """
start_time: 2026-01-22T12:14:12+01:00
sample: {name: quartz lamella, atom_types: [Si, O], preparation_date: 2026-01-20T00:00:00+01:00,
         is_simulation: false, physical_form: foil, thickness: 50 nm}
instrument: {vendor: Thermo Fisher Scientific, model: Titan 80-300, serial_number: 3122}
user: {name: Ada, orcid: https://orcid.org/0000-0002-1825-0097}
measurement: {acceleration_voltage: 200 kV, magnification: 225000, detector: HAADF}
files: {"scan_012.dm4": {title: grain 3, measurement: {camera_length: 98 mm}}}
"""


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ({"description": "x" * 2001}, r"sample\.description: has more than 2,000 characters \("),
        ({"name": int("7" * 2001)}, r"sample\.name: has more than 2,000 characters \("),
        ({"description": "  "}, r"sample\.description: is empty \("),
        ({"atom_types": []}, r"sample\.atom_types: is empty \("),
    ],
)
def test_what_is_too_long_or_empty_is_told_in_a_persons_words(sample, said):
    with pytest.raises(BadAnnotations, match=said):
        parse_annotations({"sample": sample})


def test_a_text_may_have_2000_characters_whatever_stands_around_it():
    notes = parse_annotations({"sample": {"description": f"  {'x' * 2000}\n"}})
    assert notes.sample.description == "x" * 2000


def test_the_document_of_the_design_is_read(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(DESIGN)
    notes = read_annotations(path)
    assert notes.start_time == datetime(
        2026, 1, 22, 12, 14, 12, tzinfo=timezone(timedelta(hours=1))
    )
    assert notes.sample.atom_types == ("Si", "O")
    assert notes.instrument.serial_number == "3122"
    assert notes.user.orcid == "0000-0002-1825-0097"
    assert notes.measurement["magnification"] == "225000"
    assert notes.files["scan_012.dm4"].title == "grain 3"


def test_json_is_yaml_too(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"sample": {"name": "quartz"}}')
    assert read_annotations(path).sample.name == "quartz"


@pytest.mark.parametrize("text", ["", "{}", "# nothing yet"])
def test_an_empty_document_is_a_draft(tmp_path, text):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    assert read_annotations(path) == parse_annotations({})


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"sample": {"atom_types": ["Si", "Qq"]}}, "sample.atom_types.1"),
        ({"sample": {"atom_types": []}}, "sample.atom_types"),
        ({"sample": {"preparation_date": "2026-01-20"}}, "sample.preparation_date"),
        ({"sample": {"is_simulation": "perhaps"}}, "sample.is_simulation"),
        ({"sample": {"colour": "red"}}, "sample.colour"),
        ({"sample": {"thickness": "thin"}}, "sample.thickness"),
        ({"sample": {"thickness": "5 kV"}}, "sample.thickness"),
        ({"start_time": "yesterday"}, "start_time"),
        ({"start_time": "2026-01-22T12:14:12"}, "start_time"),
        ({"start_time": 20260122}, "start_time"),
        ({"start_time": "20260122"}, "start_time"),
        ({"user": {"orcid": "0000-0002-1825-0098"}}, "user.orcid"),
        ({"user": {"name": ""}}, "user.name"),
        ({"user": {"name": "x" * 2001}}, "user.name"),
        ({"measurement": {"acceleration_voltage": "200"}}, "measurement.acceleration_voltage"),
        ({"measurement": {"acceleration_voltage": "200 nm"}}, "measurement.acceleration_voltage"),
        ({"measurement": {"acceleration_voltage": "900 MV"}}, "measurement.acceleration_voltage"),
        ({"measurement": {"aceleration": "200 kV"}}, "measurement.aceleration"),
        ({"measurement": {"sample_name": "x"}}, "measurement.sample_name"),
        ({"files": {"a.dm4": {"measurement": {"dwell_time": "5 m"}}}},
         "files.a.dm4.measurement.dwell_time"),
        ({"files": {"a.dm4": {"name": "x"}}}, "files.a.dm4.name"),
        (["a list"], "the document"),
        ("text", "the document"),
    ],
)  # fmt: skip
def test_each_mistake_names_its_field(document, field):
    with pytest.raises(BadAnnotations) as caught:
        parse_annotations(document, "f.yaml")
    assert field in str(caught.value)
    assert "f.yaml" in caught.value.subject
    assert caught.value.remedy


def test_a_misspelt_section_is_told_with_what_may_have_been_meant():
    with pytest.raises(
        BadAnnotations, match=r"sampel: there is no such field; did you mean sample\?"
    ):
        parse_annotations({"sampel": {"name": "x"}})


def test_all_mistakes_are_told_at_once():
    with pytest.raises(BadAnnotations) as caught:
        parse_annotations({"start_time": "x", "user": {"orcid": "y"}, "sample": {"name": ""}})
    assert all(name in caught.value.message for name in ("start_time", "user.orcid", "sample.name"))


def test_broken_yaml_names_its_line(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("sample:\n  name: [a\nuser: x")
    with pytest.raises(BadAnnotations, match="not valid YAML in line 3"):
        read_annotations(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadAnnotations, match=r"cannot be read \(No such file") as caught:
        read_annotations(tmp_path / "a.yaml")
    assert caught.value.remedy == "Check the path."


@pytest.mark.parametrize("code", ["latin-1", "utf-16"])
def test_a_file_in_another_code_than_utf8_is_to_be_saved_again(tmp_path, code):
    path = tmp_path / "a.yaml"
    path.write_bytes("title: x\nsample: {name: Ätzgrube}".encode(code))
    with pytest.raises(BadAnnotations, match=r"line [12] is no UTF-8 text") as caught:
        read_annotations(path)
    assert "UTF-8" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: " + "[" * 3000, "nested too deep"),
        ("title: x\nsample: {name: 2026-13-45}", "not valid YAML in line 2"),
        ("title: x\n\nstart_time: 2026-01-22 12:14:12 +99:00", "not valid YAML in line 3"),
        ("title: " + "1" * 6000, "not valid YAML in line 1"),
        ("title: 0x" + "f" * 6000, "not valid YAML in line 1"),
        ("title: !!timestamp x", "not valid YAML in line 1"),
        ("title: !!bool x", "not valid YAML in line 1"),
        ("# " + "x" * 1_000_000, "larger than 1 MB"),
        ("x: &x {a: 1}\ny: {<<: [*x, *x]}", r"by its name \(\*x\) in line 2"),
        ("x: &x a\n\ny: *x", r"by its name \(\*x\) in line 3"),
        ("title: x\nsample: {<<: {name: y}}", r"merges another part \(<<\) in line 2"),
        ("measurement: {detector: A}\ntitle: x\nmeasurement: {detector: B}",
         "says 'measurement' a second time in line 3"),
        ("files:\n  a.dm3: {title: x}\n  'a.dm3': {title: y}",
         "says 'a.dm3' a second time in line 3"),
        ("start_time: 0001-01-01T00:00:00+14:00", "between 1800 and 2200"),
        ("start_time: 9999-12-31T23:59:59-14:00", "between 1800 and 2200"),
    ],
    ids=lambda text: text[-20:],
)  # fmt: skip
def test_what_no_loader_can_make_sense_of_is_told_with_the_file(tmp_path, text, words):
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(BadAnnotations, match=words) as caught:
        read_annotations(path)
    assert caught.value.subject == str(path)
    assert caught.value.remedy


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_regular_file_is_refused_unread(tmp_path, make):
    make(tmp_path / "a.yaml")
    with pytest.raises(BadAnnotations, match="no regular file"):
        read_annotations(tmp_path / "a.yaml")


def test_a_document_that_holds_itself_many_times_takes_no_memory(tmp_path):
    """Eleven lines that come to nine thousand million values, read where 2 GB are all there is."""
    path = tmp_path / "a.yaml"
    lines = [f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path.write_text("\n".join(["sample:", " atom_types:", "  - &a0 Si", *lines]))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from emfair.nxem.annotations import read_annotations\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\n"
        "read_annotations(Path(sys.argv[1]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    last = ended.stderr.splitlines()[-1]
    assert "BadAnnotations" in last
    assert "repeats a part by its name (*a0) in line 4" in last


def test_of_very_many_mistakes_the_first_are_told_and_the_others_counted():
    with pytest.raises(BadAnnotations) as caught:
        parse_annotations({"sample": {f"colour{number}": "red" for number in range(5000)}})
    assert "sample.colour9: " in caught.value.message
    assert "sample.colour10: " not in caught.value.message
    assert caught.value.message.endswith("; and 4,990 more.")


def test_a_key_or_value_without_end_is_cut():
    with pytest.raises(BadAnnotations) as caught:
        parse_annotations({"x" * 100_000: ["y" * 100_000]})
    assert len(caught.value.message) < 250


def test_a_template_that_is_half_filled_in_is_a_draft(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(
        "title:\nsample:\ninstrument:\n  model:\nuser:\n  name: Ada\n"
        "measurement:\n  camera_length:\n  detector: HAADF\n"
        "files:\n  a.dm3:\n  b.dm3:\n    measurement:\n  c.dm3: {measurement: {dwell_time: }}\n"
    )
    filled = {"user": {"name": "Ada"}, "measurement": {"detector": "HAADF"},
              "files": {"a.dm3": {}, "b.dm3": {}, "c.dm3": {}}}  # fmt: skip
    assert read_annotations(path) == parse_annotations(filled)
    path.write_text("sample:\nuser:\nmeasurement:\nfiles:\n")
    assert read_annotations(path) == parse_annotations({})


@pytest.mark.parametrize("document", [{"sampel": None}, {"sample": {"colour": None}}])
def test_a_key_that_nobody_knows_is_told_even_without_a_value(document):
    with pytest.raises(BadAnnotations, match="no such field"):
        parse_annotations(document)


@pytest.mark.parametrize(
    ("key", "text", "remedy"),
    [
        ("magnification", "1e30", "Possible: 0.1 to 1e+09."),
        ("acceleration_voltage", "900 MV", "V."),
    ],
)
def test_what_is_possible_is_told_with_its_unit_and_a_full_stop(key, text, remedy):
    with pytest.raises(BadAnnotations) as caught:
        number_of(key, text, "f")
    assert caught.value.remedy.startswith("Possible: ")
    assert caught.value.remedy.endswith(remedy)
    assert " ." not in caught.value.remedy


def test_a_number_is_returned_in_si_and_none_for_text():
    assert number_of("camera_length", "98 mm", "f") == pytest.approx(0.098)
    assert number_of("detector", "HAADF", "f") is None


def test_a_word_on_a_file_that_is_not_there_is_refused():
    notes = parse_annotations({"files": {"scan_013.dm4": {"title": "lost"}}})
    check_files(notes, ["session/scan_013.dm4"])
    with pytest.raises(BadAnnotations) as caught:
        check_files(notes, ["session/scan_012.dm4"])
    assert "files.scan_013.dm4" in caught.value.subject


def test_a_technique_is_one_of_the_words_that_the_index_knows():
    parse_annotations({"measurement": {"technique": "STEM EDS"}})
    with pytest.raises(BadAnnotations) as caught:
        parse_annotations({"files": {"a.dm4": {"measurement": {"technique": "stem-eds"}}}})
    assert caught.value.subject == "annotations: files.a.dm4.measurement.technique"
    assert "STEM EDS" in caught.value.remedy
