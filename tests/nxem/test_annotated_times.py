"""Times in annotations: with their offset, where they belong; what is wrong is told as written."""

from datetime import UTC, datetime

import pytest

from emfair.errors import BadAnnotations
from emfair.nxem.annotations import parse_annotations, read_annotations


def test_a_time_in_utc_stays_in_utc():
    notes = parse_annotations({"start_time": "2026-01-22T11:14:12Z"})
    assert notes.start_time == datetime(2026, 1, 22, 11, 14, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("document", "about_times"),
    [
        ({"start_time": "2026-01-22T12:14:12"}, True),
        ({"sample": {"preparation_date": "2026-01-20"}}, True),
        ({"files": {"start_time": {"title": ""}}}, False),
        ({"sample": {"start_time": "2026-01-20"}}, False),
        ({"sample": {"atom_types": ["Qq"]}}, False),
    ],
)
def test_offsets_are_spoken_of_only_where_a_time_is_wrong(document, about_times):
    with pytest.raises(BadAnnotations) as caught:
        parse_annotations(document)
    assert ("offset" in caught.value.remedy) == about_times


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (
            "measurement: {start_time: 2026-01-22T12:14:12Z}",
            "measurement.start_time: is no key of a measurement "
            "(given: 2026-01-22T12:14:12+00:00).",
            "Write start_time at the top level, or under files.NAME.",
        ),
        (
            "measurement: {start_time: '2026-01-22T12:14:12+01:00'}",
            "measurement.start_time: is no key of a measurement.",
            "Write start_time at the top level, or under files.NAME.",
        ),
        (
            "files: {a.dm4: {measurement: {end_time: 2026-01-22}}}",
            "files.a.dm4.measurement.end_time: is no key of a measurement (given: 2026-01-22).",
            "Write end_time at the top level.",
        ),
        (
            "start_time: 2026-01-22T12:14:12",
            "start_time: has no offset (given: 2026-01-22T12:14:12).",
            "Times need an offset (2026-01-22T12:14:12+01:00).",
        ),
        (
            "sample: {name: [2026-01-22]}",
            "sample.name: Input should be a valid string (given: [2026-01-22]).",
            "Correct what is named and try again.",
        ),
    ],
)
def test_a_time_in_the_wrong_place_or_form_is_told_as_it_was_written(
    tmp_path, text, message, remedy
):
    path = tmp_path / "notes.yaml"
    path.write_text(text)
    with pytest.raises(BadAnnotations) as caught:
        read_annotations(path)
    told = f"{caught.value.subject}: {caught.value.message}"
    assert told.removeprefix(f"{path}: ") == message
    assert caught.value.remedy == remedy
