"""The migrations against the tables, and the database's own constraints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from emfair.errors import BadSetting
from emfair.registry import open_registry, schema, tables
from emfair.registry.engine import connect
from emfair.registry.migrations import HEAD
from emfair.registry.tables import VERSION_TABLE, metadata


@pytest.fixture
def database(url):
    opened = connect(url)
    yield opened
    opened.close()


def checks(connection) -> dict[str, set[str]]:
    asked = inspect(connection)
    return {
        name: {
            f"{check['name']}: {check['sqltext']}" for check in asked.get_check_constraints(name)
        }
        for name in metadata.tables
    }


def test_the_migrations_arrive_at_the_tables(database):
    schema.upgrade(database)
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_migrations_arrive_at_the_same_checks(database):
    with database.writing() as connection:
        metadata.create_all(connection)
    with database.reading() as connection:
        wanted = checks(connection)
    with database.writing() as connection:
        metadata.drop_all(connection)
    schema.upgrade(database)
    with database.reading() as connection:
        assert checks(connection) == wanted
    assert sum(map(len, wanted.values())) > 25


def test_the_newest_revision_is_the_one_named(database):
    with database.reading() as connection:
        script = ScriptDirectory.from_config(schema.configuration(connection))
        assert script.get_heads() == [HEAD]


def test_all_the_way_down_leaves_nothing_and_up_again_works(database):
    schema.upgrade(database)
    with database.writing() as connection:
        command.downgrade(schema.configuration(connection), "base")
    with database.reading() as connection:
        assert inspect(connection).get_table_names() == [VERSION_TABLE]
    assert schema.revision(database) is None
    schema.upgrade(database)
    assert schema.revision(database) == HEAD


def test_the_version_table_is_not_dagsters(database):
    schema.upgrade(database)
    with database.reading() as connection:
        names = inspect(connection).get_table_names()
    assert "emfair_alembic_version" in names
    assert "alembic_version" not in names


def test_a_registry_of_a_newer_emfair_is_refused_and_left_alone(url, database):
    schema.upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE emfair_alembic_version SET version_num = '9999'"))
    with pytest.raises(BadSetting, match="another version"):
        open_registry(url)
    assert schema.revision(database) == "9999"


TIME = datetime(2026, 1, 22, 12, tzinfo=UTC)
SHA = "0" * 64
FILE = {"experiment": "e-1", "path": "a", "sha256": SHA, "size": 1}
GOOD = {
    "project": {"id": "p", "title": "P", "created_at": TIME},
    "proposal": {"project": "p", "id": "q", "title": "Q", "created_at": TIME},
    "sample": {"project": "p", "proposal": "q", "id": "s", "title": "S", "created_at": TIME},
    "experiment": {
        "id": "e-1",
        "project": "p",
        "proposal": "q",
        "sample": "s",
        "title": "T",
        "created_at": TIME,
        "state": "uploading",
        "state_reason": "",
        "depositor": "ada",
        "updated_at": TIME,
        "version": 1,
        "content_digest": SHA,
    },
    "upload": FILE | {"name": "a", "modified_at": TIME},
    "file": FILE,
    "annotation": {
        "experiment": "e-1",
        "version": 1,
        "document": "{}",
        "author": "ada",
        "created_at": TIME,
        "reason": "",
    },
    "outbox": {
        "kind": "deposit-sealed",
        "experiment": "e-1",
        "run_key": "k",
        "created_at": TIME,
    },
    "audit": {"at": TIME, "actor": "ada", "action": "export", "subject": "", "detail": {}},
}
NEXT = {"id": "e-2", "title": "U"}


@pytest.fixture
def filled(database):
    """Return a database with one good row in each table."""
    schema.upgrade(database)
    with database.writing() as connection:
        for name, values in GOOD.items():
            connection.execute(metadata.tables[name].insert().values(values))
    return database


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        ("project", {"id": ""}),
        ("project", {"id": "x" * 41}),
        ("project", {"title": "the same identifier again"}),
        ("project", {"id": "x", "title": ""}),
        ("project", {"id": "x", "title": None}),
        ("proposal", {"project": "none"}),
        ("sample", {"proposal": "none"}),
        ("experiment", NEXT | {"sample": "none"}),
        ("experiment", NEXT | {"title": "T"}),
        ("experiment", NEXT | {"state": "lost"}),
        ("experiment", NEXT | {"state": "sealed"}),
        ("experiment", NEXT | {"depositor": ""}),
        ("experiment", NEXT | {"version": 0}),
        ("experiment", NEXT | {"manifest_version": 0}),
        ("experiment", NEXT | {"annotations_version": 0}),
        ("experiment", NEXT | {"content_digest": "short"}),
        ("upload", {"path": "b", "experiment": "none"}),
        ("upload", {"path": "b", "size": -1}),
        ("upload", {"path": ""}),
        ("file", {"path": "b", "sha256": "short"}),
        ("file", {"path": "b", "experiment": "none"}),
        ("file", {}),
        ("annotation", {"version": 0}),
        ("annotation", {"version": 2, "author": ""}),
        ("annotation", {}),
        ("outbox", {"kind": "rumour"}),
        ("outbox", {"experiment": "none"}),
        ("outbox", {"run_key": ""}),
        ("audit", {"actor": ""}),
        ("audit", {"action": ""}),
    ],
)
def test_the_database_itself_refuses(filled, table, changes):
    statement = metadata.tables[table].insert().values(GOOD[table] | changes)
    with filled.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(statement)


def test_the_good_neighbour_of_the_refused_rows_is_taken(filled):
    with filled.writing() as connection:
        connection.execute(tables.experiment.insert().values(GOOD["experiment"] | NEXT))
        connection.execute(tables.upload.insert().values(GOOD["upload"] | {"path": "b"}))
    with filled.reading() as connection:
        experiments = connection.execute(select(tables.experiment.c.id)).scalars().all()
        paths = connection.execute(select(tables.upload.c.path)).scalars().all()
    assert (sorted(experiments), sorted(paths)) == (["e-1", "e-2"], ["a", "b"])


def test_what_others_hang_on_cannot_be_deleted(filled):
    with filled.engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(tables.sample.delete())


def test_ids_of_the_outbox_are_never_used_again(filled):
    event = tables.outbox.insert().values(GOOD["outbox"]).returning(tables.outbox.c.id)
    with filled.writing() as connection:
        first = connection.execute(event).scalar_one()
        connection.execute(tables.outbox.delete())
        assert connection.execute(event).scalar_one() > first


def test_a_time_without_zone_is_refused_and_one_elsewhere_becomes_utc(filled):
    project = tables.project
    there = TIME.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with filled.writing() as connection:
        connection.execute(project.update().values(created_at=there))
        found = connection.execute(select(project.c.created_at)).scalar_one()
        assert (found, found.tzinfo) == (TIME, UTC)
        with pytest.raises(StatementError, match="no time zone"):
            connection.execute(project.update().values(created_at=TIME.replace(tzinfo=None)))
