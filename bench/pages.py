"""The app's pages with 10⁵ experiments in registry and index: how long the server takes for each.

The app's script is run by Streamlit's own AppTest, in this process and over real stores: what is
measured is all that the server does until a page is whole, in a new session, without the browser
and the way there. The registry is a PostgreSQL for people who log in, and a SQLite for the local
user. What does not belong here: the experiments (`bench.crowd`, `bench.crowd_index`).
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import crowd
from bench.measure import Work, in_worker
from bench.table import Failed, Figure

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from emfair.service.services import Services

PART = "pages of the app"
TARGET = 1.0  # s
ROUNDS = 5
ISSUER = "https://login.bench.test/o/emfair/"
PLACE = {"project": "benchmark", "proposal": "pages", "sample": "sample"}
LARGE_PLACE = {"project": crowd.LARGE, "proposal": "p", "sample": "s-3"}
QUERIES: dict[str, tuple[dict[str, str], ...]] = {
    "": ({}, {"whose": "all"}),
    "deposit": ({},),
    "board": (PLACE, LARGE_PLACE),
    "experiments": ({}, {"text": "grain oxide"}, {"state": "invalid", "project": crowd.LARGE}),
    "discover": (
        {},
        {"q": "grain oxide", "element": "Si", "where": "acceleration_voltage:100 kV.."},
        {"level": "measurements", "view": "table", "columns": "dwell_time"},
    ),
    "lake": ({}, {"path": f"project={crowd.LARGE}/proposal=p"}),
    "dashboard": ({"period": "all"}, {"period": "2025"}),
    "sql": ({},),
    "annotate": ({"id": "{experiment}"},),
    "experiment": ({"id": "{experiment}"},),
    "instruments": ({}, {"id": "instrument-7"}),
    "people": ({},),
    "members": ({"project": PLACE["project"]},),
    "audit": ({}, {"project": PLACE["project"]}),
    "tokens": ({},),
    "tour": (),  # leads to the first page
    "log-out": (),
}
"""The queries with which each page is opened; none for those that show nothing of their own."""
PEOPLE = {"a member": (), "a steward": ("emfair-steward",)}


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the seconds of each page, for a member and a steward, and for the local user."""
    count, rounds = (1_000, 0) if quick else (100_000, ROUNDS)
    asked = {"folder": str(cache), "count": count, "rounds": rounds}
    for local in (False, True):
        told = in_worker("bench.pages:run", local=local, **asked)
        for who, pages in told.result.items():
            for page, seconds in pages.items():
                name = f"{page}, {who}, of {count:,} experiments"
                yield Figure(PART, name, "s", seconds, "target", TARGET)


def run(folder: str, count: int, rounds: int, *, local: bool) -> Work:
    """Return the work: open every page that the app lists."""

    def work() -> dict[str, dict[str, float]]:
        with _filled(folder, count, local=local) as (services, experiment):
            if local:
                return {"the local user": _opened(services, {}, experiment, rounds)}
            return {
                who: _opened(services, claims(groups), experiment, rounds)
                for who, groups in PEOPLE.items()
            }

    return work


def listed() -> list[str]:
    """Return the paths of all pages that the app has for whoever looks; run as a page."""
    from ui_streamlit import stores
    from ui_streamlit.lab import lab_pages
    from ui_streamlit.login.account import account_pages
    from ui_streamlit.main import pages

    visit = stores.visit()
    own = [page for some in account_pages(visit).values() for page in some]
    return [page.url_path for page in (*pages(), *lab_pages(visit.access), *own)]


def paths(user: Mapping[str, Any]) -> list[str]:
    """Return the paths of all pages that the app has for `user`, over the stores in use."""
    from streamlit.testing.v1 import AppTest

    def script() -> None:
        import streamlit as st

        from bench.pages import listed

        st.session_state.paths = listed()

    app = AppTest.from_function(script)
    app.user = dict(user)
    app.run()
    if app.exception:
        raise Failed(f"the app's pages cannot be listed: {_told(app)}")
    found: list[str] = app.session_state["paths"]
    return found


def _opened(
    services: Services, user: Mapping[str, Any], experiment: str, rounds: int
) -> dict[str, float]:
    """Return the median seconds in which each page is opened that `user` may look at.

    What opens it for the first time does not count, unless it is the only time.
    """
    from ui_streamlit import stores

    found = {}
    with stores.use(services):
        for path in paths(user):
            if path not in QUERIES:
                raise Failed(f"nobody says in bench/pages.py how to open the page {path}")
            for query in QUERIES[path]:
                asked = {name: value.format(experiment=experiment) for name, value in query.items()}
                app, first = _open(path, user, asked)
                name = _name(path, query)
                if app.exception or app.error or (app.warning and not user):
                    raise Failed(f"the page {name} fails: {_told(app)}")
                if not app.warning:  # else it says that they may not
                    times = [_open(path, user, asked)[1] for _ in range(rounds)]
                    found[name] = statistics.median(times or [first])
    return found


def _name(path: str, query: Mapping[str, str]) -> str:
    """Return what a page is called in the table."""
    said = [value for value in query.values() if not value.startswith("{")]
    return " ".join([path or "home", *([f"({', '.join(said)})"] if said else [])])


def _open(path: str, user: Mapping[str, Any], query: Mapping[str, str]) -> tuple[AppTest, float]:
    """Open a page in a new session; return it, and how many seconds it took."""
    from streamlit.testing.v1 import AppTest
    from streamlit.util import calc_hash

    app = AppTest.from_function(_script, default_timeout=120)
    app.user = dict(user)
    if path:
        app._page_hash = calc_hash(path)  # noqa: SLF001  ``switch_page`` knows files only
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app, sum(app.session_state["bench-seconds"])


def _script() -> None:
    """Run the app as its own script does; note how long it took, each time it begins anew."""
    import time

    import streamlit as st

    from ui_streamlit.main import main

    started = time.perf_counter()
    try:
        main()
    finally:
        st.session_state.setdefault("bench-seconds", []).append(time.perf_counter() - started)


def _told(app: AppTest) -> str:
    texts = [one.message for one in app.exception] + [one.value for one in app.error]
    return "; ".join(texts + [one.value for one in app.warning])


def claims(groups: tuple[str, ...]) -> dict[str, Any]:
    """Return a login of somebody in these groups."""
    return {
        "iss": ISSUER, "aud": "emfair", "sub": "bench", "name": "Bench", "iat": time.time(),
        "groups": list(groups), "is_logged_in": True,
    }  # fmt: skip


@contextmanager
def _filled(folder: str, count: int, *, local: bool) -> Iterator[tuple[Services, str]]:
    """Yield stores with `count` experiments, and the identifier of a real one besides."""
    from bench import crowd_index
    from emfair.identity.principal import issued_subject
    from emfair.identity.roles import Role
    from emfair.service.services import open_services
    from emfair.settings import Settings

    with ExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory(dir=folder)))
        url = "" if local else opened.enter_context(_database())
        settings = Settings(home=home, lake_url="", registry_url=url)
        services = opened.enter_context(open_services(settings))
        crowd.fill(services.settings.registry, count)
        crowd_index.fill(services, count)
        experiment = _real(services)
        if local:
            yield services, experiment
            return
        me = issued_subject(ISSUER, "bench")
        crowd.rename(services.settings.registry, crowd.DEPOSITOR, me)
        for project in (*crowd.OF, PLACE["project"]):
            services.registry.memberships.grant(
                project, me, Role.EDITOR, until=None, actor="local:bench"
            )
        there = settings.model_copy(update={"oidc_issuer": ISSUER})
        yield replace(services, settings=there), experiment


@contextmanager
def _database() -> Iterator[str]:
    from tests.services.postgres import database

    with database() as url:
        yield url


def _real(services: Services) -> str:
    """Deposit two real files, and run the chain on them."""
    from emfair.client.engine import DepositRequest, deposit
    from emfair.demo.corpus import fetch
    from emfair.model.annotations import Annotations
    from emfair.service.access import local_access
    from emfair.service.depository import LocalDepository
    from emfair.service.processing import open_chain

    files = [fetch() / "dm3_2D_data" / name for name in ("test-1.dm3", "test_STEM_image.dm3")]
    place = PLACE.values()
    request = DepositRequest(files, *place, "Bench", Annotations())
    done = deposit(LocalDepository(local_access(services)), request)
    with open_chain(services.settings) as chain:
        (processed,) = chain.process([done.place.experiment])
    if not processed.succeeded:
        raise Failed(processed.reason)
    return done.place.experiment
