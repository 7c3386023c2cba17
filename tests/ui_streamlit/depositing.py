"""How tests begin a deposit on its page, send files and wait until they were looked into."""

from __future__ import annotations

import hashlib
import time

from emfair.model.deposits import Whereto
from emfair.service import deposits, together, uploads
from emfair.service.access import local_access
from emfair.service.uploads import Announced
from tests.ui_streamlit.conftest import open_page

PLACE = {"project": "steel", "proposal": "2026-a", "sample": "lamella-1"}


def there(services):
    """Make a project, a proposal and a sample: AppTest types nothing new into a selectbox."""
    whereto = Whereto("Steel", "2026-A", "Lamella 1", "Day")
    return deposits.draft(local_access(services), whereto)


def fill_in(app, **fields):
    """Fill in one field after the other: each offers what lies below the one before."""
    for name, value in fields.items():
        found = [*app.selectbox, *app.text_input]
        next(one for one in found if one.key == name).set_value(value).run()
    return app


def button(app, label):
    return next(one for one in app.button if one.label == label)


def begun(services):
    """Begin a deposit on the page; return the page, and its experiment."""
    there(services)
    app = open_page("deposit")
    fill_in(app, **PLACE, title="Night")
    button(app, "Next").click().run()
    assert not app.exception
    identifier = app.query_params["id"]
    return app, services.registry.experiments.get(identifier)


def arrive(services, row, content=b"quartz", name="a.tif", by=None):
    sha256 = hashlib.sha256(content).hexdigest()
    now = services.now()
    access = by or local_access(services)
    new = uploads.announce(access, row.id, [Announced(name, len(content), now, sha256)])
    rows = together.chosen(services, row.id, [one.id for one in new])
    together.put(services, row, rows, [content])


def looked_into(app):
    """Wait until all files were looked into; the page looks for it every few seconds."""
    until = time.monotonic() + 60
    while any("Looking into" in one.value for one in app.caption):
        assert time.monotonic() < until
        time.sleep(0.1)
        app.run()
    return app
