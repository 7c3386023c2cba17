"""What the app's pages ask of the service, programs can ask over the API.

A function of `emfair.service` that a page calls is called by a route, too, or stands below with the
reason why none needs it. What does not belong here: what each route answers.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import emfair.api
import ui_streamlit

SERVICE = "emfair.service"
FORM = "a form's fields, as widgets want them; POST /annotations/check tells what a document lacks"
EDITS = "a form's text becomes a card; over the API a card comes as one"
MAKING = "whether a page offers to make something; GET …/actions says it, and making asks itself"
REMOVAL = "whether a page offers to delete; DELETE says what hangs on a thing"
DRAWN = "how a page draws or says what GET …/look tells in numbers"
WORDS = "titles beside links; each answer tells its own"
EXCEPTIONS = {
    "access.check_there": "each route of data asks it through its guard",
    "browse.projects": "a filter's choices: GET /projects",
    "documents.is_remade": "a sentence beside a damaged document",
    "file_reports.counted": "counts what GET …/file-reports lists",
    "form.agrees": FORM,
    "form.before": FORM,
    "form.form_of": FORM,
    "form.titles": FORM,
    "form.value_at": FORM,
    "form.with_value": FORM,
    "hints.hints": "sentences about the page's own controls",
    "lake_view.branch": "a page's address, read",
    "lake_view.parts": "parts of a ZIP for a menu; they are words of the route's parameter",
    "listing.listed": "a table of links",
    "looks.background.can_be_fitted": DRAWN,
    "looks.background.has_background": DRAWN,
    "looks.camera.camera_of": DRAWN,
    "looks.detector.presets": "by GET …/look/detectors, through looks.asked",
    "looks.drawing.figures": DRAWN,
    "looks.drawing.usual_tones": DRAWN,
    "looks.edge_window.edge_window": "by GET …/look/background, through looks.asked",
    "looks.first_window.first_window": "by GET …/look/background, through looks.asked",
    "looks.fits.is_too_high": DRAWN,
    "looks.values.in_ev_or_kev": DRAWN,
    "looks.values.outline": DRAWN,
    "looks.windows.is_negative": DRAWN,
    "measurements.instruments": "of a page's head; each measurement tells its own",
    "measurements.pixel_axes": DRAWN,
    "measurements.report_on": "GET …/measurements/{measurement} tells its findings",
    "naming.place_of": WORDS,
    "naming.titles": WORDS,
    "new_projects.check_may_deposit": MAKING,
    "new_projects.may_create_some": MAKING,
    "new_projects.may_deposit_somewhere": MAKING,
    "nouns.deeds.as_rows": "the audit log as CSV; GET /audit tells the same in pages",
    "nouns.deeds.kinds": "a filter's choices; each deed tells its own",
    "nouns.edits.document_of": EDITS,
    "nouns.edits.overtaken": EDITS,
    "nouns.edits.read_card": EDITS,
    "nouns.edits.titled": EDITS,
    "nouns.people.projects_of": "GET /projects/{project}/members lists who works on it",
    "nouns.removal.can_remove_instrument": REMOVAL,
    "nouns.removal.can_remove_project": REMOVAL,
    "nouns.removal.can_remove_proposal": REMOVAL,
    "nouns.removal.can_remove_sample": REMOVAL,
    "overview.counts": "GET /overview tells them",
    "overview.oversees": "what a page shows a steward: GET /me tells the roles",
    "overview.sees_others": "whether a page offers a switch",
    "placing.identifiers": "marks what is there already; POST /deposits places by titles",
    "progress.progress": "steps in a page's words: GET …/events tells them",
    "ranges.example_of": "what stands in an empty field",
    "searches.read_condition": "one field of a search: GET /search reads them all",
    "seen.has_seen": "whether someone took the page's tour",
    "seen.note_seen": "the same",
}
"""By function, why no route calls it."""


def called(package: object) -> Iterator[str]:
    """Yield the service's functions that a package's modules name, without the service's name."""
    for path in sorted(Path(inspect.getfile(package)).parent.rglob("*.py")):  # type: ignore[arg-type]
        tree, modules = ast.parse(path.read_text("utf-8")), {}
        for one in ast.walk(tree):
            if not isinstance(one, ast.ImportFrom) or not (one.module or "").startswith(SERVICE):
                continue
            for name in one.names:
                found = getattr(importlib.import_module(str(one.module)), name.name, None)
                if found is None or inspect.ismodule(found):
                    found = importlib.import_module(f"{one.module}.{name.name}")
                    modules[name.asname or name.name] = found
                yield from function(found)
        for one in ast.walk(tree):
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
                yield from function(getattr(modules.get(one.value.id), one.attr, None))


def function(found: object) -> Iterator[str]:
    if inspect.isfunction(found) and found.__module__.startswith(f"{SERVICE}."):
        yield f"{found.__module__.removeprefix(f'{SERVICE}.')}.{found.__name__}"


def test_what_pages_ask_of_the_service_programs_can_ask_too():
    pages, routes = set(called(ui_streamlit)), set(called(emfair.api))
    assert len(pages) > 100, "what is compared with nothing proves nothing"
    assert pages - routes - EXCEPTIONS.keys() == set(), "add a route, or the reason for none"


def test_what_needs_no_route_is_something_that_pages_ask_and_routes_do_not():
    pages, routes = set(called(ui_streamlit)), set(called(emfair.api))
    assert EXCEPTIONS.keys() - pages == set()
    assert EXCEPTIONS.keys() & routes == set()
    assert all(EXCEPTIONS.values())
