"""Every page shows to each what the policy lets them see, and no button does what it does not.

Each visitor opens every page at things of their own and of somebody else's, plain and restricted.
Then whoever may do everything opens it, the visitor takes their place in that window (a login that
ended, a role that was lost), and presses all there is to press.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.state.common import user_key_from_element_id
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from emfair.identity.policy import Resource
from emfair.identity.referees import referee
from emfair.identity.table import About, Action
from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard, PersonCard, ProjectCard
from emfair.service import deposits, uploads
from emfair.service.access import Access, Granted, experiment_resource
from emfair.service.nouns import projects, referees, tokens
from emfair.service.nouns.tokens import Wanted
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.services.registries import furnished
from tests.ui_streamlit.conftest import SCRIPT
from tests.ui_streamlit.lab import ADMIN, STEWARD, access, shown, subject
from tests.ui_streamlit.test_login import ISSUER, claims
from ui_streamlit import stores

ME, BOB, BOSS = "me", "bob", "boss"
STEEL = "steel"
ROLES = {role: f"emfair-project-{STEEL}-{role}" for role in ("viewer", "editor", "owner")}
EVERYTHING = (STEWARD, ADMIN)
OURS = tuple(product((ME, BOB), (False, True)))
"""Whose an experiment is, and whether it is restricted."""


@dataclass(frozen=True)
class Visitor:
    """Someone who looks; in `mine` of the registry's tables they may change what others own."""

    user: dict[str, Any] | None
    groups: tuple[str, ...] = ()
    mine: frozenset[str] = frozenset()
    is_inside: bool = True


IN_PROJECT = frozenset({"proposal", "sample", "experiment", "upload", "annotation", "outbox"})
SHARED = IN_PROJECT | {"project", "membership", "referee_link"}
VISITORS = {
    "stranger": Visitor({}, is_inside=False),
    "expired": Visitor(claims(ME, *EVERYTHING, iat=time.time() - 13 * 3600), is_inside=False),
    "nobody": Visitor(claims(ME)),
    "viewer": Visitor(claims(ME, ROLES["viewer"]), (ROLES["viewer"],)),
    "editor": Visitor(claims(ME, ROLES["editor"]), (ROLES["editor"],), IN_PROJECT),
    "owner": Visitor(claims(ME, ROLES["owner"]), (ROLES["owner"],), SHARED),
    "steward": Visitor(claims(ME, STEWARD), (STEWARD,), SHARED | {"instrument", "token"}),
    "admin": Visitor(claims(ME, ADMIN), (ADMIN,), SHARED | {"instrument", "token", "person"}),
    "referee": Visitor(None),
}
TABLES = {
    "project": "owner", "proposal": "owner", "sample": "owner", "experiment": "depositor",
    "upload": None, "annotation": "author", "outbox": None, "membership": "subject",
    "referee_link": "created_by", "instrument": "owner", "token": "subject", "person": "subject",
}  # fmt: skip
"""What buttons can change, and the column that says whose it is."""


@dataclass(frozen=True)
class Entry:
    """One page.

    Attributes
    ----------
    at
        The query that names a thing, of the one whose it is and whether it is restricted.
    needs
        What someone must be allowed to do to the thing for `shows` to stand on the page; without
        it anyone inside may see the page.
    shows
        The word that names the thing there; without one, nothing is sure to.
    changes
        Whether whoever may do everything changes something by its buttons.
    """

    at: Callable[[World, str, bool], dict[str, str]] = field(default=lambda *_: {})
    needs: Action | None = None
    shows: Callable[[str, bool], str] | None = None
    changes: bool = False


def sealed(owner: str, restricted: bool) -> str:
    """Return the title of an experiment: one word, found nowhere else."""
    return f"sealed{owner}{'secret' if restricted else 'plain'}"


def draft(owner: str, restricted: bool) -> str:
    """Return the title of one that is not sealed yet."""
    return f"draft{owner}{'secret' if restricted else 'plain'}"


def of_project(*_: Any) -> dict[str, str]:
    return {"project": STEEL}


PLACE = {"project": STEEL, "proposal": "q", "sample": "s"}
PAGES = {
    "": Entry(),
    "deposit": Entry(
        lambda world, *one: {"id": world.ids[draft(*one)]}, Action.UPLOAD, draft, changes=True
    ),
    "board": Entry(lambda *_: PLACE, Action.READ_EXPERIMENT, sealed, changes=True),
    "experiments": Entry(lambda *_: {}, Action.READ_EXPERIMENT, sealed),
    "experiment": Entry(
        lambda world, *one: {"id": world.ids[sealed(*one)]}, Action.READ_EXPERIMENT, sealed,
        changes=True,
    ),
    "annotate": Entry(
        lambda world, *one: {"id": world.ids[sealed(*one)]}, Action.ANNOTATE, sealed
    ),
    "discover": Entry(),
    "sql": Entry(),
    "dashboard": Entry(),
    "lake": Entry(
        lambda *_: {"path": "project=steel/proposal=q/sample=s"}, Action.READ_EXPERIMENT, sealed
    ),
    "instruments": Entry(
        lambda _, owner, __: {"id": owner}, Action.READ_INSTRUMENT,
        lambda owner, _: f"microscope{owner}", changes=True,
    ),
    "people": Entry(
        lambda _, owner, __: {"subject": subject(owner)}, Action.END_TOKENS,
        lambda owner, _: f"script{owner}", changes=True,
    ),
    "members": Entry(of_project, Action.READ_MEMBERS, lambda *_: "Memberbob", changes=True),
    "audit": Entry(of_project),
    "tokens": Entry(changes=True),
    "tour": Entry(),
    "log-out": Entry(),
}  # fmt: skip
WALKED = sorted(PAGES.keys() - {"tour", "log-out"})
"""Those two are entries of the menu that lead elsewhere."""


@dataclass(frozen=True)
class World:
    """Stores in which Ada's, Bob's and the visitor's things lie, by their words."""

    services: Services
    ids: dict[str, str]

    def unseen(self, visitor: Access | None) -> Iterator[str]:
        """Yield the words of what a visitor may not see, wherever they look."""
        for word, identifier in self.ids.items():
            row = self.services.registry.experiments.get(identifier)
            resource = experiment_resource(row)
            if visitor is None or not visitor.may(Action.READ_EXPERIMENT, resource):
                yield word
        for owner in (ME, BOB, BOSS):
            ending = Resource(About.PERSON, subject(owner), owner=subject(owner))
            if visitor is None or not visitor.may(Action.END_TOKENS, ending):
                yield f"script{owner}"
        if visitor is None:  # whoever has deposited there is told where
            yield "steeltitle"

    def rows(self, visitor: Visitor) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows that a visitor must not change."""
        file = self.services.settings.home / "registry.db"
        found = {}
        with sqlite3.connect(file) as connection:
            for table in TABLES.keys() - visitor.mine:
                whose = TABLES[table]
                query = f"SELECT * FROM {table}"
                if whose:
                    query += f" WHERE {whose} IS NOT '{subject(ME)}'"
                found[table] = sorted(connection.execute(query).fetchall(), key=repr)
        return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return a filled home, and the identifiers of its experiments by their words."""
    folder = furnished(tmp_path_factory.mktemp("world") / "home")
    with _opened(folder) as services:
        boss = access(services, BOSS, *EVERYTHING)
        projects.create_project(boss, ProjectCard(title="steeltitle"), STEEL)
        for name in (ME, BOB):
            access(services, name)
            card = InstrumentCard(title=f"microscope{name}")
            services.registry.instruments.create(name, card=card, actor=subject(name))
        services.registry.people.meet(subject("member"), PersonCard(name="Memberbob"))
        services.registry.memberships.grant(
            STEEL, subject("member"), "viewer", until=None, actor=boss.subject
        )
        until = services.now() + timedelta(days=30)
        for name in (ME, BOB, BOSS):
            wanted = Wanted(f"script{name}", frozenset({"read"}), until)
            tokens.create(access(services, name), wanted)
        sharing = Granted(boss, boss.project(Action.SHARE_PROJECT, STEEL))
        referees.show_project(sharing, until)
        ids = {}
        for owner, restricted in OURS:
            who = access(services, owner, ROLES["editor"])
            ids[sealed(owner, restricted)] = _experiment(who, sealed(owner, restricted), restricted)
            ids[draft(owner, restricted)] = _experiment(
                who, draft(owner, restricted), restricted, seal=False
            )
    return folder, ids


def _experiment(who: Access, title: str, restricted: bool, *, seal: bool = True) -> str:
    row = deposits.draft(who, Whereto(STEEL, "q", "s", title), restricted=restricted)
    file = Announced(f"{title}.dm3", 0, datetime(2026, 1, 22, tzinfo=UTC))
    (upload,) = uploads.announce(who, row.id, [file])
    if seal:
        uploads.put_part(who.services, upload, 1, [b""])
        uploads.complete(who.services, uploads.find(who.services, upload.id), None)
        deposits.seal(who, row.id)
    return row.id


@contextmanager
def _opened(home: Path) -> Iterator[Services]:
    settings = read_settings(home=home, oidc_issuer=ISSUER)
    with open_services(settings) as services, stores.use(services):
        yield services


@pytest.fixture
def world(home: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[World]:
    """Yield a copy of its own."""
    folder = tmp_path / "home"
    shutil.copytree(home[0], folder)
    with _opened(folder) as services:
        yield World(services, home[1])


def look(page: str, user: dict[str, Any] | None, **query: str) -> AppTest:
    """Open a page in a new window, and all that can be unfolded on it."""
    if user is None:
        app = AppTest.from_function(as_referee, default_timeout=30)
    else:
        app = AppTest.from_file(str(SCRIPT), default_timeout=30)
        app.user = user
    if page:
        app.run()
        app._page_hash = calc_hash(page)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return unfolded(app)


def as_referee() -> None:
    """Run the app for a referee of the project: AppTest brings no cookies."""
    from datetime import timedelta

    from emfair.identity.referees import referee
    from emfair.service.access import Access
    from ui_streamlit import main, stores
    from ui_streamlit.login.visit import Standing, Visit

    services = stores.reception().nobody().services
    until = services.now() + timedelta(days=1)
    principal, granted = referee("r-1", "steel", None, until)
    main._inside(Visit(Access(services, principal, (granted,)), Standing.REFEREE))


def unfolded(app: AppTest) -> AppTest:
    """Open all popovers, those within others too."""
    opened: set[str] = set()
    while new := {one.proto.popover.id for one in app.get("popover")} - opened - {""}:
        for identifier in new:
            app.session_state[user_key_from_element_id(identifier)] = True
        opened |= new
        app.run()
    assert not app.exception
    return app


def press_all(app: AppTest) -> None:
    """Write into all fields, and press all buttons, as one click each.

    One word in all fields is no annotation: that page saves none of it, for nobody.
    """
    for one in [*app.text_input, *app.text_area]:
        if not one.disabled:
            one.set_value("pressed")
    for one in app.button:
        if not one.disabled:
            one.click()
    app.run()


def seen_by(world: World, visitor: Visitor) -> Access | None:
    """Return the access that the policy is asked for; of nobody inside none."""
    if not visitor.is_inside:
        return None
    if visitor.user is None:
        principal, granted = referee("r-1", STEEL, None, world.services.now() + timedelta(days=1))
        return Access(world.services, principal, (granted,))
    return access(world.services, ME, *visitor.groups)


def about(world: World, entry: Entry, owner: str, restricted: bool) -> Resource:
    """Return the thing that a page is opened at, as the policy sees it."""
    match entry.needs:
        case Action.READ_INSTRUMENT:
            return Resource(About.INSTRUMENT, owner, owner=subject(owner))
        case Action.END_TOKENS:
            return Resource(About.PERSON, subject(owner), owner=subject(owner))
        case Action.READ_MEMBERS:
            return Resource(About.PROJECT, STEEL, project=STEEL)
    word = draft if entry.shows is draft else sealed
    row = world.services.registry.experiments.get(world.ids[word(owner, restricted)])
    return experiment_resource(row)


def test_every_page_that_the_app_has_is_walked(world):
    def collect() -> None:
        import streamlit as st

        from ui_streamlit import stores
        from ui_streamlit.lab import lab_pages
        from ui_streamlit.login.account import account_pages
        from ui_streamlit.main import pages

        visit = stores.visit()
        found = [*pages(), *lab_pages(visit.access)]
        for group in account_pages(visit).values():
            found += group
        st.session_state["paths"] = [page.url_path for page in found]

    app = AppTest.from_function(collect, default_timeout=30)
    app.user = claims(ME)
    app.run()
    assert not app.exception
    assert set(app.session_state["paths"]) == PAGES.keys()


@pytest.mark.parametrize("name", VISITORS)
@pytest.mark.parametrize("page", WALKED)
def test_a_page_shows_what_its_visitor_may_see_and_nothing_else(world, page, name):
    visitor, entry = VISITORS[name], PAGES[page]
    asked = seen_by(world, visitor)
    for owner, restricted in OURS:
        if visitor.user is None and owner == ME:
            continue
        query = entry.at(world, owner, restricted)
        text = shown(look(page, visitor.user, **query)).replace("\\", "")
        leaked = [word for word in world.unseen(asked) if word in text]
        assert not leaked, (query, leaked)
        if entry.needs and entry.shows:
            may = asked is not None and asked.may(
                entry.needs, about(world, entry, owner, restricted)
            )
            if page == "board":  # it leads there by way of the project
                steel = Resource(About.PROJECT, STEEL, project=STEEL)
                may = may and asked is not None and asked.may(Action.READ_PROJECT, steel)
            own = page == "people" and owner == ME  # one's own tokens stand on their own page
            assert (entry.shows(owner, restricted) in text) is (may and not own), (query, text)


@pytest.mark.parametrize("name", sorted(VISITORS.keys() - {"referee"}))
@pytest.mark.parametrize("page", WALKED)
def test_what_is_pressed_in_a_window_of_more_power_changes_nothing_of_others(world, page, name):
    visitor, entry = VISITORS[name], PAGES[page]
    app = look(page, claims(BOSS, *EVERYTHING), **entry.at(world, BOB, False))
    before = world.rows(visitor)
    app.user = visitor.user
    press_all(app)
    after = world.rows(visitor)
    changed = [table for table in before if before[table] != after[table]]
    assert not changed, changed


@pytest.mark.parametrize("page", sorted({*WALKED} - {"annotate"}))
def test_the_buttons_that_were_pressed_do_something_for_whoever_may(world, page):
    entry, nobody = PAGES[page], Visitor(claims(ME))
    app = look(page, claims(BOSS, *EVERYTHING), **entry.at(world, BOB, False))
    before = world.rows(nobody)
    press_all(app)
    assert (world.rows(nobody) != before) is entry.changes
