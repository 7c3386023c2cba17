"""``emfair tags``: what is worth mapping next."""

from __future__ import annotations


def test_tags_that_nobody_reads_are_listed_with_an_example(emfair, corpus, notes, place):
    image = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    assert "Every tag is mapped, or nothing was processed" in emfair("tags").out
    experiment = emfair("deposit", image, *place, "-a", notes, "--json").json["experiment"]
    emfair("process", experiment)
    found = emfair("tags", "--json", "--limit", "10000").json
    unread = {one["tag"]: one for one in found}
    (name,) = [tag for tag in unread if tag.endswith("ImageTags/DataBar/Exposure Number")]
    assert unread[name]["reader"] == "DigitalMicrograph"
    assert unread[name]["example"]
    assert not [tag for tag in unread if tag.endswith("Microscope Info/Voltage")]
    said = emfair("tags", "--format", "digitalmicrograph", "--limit", "3").out
    assert [line.split()[0] for line in said.splitlines()[1:4]] == ["DigitalMicrograph"] * 3
    assert "emfair/vendor/tables" in said
    assert emfair("tags", "--format", "TIA", "--json").json == []
