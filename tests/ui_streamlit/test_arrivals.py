"""What is in the files that have arrived, told on the page of their deposit."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.nxem.annotations import parse_annotations
from emfair.service import deposits, uploads
from emfair.service.access import local_access
from emfair.service.annotations import annotate
from emfair.service.arrivals import looked_into as seen_so_far
from emfair.service.first_looks import FirstLooks
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import arrive, begun, button, looked_into
from ui_streamlit import stores

ROOM = 80_000
"""Bytes for what is kept of one picture, and not of two."""


def test_a_seal_waits_for_no_look_into_the_files(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    for name in ("a.dm3", "b.dm3"):
        arrive(opened, row, picture + name.encode(), name)
    app = open_page("deposit", id=row.id)
    assert any("Looking into a" in one.value for one in app.caption)
    assert not button(app, "Seal the deposit").disabled
    assert any("All files have arrived" in one.value for one in app.caption)
    button(app, "Seal the deposit").click().run()
    assert opened.registry.experiments.get(row.id).state is ExperimentState.SEALED


def test_a_file_that_is_taken_out_while_it_is_looked_into_is_forgotten(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "a.dm3")
    app = open_page("deposit", id=row.id)
    (one,) = uploads.of_experiment(opened, row.id)
    uploads.remove(local_access(opened), one)
    arrive(opened, row, b"no picture", "b.dm3")
    looked_into(app.run())
    assert "**b.dm3**" in told(app)
    assert "base64" not in "".join(piece.proto.body for piece in app.get("html"))


def test_under_a_picture_stand_the_signals_name_and_its_file(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "night/<01>.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    shown = "".join(piece.proto.body for piece in app.get("html"))
    file = "night/&lt;01&gt;.dm3"
    name = f'<span class="em-end" title="{file}"><bdi>{file}</bdi></span>'
    assert f"<figcaption><b>test_STEM_image</b>{name}" in shown


def test_under_a_picture_stands_by_what_one_knows_it_again_and_below_what_which_files_lack(
    opened, corpus
):
    _, row = begun(opened)
    for name in ("test_STEM_image.dm3", "test_diffraction_pattern.dm3"):
        arrive(opened, row, (corpus / "dm3_2D_data" / name).read_bytes(), name)
    app = looked_into(open_page("deposit", id=row.id))
    shown = "".join(piece.proto.body for piece in app.get("html"))
    for piece in ("200 kV", "0.249 nm/px", "2016-08-08"):
        assert f'<span class="em-nowrap">{piece}</span>' in shown
    missing = next(one.value for one in app.caption if "And of some files" in one.value)
    assert "Instrument's model: test\\_diffraction\\_pattern\\.dm3" in missing


def told(app):
    return "\n".join(one.value.replace("\\", "") for one in app.markdown)


def warned(app):
    return [one.value.replace("\\", "") for one in app.warning]


def test_a_file_that_cannot_be_looked_into_is_told_and_holds_up_no_other(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    for name in ("a.dm3", "b.dm3"):
        arrive(opened, row, picture + name.encode(), name)
    gone = next(one for one in uploads.of_experiment(opened, row.id) if one.name == "a.dm3")
    opened.lake.delete(layout.raw_file(row.place, gone.path))
    app = looked_into(open_page("deposit", id=row.id))
    for _ in range(2):
        (told,) = warned(app)
        assert told.startswith("**a.dm3**")
        assert "no such object in the lake" in told
        assert "base64" in "".join(piece.proto.body for piece in app.get("html"))
        app.run()
    uploads.remove(local_access(opened), gone)
    assert not warned(app.run())


def test_a_defect_of_a_look_is_told_once_a_file_and_logged(opened, caplog):
    _, row = begun(opened)
    for name in ("a.dm3", "b.dm3"):
        arrive(opened, row, name.encode(), name)
    shutil.rmtree(opened.scratch)
    opened.settings.scratch.symlink_to("/proc/self")  # a folder in which none can be made
    app = looked_into(open_page("deposit", id=row.id))
    first, second = warned(app)
    assert first.startswith("**a.dm3**: It could not be looked into")
    assert second.startswith("**b.dm3**: It could not be looked into")
    assert [one.exc_info is not None for one in caplog.records if "looked into" in one.message] == [
        True,
        True,
    ]


def test_a_file_is_looked_into_once_for_all_who_open_the_page(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    looked_into(open_page("deposit", id=row.id))
    (first,) = seen_so_far(opened, row).seen
    again = open_page("deposit", id=row.id)
    assert not any("Looking into" in one.value for one in again.caption)
    assert "base64" in "".join(piece.proto.body for piece in again.get("html"))
    assert seen_so_far(opened, row).seen[0] is first


def test_what_could_not_be_looked_into_is_looked_into_again_where_someone_says_so(opened, corpus):
    _, row = begun(opened)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "a.dm3")
    (one,) = uploads.of_experiment(opened, row.id)
    opened.lake.delete(layout.raw_file(row.place, one.path))
    app = looked_into(open_page("deposit", id=row.id))
    opened.lake.put_bytes(layout.raw_file(row.place, one.path), picture)
    assert warned(app.run())
    button(app, "Look again").click().run()
    looked_into(app)
    assert not warned(app)
    assert "base64" in "".join(piece.proto.body for piece in app.get("html"))


def test_what_was_seen_is_known_to_the_form_at_once(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = row.id
    app.run()
    assert not app.exception
    assert "200 kV" in "\n".join(one.value for one in app.caption)


def test_what_is_missing_is_what_the_form_lacks_now(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    app = looked_into(open_page("deposit", id=row.id))

    def missing():
        return next(one.value for one in app.caption if "missing for NXem" in one.value)

    assert "Elements in the sample" in missing()
    notes = parse_annotations({"sample": {"atom_types": ["Fe"]}})
    annotate(local_access(opened), row.id, notes, expected_version=0, reason="filled in")
    app.run()
    assert "Elements in the sample" not in missing()


def test_what_is_in_a_file_is_shown_before_it_is_sealed(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    arrive(opened, row, b"no picture", "b.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    html = "".join(piece.proto.body for piece in app.get("html"))
    assert 'src="data:image/png;base64,' in html
    assert "**b.dm3**" in told(app)
    assert any("Still missing for NXem" in one.value for one in app.caption)


@pytest.fixture
def little_room(opened):
    """Give the pages stores with room for what one picture says."""
    services = replace(opened, first_looks=FirstLooks(room=ROOM))
    with stores.use(services):
        yield services


def test_files_for_which_there_is_no_room_are_left_to_the_seal_and_that_is_told(
    little_room, corpus
):
    _, row = begun(little_room)
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    for name in ("a.dm3", "b.dm3", "c.dm3"):
        arrive(little_room, row, picture + name.encode(), name)
    app = looked_into(open_page("deposit", id=row.id))
    for _ in range(2):
        told = "1 of 3 files looked into. The others are looked into at the seal."
        assert told in [one.value for one in app.caption]
        app.run()
    form = open_page("annotate", id=row.id)
    assert told in [one.value for one in form.caption]
    _, other = begun(little_room)
    arrive(little_room, other, picture, "d.dm3")
    app = open_page("deposit", id=other.id)
    told = "0 of 1 files looked into. The others are looked into at the seal."
    assert told in [one.value for one in app.caption]
    deposits.seal(local_access(little_room), row.id)
    looked_into(app.run())
    assert "base64" in "".join(piece.proto.body for piece in app.get("html"))


def test_a_picture_is_called_what_the_form_calls_its_file_now(opened, corpus):
    _, row = begun(opened)
    arrive(opened, row, (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes(), "a.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    notes = parse_annotations({"files": {"a.dm3": {"title": "Grain 3"}}})
    annotate(local_access(opened), row.id, notes, expected_version=0, reason="filled in")
    app.run()
    assert "Grain 3" in "".join(piece.proto.body for piece in app.get("html"))
