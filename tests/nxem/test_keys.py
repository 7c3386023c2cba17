"""The table of metadata keys."""

from emfair.model.annotations import Annotations
from emfair.nxem.keys import keys
from emfair.nxem.show import pint_name
from emfair.units import convert, pint_unit


def test_keys_are_unique_and_numbers_have_units_that_exist():
    for name, key in keys().items():
        assert key.key == name
        assert pint_unit(key.unit) is not None
        if key.shown:
            assert convert(1.0, key.unit, pint_name(key.shown)) > 0, "one measures what both do"
        assert (key.kind == "number") or not (key.unit or key.shown or key.range or key.close)
        assert (key.kind == "time") or not (key.since or key.until)
        assert (key.kind == "text") or not key.words


def test_a_form_field_exists_in_the_annotation_document():
    for key in keys().values():
        part = Annotations()
        for name in key.form.split(".") if key.form else []:
            assert hasattr(part, name), key.form
            part = getattr(part, name)


def test_what_is_possible_includes_its_limits():
    voltage = keys()["acceleration_voltage"]
    assert voltage.possible(10)
    assert not voltage.possible(9.9)
    assert keys()["detector"].possible(1e99)


def test_a_keys_field_says_where_a_person_sets_it():
    assert keys()["sample_name"].field == "sample.name"
    assert keys()["camera_length"].field == "measurement.camera_length"


def test_what_is_compared_fits_the_kind_of_key():
    for key in keys().values():
        kinds = {"words": "text", "days": "time", None: key.kind}
        assert key.kind == kinds.get(key.differs, "number"), key.key
        assert not isinstance(key.differs, float) or key.differs > 1


def test_nothing_that_is_no_number_is_possible():
    for key in keys().values():
        assert not key.possible(float("nan"))
        assert not key.possible(float("inf"))
