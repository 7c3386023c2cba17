"""Parts of words are found quickly where PostgreSQL may, and slowly where it may not."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from emfair.registry import open_registry
from emfair.registry.engine import connect
from emfair.registry.word_index import NAME, ensure
from tests.services.postgres import database


def indexes(url: str) -> set[str]:
    engine = create_engine(url)
    found = {str(one["name"]) for one in inspect(engine).get_indexes("experiment")}
    engine.dispose()
    return found


def test_opening_a_registry_makes_the_index_once():
    with database() as url:
        for _ in range(2):
            open_registry(url).close()
            assert NAME in indexes(url)


def test_whoever_may_not_install_it_searches_without_it():
    with database() as url:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            name = f"plain_{make_url(url).database}"
            connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'"))
            connection.execute(text(f"GRANT ALL ON SCHEMA public TO {name}"))
        theirs = make_url(url).set(username=name, password="secret")  # noqa: S106  of this test
        with open_registry(theirs.render_as_string(hide_password=False)) as registry:
            assert registry.experiments.list(text="quartz") == ()
        assert NAME not in indexes(url)
        with engine.connect() as connection:
            connection.execute(text(f"DROP OWNED BY {name}"))
            connection.execute(text(f"DROP ROLE {name}"))
        engine.dispose()


def test_sqlite_has_none(tmp_path):
    url = f"sqlite:///{tmp_path}/registry.db"
    open_registry(url).close()
    assert NAME not in indexes(url)
    opened = connect(url)
    assert not ensure(opened)
    opened.close()
