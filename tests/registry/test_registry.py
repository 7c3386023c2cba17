"""Opening a registry: what is made, what is refused, in which words."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

import emfair.registry
from emfair.errors import BadCall, BadSetting, Unavailable
from emfair.registry import open_registry
from emfair.registry.engine import connect
from tests.services import postgres


def test_the_public_names_are_these():
    assert sorted(emfair.registry.__all__) == [
        "AnnotationEdit",
        "AnnotationRow",
        "Answer",
        "AuditRow",
        "CardRow",
        "ClosedDeposit",
        "Duplicate",
        "EVERYTHING",
        "ExperimentEdit",
        "ExperimentRow",
        "FileRow",
        "Kept",
        "MembershipRow",
        "NewFile",
        "OutboxCursor",
        "OutboxRow",
        "RefereeLink",
        "Registry",
        "Relatives",
        "SampleKey",
        "Sight",
        "UploadRow",
        "advance",
        "open_registry",
    ]


def test_opening_makes_the_folder_and_opening_again_finds_what_was_there(tmp_path):
    url = f"sqlite:///{tmp_path}/deep/er/registry.db"
    with open_registry(url) as registry:
        registry.audit.write("ada@lab", "export")
    with open_registry(url, migrate=False) as registry:
        assert len(registry.audit.list()) == 1


def test_sqlite_writes_ahead_minds_foreign_keys_and_waits(tmp_path):
    database = connect(f"sqlite:///{tmp_path}/registry.db")
    with database.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    database.close()
    assert found == ["wal", 1, 30_000]


def test_many_that_open_a_new_file_at_once_all_get_it(tmp_path):
    # Without waiting of our own, about every tenth round fails: hence a hundred.
    with ThreadPoolExecutor(12) as pool:
        for number in range(100):
            url = f"sqlite:///{tmp_path}/{number}.db"
            start = threading.Barrier(12)
            assert list(pool.map(_journal_mode, [url] * 12, [start] * 12)) == ["wal"] * 12


def _journal_mode(url: str, start: threading.Barrier) -> str:
    database = connect(url)
    start.wait()
    try:
        with database.reading() as connection:
            return connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    finally:
        database.close()


def test_a_writer_does_not_hinder_readers_and_is_alone(tmp_path):
    database = connect(f"sqlite:///{tmp_path}/registry.db")
    with database.writing() as writer:
        writer.execute(text("CREATE TABLE t (x)"))
        with database.reading() as reader:
            assert reader.execute(text("SELECT name FROM sqlite_master")).all() == []
        other = sqlite3.connect(tmp_path / "registry.db", timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    database.close()


def test_what_fails_is_taken_back_and_a_reader_writes_nothing(url):
    database = connect(url)
    make = text("CREATE TABLE t (x INTEGER)")
    with pytest.raises(RuntimeError, match="stop"):
        _make_and_stop(database, make)
    with database.reading() as connection:
        connection.execute(make)
    with database.writing() as connection:
        connection.execute(make)
    database.close()


def _make_and_stop(database, make) -> None:
    with database.writing() as connection:
        connection.execute(make)
        raise RuntimeError("stop")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "registry.db",
        "mysql://localhost/emfair",
        "nosuch://localhost/emfair",
        "postgresql+psycopg2://localhost/emfair",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+psycopg://localhost:port/emfair",
    ],
)
def test_a_url_that_is_no_registry_is_a_bad_setting_with_a_remedy(url):
    with pytest.raises(BadSetting) as caught:
        open_registry(url)
    assert caught.value.subject == "EMFAIR_REGISTRY_URL"
    assert caught.value.remedy


def test_a_folder_that_cannot_be_made_is_a_bad_setting(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadSetting, match="cannot be made"):
        open_registry(f"sqlite:///{tmp_path}/file/registry.db")


def test_a_file_that_is_no_database_is_a_bad_setting(tmp_path):
    (tmp_path / "registry.db").write_text("not a database, but long enough to be looked at" * 40)
    with pytest.raises(BadSetting, match="not a registry"):
        open_registry(f"sqlite:///{tmp_path}/registry.db")


def test_an_empty_registry_is_unavailable_to_who_may_not_migrate(url):
    with pytest.raises(Unavailable, match="revision none"):
        open_registry(url, migrate=False)


def test_importing_the_registry_touches_nothing_and_no_alembic(tmp_path):
    code = "import emfair.registry, sys; print('alembic' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_does_not_answer_is_unavailable_and_tells_no_password(url):
    gone = make_url(url)
    if gone.get_backend_name() == "sqlite":
        Path(gone.database).mkdir()
    else:
        gone = gone.set(host="127.0.0.1", port=1, password="hush")  # noqa: S106 -- to be kept secret
    with pytest.raises(Unavailable) as caught:
        open_registry(gone.render_as_string(hide_password=False))
    assert "hush" not in str(caught.value)
    assert "registry.db" in str(caught.value) or "127.0.0.1" in str(caught.value)
    assert caught.value.remedy


def test_an_open_store_that_breaks_tells_nobody_where_it_is(tmp_path):
    path = tmp_path / "gone" / "registry.db"
    with postgres.database() as url:
        opened = [open_registry(url), open_registry(f"sqlite:///{path}")]
    path.parent.rename(tmp_path / "elsewhere")
    server = make_url(url)
    for registry in opened:
        registry._database.engine.dispose()
        with registry, pytest.raises(Unavailable) as caught:
            registry.experiments.list()
        assert caught.value.subject == "registry"
        assert caught.value.message.startswith("the registry does not answer (")
        for secret in (str(tmp_path), server.host, str(server.port), server.database):
            assert secret not in str(caught.value)


def test_what_postgresql_refuses_as_a_value_is_told_as_the_registrys():
    with postgres.database() as url, open_registry(url) as registry:
        with pytest.raises(BadCall) as caught:
            registry.people.get("nul\x00")
        assert caught.value.subject == "registry"
        assert make_url(url).database not in str(caught.value)


@pytest.mark.parametrize("name", ["text", "project", "proposal", "sample", "instrument", "reason"])
def test_a_filter_that_is_no_text_is_refused_by_its_name_in_every_store(url, name):
    with open_registry(url) as registry, pytest.raises(BadCall, match="no text") as caught:
        registry.experiments.list(**{name: "a\x00b"})
    assert caught.value.subject == {"reason": "state_reason"}.get(name, name)


def test_so_are_those_of_other_lists(url):
    with open_registry(url) as registry:
        for ask, name in (
            (lambda: registry.people.list(text="\x00"), "text"),
            (lambda: registry.audit.list(actor="\x00"), "actor"),
            (lambda: registry.audit.list(project="\x00"), "project"),
        ):
            with pytest.raises(BadCall, match="no text") as caught:
                ask()
            assert caught.value.subject == name
