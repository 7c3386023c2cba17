"""Registries that have their tables already: a copy takes a twentieth of the migrations' time.

What the migrations come to is tested where they are (``tests/registry/test_schema.py``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from emfair.registry import open_registry
from tests.services.postgres import new_database


def furnished(home: Path) -> Path:
    """Put a registry with nothing in it into a home that has none; return the home."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "registry.db").open("xb") as file:
        file.write(_sqlite())
    return home


@cache
def migrated() -> str:
    """Return the name of a PostgreSQL database to copy, made once by this process."""
    url = new_database()
    open_registry(url).close()
    return str(make_url(url).database)


@cache
def _sqlite() -> bytes:
    """Return an SQLite file to copy, likewise."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "registry.db")
        open_registry(f"sqlite:///{file}").close()
        return file.read_bytes()
