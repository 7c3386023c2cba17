"""What is said again and again is kept, and taken over from other experiments."""

from __future__ import annotations

from emfair.model.deposits import Whereto
from emfair.nxem.annotations import parse_annotations
from emfair.service import deposits, templates
from emfair.service.access import local_access
from emfair.service.annotations import annotate
from tests.ui_streamlit.annotate.filling_in import box, button, field
from tests.ui_streamlit.conftest import open_page


def test_what_is_said_again_and_again_is_kept_as_a_template(page, services, made):
    app = page("annotate", id=made["valid"])
    box(app, "Keep what stands here as").input("Titan *as usual*")
    button(app, "Keep").click().run()
    kept = templates.templates(local_access(services))
    assert kept["Titan *as usual*"]["instrument"]["model"] == "Titan 80-300"
    assert not {"start_time", "title", "files"} & set(kept["Titan *as usual*"])
    app = page("annotate", id=made["needs-input"])
    assert field(app, "instrument.model").value == ""
    field(app, "measurement.acceleration_voltage").set_value("80 kV").run()
    box(app, "Take over from").set_value("Template: Titan *as usual*").run()
    button(app, "Fill in what is empty").click().run()
    assert field(app, "instrument.model").value == "Titan 80-300"
    assert field(app, "sample.atom_types").value == ["Si", "O"]
    told = [one.value for one in app.caption]
    assert r":blue-badge[last time] Template\: Titan \*as usual\*" in told
    assert ":violet-badge[you] not saved yet" in told, "the voltage"
    assert field(app, "measurement.acceleration_voltage").value == "80 kV"
    assert field(app, "start_time").value == ""
    button(app, "Remove").click().run()
    assert templates.templates(local_access(services)) == {}


def test_what_was_said_of_another_experiment_is_taken_over_but_for_its_times(opened):
    access = local_access(opened)
    first, second = (
        deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", title))
        for title in ("Day *1*", "Night")
    )
    said = {
        "title": "Seen by day",
        "start_time": "2026-01-22T12:00:00Z",
        "sample": {"atom_types": ["Fe"]},
    }
    annotate(access, first.id, parse_annotations(said), expected_version=0, reason="by day")
    app = open_page("annotate", id=second.id)
    (offer,) = box(app, "Take over from").options
    assert offer.startswith("Day *1* (")
    assert button(app, "Fill in what is empty").disabled
    box(app, "Take over from").set_value(offer).run()
    button(app, "Fill in what is empty").click().run()
    assert field(app, "sample.atom_types").value == ["Fe"]
    assert [field(app, name).value for name in ("title", "start_time")] == ["", ""]


def test_a_template_fills_in_nothing_that_is_known(page, services, made):
    access = local_access(services)
    templates.keep(access, "T", {"sample": {"name": "of another", "atom_types": ["Fe"]}})
    app = page("annotate", id=made["needs-input"])
    box(app, "Take over from").set_value("Template: T").run()
    button(app, "Fill in what is empty").click().run()
    assert field(app, "sample.atom_types").value == ["Fe"]
    assert field(app, "sample.name").value == "", "the sample's record says it"
