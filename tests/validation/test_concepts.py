"""Paths in containers find the annotation that sets them, however their groups are numbered."""

from __future__ import annotations

import pytest

from emfair.nxem.keys import keys
from emfair.validation.concepts import concept_path, key_at, path_of

OPTICS = "/entry/measurement/event7/instrument/optics"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/entry/sample1/atom_types", "sample.atom_types"),
        ("/entry/sampleID/atom_types", "sample.atom_types"),
        ("/my_entry/sample/atom_types", "sample.atom_types"),
        (f"{OPTICS}/camera_length", "measurement.camera_length"),
        (f"{OPTICS}/camera_length/@units", "measurement.camera_length"),
        (
            "/entry/measurement/event12/instrument/detector2/count_time",
            "measurement.acquisition_time",
        ),
        ("/entry/measurement/event1/instrument/stage1/tilt2", "measurement.tilt_beta"),
        ("/entry/measurement/instrument/program1/program/@version", "measurement.software_version"),
        ("/entry/user1/identifier_orcid", "user.orcid"),
    ],
)
def test_a_path_finds_its_field(path, field):
    key = key_at(path)
    assert key is not None
    assert key.field == field


@pytest.mark.parametrize("path", ["/entry", "/entry/definition", "/entry/sample1/density", ""])
def test_a_path_without_field_finds_none(path):
    assert key_at(path) is None


def test_every_key_is_found_where_it_would_be_written():
    for key in (one for one in keys().values() if one.path):
        found = key_at(path_of("/entry", key))
        assert found is not None
        assert concept_path(found.path) == concept_path(key.path)
