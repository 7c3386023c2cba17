"""The documents that the chain writes."""

import pytest

from emfair.model.canonical import pretty_json
from emfair.model.documents import TagReport, UnreadableTag


@pytest.mark.parametrize(
    ("mapped", "kept", "unreadable", "percent"),
    [(1, 3, 0, 25.0), (1, 2, 1, 25.0), (0, 7, 0, 0.0), (4, 0, 0, 100.0), (0, 0, 0, None)],
)
def test_the_share_of_mapped_tags_is_of_all_tags(mapped, kept, unreadable, percent):
    lost = tuple(UnreadableTag(tag=f"t{n}", reason="not a number") for n in range(unreadable))
    report = TagReport(mapped=mapped, kept=kept, unreadable=lost)
    assert report.total == mapped + kept + unreadable
    assert report.percent_mapped == percent


def test_a_report_is_read_back_as_it_was_written():
    report = TagReport(mapped=2, kept=5, unreadable=(UnreadableTag(tag="a/b", reason="r"),))
    assert TagReport.model_validate_json(pretty_json(report)) == report
