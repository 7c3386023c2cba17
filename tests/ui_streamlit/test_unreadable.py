"""What cannot be read is told before the seal, and taken out with one press; nobody is held up."""

from __future__ import annotations

import pytest

from emfair.identity.table import Action
from emfair.model.states import ExperimentState
from emfair.service import uploads
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import arrive, begun, button, looked_into
from tests.ui_streamlit.test_arrivals import told
from ui_streamlit import stores
from ui_streamlit.components.dropping import Window


@pytest.fixture
def good(corpus):
    return (corpus / "dm3_2D_data" / "test-1.dm3").read_bytes()


def names(services, row):
    return [one.name for one in uploads.of_experiment(services, row.id)]


def captions(app):
    return "\n".join(one.value.replace("\\", "") for one in app.caption)


def test_a_damaged_file_is_told_by_name_with_why_and_both_ways_and_the_seal_stays_open(
    opened, good
):
    _, row = begun(opened)
    arrive(opened, row, good, "good.dm3")
    arrive(opened, row, good[: len(good) // 3], "cut off.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    assert "**1 file cannot be read**: the experiment would be invalid." in told(app)
    (line,) = [one for one in told(app).splitlines() if one.startswith("**cut off.dm3**: ")]
    assert len(line) > 40, "it says why"
    assert "Take it out, or seal with it: it is kept as it came" in captions(app)
    assert "Take all out" not in [one.label for one in app.button]
    button(app, "Seal the deposit").click().run()
    assert opened.registry.experiments.get(row.id).state is ExperimentState.SEALED


def test_it_is_taken_out_with_one_press_and_the_browsers_list_forgets_it(opened, good):
    _, row = begun(opened)
    arrive(opened, row, good, "good.dm3")
    arrive(opened, row, b"no picture", "bad.dm3")
    (bad,) = [one.id for one in uploads.of_experiment(opened, row.id) if one.name == "bad.dm3"]
    app = looked_into(open_page("deposit", id=row.id))
    button(app, "Take out").click().run()
    assert names(opened, row) == ["good.dm3"]
    assert app.session_state[f"gone-{row.id}"] == [bad]
    assert "cannot be read" not in told(app)
    assert not button(app, "Seal the deposit").disabled


def test_many_are_told_in_a_few_lines_and_taken_out_at_once(opened, good):
    _, row = begun(opened)
    arrive(opened, row, good, "good.dm3")
    for number in range(7):
        arrive(opened, row, b"no picture %d" % number, f"bad {number}.dm3")
    app = looked_into(open_page("deposit", id=row.id))
    assert "**7 files cannot be read**" in told(app)
    assert sum(one.label == "Take out" for one in app.button) == 5
    assert "… and 2 more." in captions(app)
    button(app, "Take all out").click().run()
    assert names(opened, row) == ["good.dm3"]


def test_with_a_file_goes_what_is_nothing_without_it_and_no_measurement(opened, corpus):
    folder = corpus / "FEI_new"
    _, row = begun(opened)
    arrive(opened, row, b"overwritten by something else", "128x128-TEM_search.emi")
    name = "128x128-TEM_search_1.ser"
    arrive(opened, row, (folder / name).read_bytes(), name)
    arrive(opened, row, b"bad", "a.rpl")
    arrive(opened, row, b"bytes", "a.raw")
    app = looked_into(open_page("deposit", id=row.id))
    assert "**2 files cannot be read**" in told(app)
    assert "base64" in "".join(piece.proto.body for piece in app.get("html")), "the .ser is read"
    button(app, "Take all out").click().run()
    assert names(opened, row) == [name]


def test_what_is_no_measurement_is_no_trouble(opened, good):
    _, row = begun(opened)
    arrive(opened, row, good, "good.dm3")
    arrive(opened, row, b"seen by eye", "notes <1>.txt")
    app = looked_into(open_page("deposit", id=row.id))
    assert "cannot be read" not in told(app)
    assert "No measurement, and kept as it is: notes <1>.txt." in captions(app)


def test_what_the_browser_could_not_send_is_told_beside_the_seal(opened, good):
    _, row = begun(opened)
    arrive(opened, row, good, "good.dm3")
    app = open_page("deposit", id=row.id)
    app.session_state[f"window-{row.id}"] = Window(0, 1)
    app.run()
    assert "It can be sealed without what is not there: 1 file could not be sent." in captions(app)
    assert not button(app, "Seal the deposit").disabled
    now = opened.now()
    access = stores.access()
    access.experiment(Action.UPLOAD, row.id)
    uploads.announce(access, row.id, [uploads.Announced("lost.dm3", 7, now)])
    app.run()
    told_now = "1 file could not be sent: mend it and try again, or take it out"
    assert told_now in captions(app)
    assert button(app, "Seal the deposit").disabled
