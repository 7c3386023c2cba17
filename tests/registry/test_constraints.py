"""What the database itself refuses, whoever writes to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, StatementError

from emfair.registry import tables
from emfair.registry.tables import metadata

TIME = datetime(2026, 1, 22, 12, tzinfo=UTC)
SHA = "0" * 64
FILE = {
    "experiment": "e-1",
    "path": "a",
    "folded": "a",
    "name": "a",
    "sha256": SHA,
    "size": 1,
    "modified_at": TIME,
}
UPLOAD = FILE | {"id": "u-1", "created_at": TIME, "touched_at": TIME}
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
    "instrument": {"id": "i", "title": "Titan", "created_at": TIME},
    "derivation": {
        "project": "p",
        "child_proposal": "q",
        "child": "s",
        "parent_proposal": "q",
        "parent": "s2",
    },
    "barcode": {
        "text": "0123",
        "project": "p",
        "proposal": "q",
        "sample": "s",
        "created_at": TIME,
    },
    "upload": UPLOAD,
    "file": FILE | {"manifest_version": 1},
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
    "person": {"subject": "ada", "name": "Ada", "created_at": TIME},
    "membership": {
        "project": "p",
        "subject": "ada",
        "role": "owner",
        "granted_by": "bob",
        "granted_at": TIME,
    },
    "referee_link": {
        "id": "r-1",
        "project": "p",
        "secret_sha256": SHA,
        "until": TIME,
        "created_by": "ada",
        "created_at": TIME,
    },
    "token": {
        "id": "t",
        "subject": "ada",
        "name": "FIB",
        "secret_sha256": SHA,
        "scopes": ["read"],
        "groups": [],
        "created_at": TIME,
        "expires_at": TIME,
    },
    "shelf": {"subject": "ada", "kind": "search", "name": "n", "content": "", "put_at": TIME},
    "idempotency": {"actor": "ada", "key": "k", "digest": SHA, "created_at": TIME},
    "audit": {"at": TIME, "actor": "ada", "action": "export", "subject": "", "detail": {}},
}
NEXT = {"id": "e-2", "title": "U"}
NEW = {"id": "u-2", "path": "b", "folded": "b"}
OTHER = "1" * 64
SECOND_SAMPLE = GOOD["sample"] | {"id": "s2"}


@pytest.fixture
def filled(registry, database):  # with a registry, the database is a copy of a migrated one
    """Return a database with one good row in each table."""
    with database.writing() as connection:
        for name, values in GOOD.items():
            if name == "derivation":
                connection.execute(tables.sample.insert().values(SECOND_SAMPLE))
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
        ("experiment", NEXT | {"instrument": "none"}),
        ("experiment", NEXT | {"state_before": "lost"}),
        ("experiment", NEXT | {"restricted": None}),
        ("project", {"id": "x", "version": 0}),
        ("project", {"id": "x", "owner": ""}),
        ("project", {"id": "x", "about": None}),
        ("instrument", {}),
        ("instrument", {"id": "x", "title": ""}),
        ("instrument", {"id": "x", "version": 0}),
        ("derivation", {}),
        ("derivation", {"parent": "none"}),
        ("derivation", {"child": "none"}),
        ("derivation", {"child": "s2"}),
        ("barcode", {}),
        ("barcode", {"text": ""}),
        ("barcode", {"text": "x" * 201}),
        ("barcode", {"text": "x", "sample": "none"}),
        ("upload", NEW | {"experiment": "none"}),
        ("upload", NEW | {"size": -1}),
        ("upload", NEW | {"path": ""}),
        ("upload", NEW | {"path": "a"}),
        ("upload", NEW | {"path": "A", "folded": "a"}),
        ("upload", NEW | {"id": "u-1"}),
        ("upload", NEW | {"sha256": "short"}),
        ("upload", NEW | {"capability": "short"}),
        ("upload", NEW | {"part_size": 0}),
        ("upload", NEW | {"sha256": None, "done_at": TIME}),
        ("file", {"path": "b", "manifest_version": 0}),
        ("file", {"path": "b", "size": -1}),
        ("person", {}),
        ("person", {"subject": ""}),
        ("person", {"subject": "bob", "name": ""}),
        ("person", {"subject": "bob", "version": 0}),
        ("membership", {}),
        ("membership", {"subject": "bob", "role": "king"}),
        ("membership", {"subject": "bob", "project": "none"}),
        ("membership", {"subject": "bob", "granted_by": ""}),
        ("referee_link", {"id": "r-2"}),
        ("referee_link", {"id": "r-2", "secret_sha256": OTHER, "project": None}),
        ("referee_link", {"id": "r-2", "secret_sha256": OTHER, "experiment": "e-1"}),
        ("referee_link", {"id": "r-2", "secret_sha256": OTHER, "project": "none"}),
        ("referee_link", {"id": "r-2", "secret_sha256": "short"}),
        ("referee_link", {"id": "r-2", "secret_sha256": OTHER, "until": None}),
        ("token", {}),
        ("token", {"id": "t2", "subject": ""}),
        ("token", {"id": "t2", "name": ""}),
        ("token", {"id": "t2", "secret_sha256": "short"}),
        ("token", {"id": "t2", "expires_at": None}),
        ("shelf", {}),
        ("shelf", {"name": ""}),
        ("shelf", {"name": "m", "subject": ""}),
        ("shelf", {"name": "m", "kind": "rumour"}),
        ("idempotency", {}),
        ("idempotency", {"key": ""}),
        ("idempotency", {"key": "x", "digest": "short"}),
        ("idempotency", {"key": "x", "status": 200}),
        ("idempotency", {"key": "x", "status": 99, "answer": ""}),
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
        connection.execute(tables.upload.insert().values(UPLOAD | NEW))
        link = {"id": "r-2", "secret_sha256": OTHER, "project": None, "experiment": "e-1"}
        connection.execute(tables.referee_link.insert().values(GOOD["referee_link"] | link))
        answer = {"key": "x", "status": 200, "answer": ""}
        connection.execute(tables.idempotency.insert().values(GOOD["idempotency"] | answer))
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
