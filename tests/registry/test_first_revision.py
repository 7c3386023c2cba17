"""What the first revision held survives the way up, down, and up again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import select, text

from emfair.registry import open_registry, schema, tables

TIME = datetime(2026, 1, 22, 12, tzinfo=UTC)
SHA = "0" * 64
OF_0001 = {
    "project": {"id": "p", "title": "Übersicht", "created_at": "2026-01-22 12:00:00.000000"},
    "proposal": {
        "project": "p",
        "id": "q",
        "title": "Q",
        "created_at": "2026-01-22 12:00:00.000000",
    },
    "sample": {
        "project": "p",
        "proposal": "q",
        "id": "s",
        "title": "S",
        "created_at": "2026-01-22 12:00:00.000000",
    },
    "experiment": {
        "id": "e-1",
        "project": "p",
        "proposal": "q",
        "sample": "s",
        "title": "Große Körner",
        "created_at": "2026-01-22 12:00:00.000000",
        "state": "uploading",
        "state_reason": "",
        "depositor": "ada",
        "updated_at": "2026-01-22 12:00:00.000000",
        "version": 1,
        "content_digest": SHA,
    },
    "upload": {
        "experiment": "e-1",
        "path": "Grösse/b.dm4",
        "name": "Größe/b.dm4",
        "size": 1,
        "sha256": SHA,
        "modified_at": "2026-01-20 12:00:00.000000",
    },
    "file": {"experiment": "e-1", "path": "Straße/A.dm4", "sha256": SHA, "size": 2},
    "annotation": {
        "experiment": "e-1",
        "version": 1,
        "document": '{"title":"x"}',
        "author": "ada",
        "created_at": "2026-01-22 12:00:00.000000",
        "reason": "deposit",
    },
    "audit": {
        "at": "2026-01-22 12:00:00.000000",
        "actor": "ada",
        "action": "deposit-opened",
        "subject": "e-1",
        "detail": "{}",
    },
    "outbox": {
        "kind": "deposit-sealed",
        "experiment": "e-1",
        "run_key": "k",
        "created_at": "2026-01-22 12:00:00.000000",
    },
}
"""A row in every table of the first revision, as its emfair wrote it."""


@pytest.fixture
def of_0001(database):
    """Return a database of the first revision with a row in each table."""
    with database.writing() as connection:
        schema.migrate(connection, "0001")
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        for name, row in OF_0001.items():
            columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
            connection.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({values})"), row)
    return database


def old_rows(connection) -> dict[str, list[dict[str, object]]]:
    return {
        name: [
            dict(row)
            for row in connection.execute(
                text(f"SELECT {', '.join(columns)} FROM {name}")
            ).mappings()
        ]
        for name, columns in OF_0001.items()
    }


def test_what_the_first_revision_held_is_all_there(of_0001):
    with of_0001.reading() as connection:
        before = old_rows(connection)
    schema.upgrade(of_0001)
    with of_0001.reading() as connection:
        assert old_rows(connection) == before
        assert all(len(rows) == 1 for rows in before.values())


def test_what_the_first_revision_did_not_know_is_filled_in(url, of_0001):
    with open_registry(url) as registry:
        (upload,) = registry.uploads.of("e-1")
        assert (upload.name, upload.id[:2], upload.done_at) == ("Größe/b.dm4", "u-", None)
        (file,) = registry.files.of("e-1")
        assert (file.name, file.manifest_version, file.modified_at) == ("Straße/A.dm4", 1, None)
        (found,) = registry.experiments.list(text="GROSSE körner")
        assert (found.id, found.restricted, found.instrument) == ("e-1", False, None)
        assert found.closed_at == TIME
        (project,) = registry.projects.list(text="ÜBER")
        assert (project.card.title, project.owner, project.version) == ("Übersicht", None, 1)
    with of_0001.reading() as connection:
        folded = connection.execute(select(tables.upload.c.folded)).scalar_one()
    assert folded == "grösse/b.dm4"


def test_down_and_up_again_the_first_revisions_rows_survive(of_0001):
    with of_0001.reading() as connection:
        before = old_rows(connection)
    schema.upgrade(of_0001)
    with of_0001.writing() as connection:
        command.downgrade(schema.configuration(connection), "0001")
    with of_0001.reading() as connection:
        assert old_rows(connection) == before
    schema.upgrade(of_0001)
    with of_0001.reading() as connection:
        assert old_rows(connection) == before
