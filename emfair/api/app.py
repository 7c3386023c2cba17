"""The REST API ``/api/v1``: the composition root of a process that serves it.

What does not belong here: use cases (`emfair.service`), and the app it is mounted in.
"""

from __future__ import annotations

from fastapi import FastAPI

from emfair import __version__
from emfair.api import annotations as words
from emfair.api import (
    archives,
    audit,
    citation,
    damaged,
    deposits,
    downloads,
    events,
    experiments,
    figures,
    file_reports,
    first_looks,
    general,
    h5,
    instruments,
    kept,
    lake,
    looks,
    measurements,
    members,
    overview,
    people,
    projects,
    referees,
    rights,
    samples,
    schema,
    search,
    set_aside,
    tokens,
    uploads,
)
from emfair.api.limits import Limiter
from emfair.api.listeners import Listeners
from emfair.api.openapi import tell_who_asks
from emfair.api.problems import tell_problems
from emfair.api.sizes import BoundedBodies
from emfair.service.reception import Reception
from emfair.service.services import Services

PREFIX = "/api/v1"
ROUTERS = (
    general.router,
    search.router,
    overview.router,
    figures.router,
    kept.router,
    experiments.router,
    citation.router,
    file_reports.router,
    words.router,
    set_aside.router,
    schema.router,
    deposits.router,
    damaged.router,
    uploads.router,
    first_looks.router,
    downloads.router,
    h5.router,
    archives.router,
    lake.router,
    events.router,
    measurements.router,
    looks.router,
    projects.router,
    samples.router,
    instruments.router,
    people.router,
    members.router,
    referees.router,
    tokens.router,
    audit.router,
    rights.router,
)


def create_app(
    services: Services,
    reception: Reception | None = None,
    limiter: Limiter | None = None,
    listeners: Listeners | None = None,
) -> FastAPI:
    """Return the API over `services`, which the caller opens and closes.

    Parameters
    ----------
    reception
        Who tells who asks, if the process has one already.
    limiter
        How often strangers may ask.
    listeners
        Those who listen to live events.
    """
    app = FastAPI(
        title="emfair",
        version=__version__,
        summary="Electron-microscopy data: deposits, experiments, their state and what they are.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page would run scripts fetched from elsewhere
        redoc_url=None,
    )
    app.state.services = services
    app.state.reception = reception or Reception(services)
    app.state.limiter = limiter or Limiter()
    app.state.listeners = listeners or Listeners(services)
    tell_problems(app)
    tell_who_asks(app)
    app.add_middleware(BoundedBodies)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    return app
