"""What can be wrong with Dagster's home, said in emfair's errors.

What does not belong here: making and opening it (`process`), and how a step ends (`failures`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster import DagsterError
from dagster_shared.check import CheckError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from yaml import YAMLError

from emfair.errors import BadSetting, Unavailable
from emfair.lake.disk import translated


@contextmanager
def home_errors(home: Path) -> Iterator[None]:
    """Turn what the disk or the databases of Dagster's home say into emfair's errors.

    Raises
    ------
    BadSetting
        A database is damaged, a file lies where a folder belongs, or this account may not write.
    Unavailable
        The disk is full, or a database does not answer.
    """
    try:
        yield
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BadSetting(
            f"a file lies where a folder belongs, or a folder where a file does: {error.filename}.",
            subject=str(home),
            remedy="Move it away: emfair makes a new one.",
        ) from error
    except OSError as error:
        raise translated(error, str(home)) from error
    except _unanswered() as error:
        raise Unavailable(
            f"Dagster's database does not answer ({_cause(error)}).",
            subject=str(home),
            remedy="Check that its disk has room or its server runs, then try again.",
        ) from error
    except SQLAlchemyError as error:
        raise BadSetting(
            f"a database of Dagster's is damaged ({_cause(error)}).",
            subject=str(home),
            remedy="Move this folder away: emfair makes a new one, and only the history of runs "
            "is lost.",
        ) from error


@contextmanager
def configuration_errors(home: Path) -> Iterator[None]:
    """Say of a ``dagster.yaml`` that Dagster cannot read, or that names what there is not.

    Raises `BadSetting`.
    """
    try:
        yield
    except (YAMLError, UnicodeDecodeError, CheckError, DagsterError) as error:
        raise BadSetting(
            f"is no configuration that Dagster takes ({_cause(error)}).",
            subject=str(home / "dagster.yaml"),
            remedy="Correct it, or move it away: emfair writes a new one.",
        ) from error


def _unanswered() -> tuple[type[Exception], ...]:
    """Return what is raised where a database does not answer; asked only after an error."""
    from dagster_postgres.utils import DagsterPostgresException  # 0.6 s to import

    return OperationalError, DagsterPostgresException


def _cause(error: Exception) -> str:
    """Return a message on one line, without the SQL and the advice that SQLAlchemy adds."""
    told = str(getattr(error, "orig", None) or error)
    return " ".join(told.split())[:500].removesuffix(".")
