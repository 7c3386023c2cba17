"""The migrations against the tables."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from emfair.errors import BadSetting
from emfair.registry import open_registry, schema
from emfair.registry.migrations import HEAD
from emfair.registry.tables import VERSION_TABLE, metadata


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
