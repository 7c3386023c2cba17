"""A folder that is one file stands in one line, wherever an experiment's files are listed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from emfair.service import browse
from tests.service.lab import Lab
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.test_pages import html, tables
from tests.zspy import write_store

pytestmark = [
    pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning"),
]


def test_a_folder_that_is_one_file_is_one_line_that_can_be_unfolded(opened, tmp_path, corpus):
    write_store(tmp_path / "made.zspy", np.arange(48.0).reshape(6, 8))
    number = sum(path.is_file() for path in (tmp_path / "made.zspy").rglob("*"))
    lab = Lab(opened, corpus)
    made = lab.deposit(tmp_path / "made.zspy", lab.file("test-1.dm3")).place.experiment
    lab.process(made)
    app = open_page("experiment", id=made)
    called = f"made.zspy ({number} files)"
    (files,) = tables(app, "sha256")
    assert list(files["name"]) == [called, "test-1.dm3"]
    assert list(files["read"]) == [True, True]
    assert files["link"].notna().tolist() == [False, True]
    (became,) = tables(app, "outcome")
    assert set(became["file"]) == {called, "test-1.dm3"}
    choice = app.selectbox(key=f"files-within-{made}")
    assert choice.options == [called]
    choice.set_value(choice.options[0]).run()
    assert not app.exception
    within = tables(app, "sha256")[1]
    assert len(within) == number
    assert within["name"].str.startswith("made.zspy/").all()
    assert within["sha256"].str.len().eq(64).all()
    assert within["link"].notna().all()


def test_nothing_is_said_of_vendor_tags_where_there_are_none(opened, tmp_path, corpus):
    write_store(tmp_path / "made.zspy", np.arange(48.0).reshape(6, 8))
    lab = Lab(opened, corpus)
    made = lab.deposit(tmp_path / "made.zspy", lab.file("test-1.dm3")).place.experiment
    lab.process(made)
    conversion = browse.readable(opened, lab.row(made)).conversion
    assert conversion is not None
    told = {
        one.file: html(open_page("experiment", id=made, measurement=one.measurement))
        for one in conversion.measurements
    }
    assert "Vendor tags" not in told["made.zspy"]
    assert re.search(
        r"Vendor tags</td><td class=\"em-wrap\">\d+ only kept</td>", told["test-1.dm3"]
    )


def test_without_such_a_folder_nothing_is_there_to_unfold(page, made):
    app = page("experiment", id=made["invalid"])
    assert not [one for one in app.selectbox if (one.key or "").startswith("files-within")]
