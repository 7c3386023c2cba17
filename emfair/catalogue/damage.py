"""What delta-rs and Arrow say of a table, in emfair's errors: damaged for good, or sick for now.

What does not belong here: the errors of a question (`query`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from emfair.errors import BadData, Unavailable
from emfair.lake.layout import INDEX

_LOST = (
    "Kernel error:",  # files of the log are missing or no log ("Kernel error ->": the store's own)
    "Couldn't deserialize thrift",  # a Parquet file's footer
    "Requested range was invalid",  # an object that is shorter than the log says
)
"""What the messages of an error say that comes again however often one retries."""


@contextmanager
def table_errors(name: str) -> Iterator[None]:
    """Turn what goes wrong with table `name` into emfair's errors.

    Raises
    ------
    BadData
        Files of the table are lost or damaged.
    Unavailable
        The store is sick, or another writer was faster.
    """
    from deltalake.exceptions import CommitFailedError, DeltaError

    try:
        yield
    except CommitFailedError as error:
        raise overtaken(name) from error
    except (DeltaError, OSError, pa.ArrowInvalid) as error:
        if _is_damage(error):
            raise damaged(name, f"({_plain(error)})") from error
        raise Unavailable(
            f"the table cannot be read or written ({_plain(error)}).",
            subject=f"{INDEX}/{name}",
            remedy="Retry when the store answers.",
        ) from error


_PROCESS = "run emfair process on every experiment."
ANEW = f"Remove the lake's {INDEX}/ and {_PROCESS}"
RESTORE = f"Restore the lake's {INDEX}/ from a backup, or remove it and {_PROCESS}"
"""How the index is had again; `ANEW` from what the lake holds."""


def damaged(name: str, why: str) -> BadData:
    """Return the error of a table that no retry mends."""
    return BadData(
        f"the index is damaged {why}.",
        subject=f"{INDEX}/{name}",
        remedy=RESTORE,
    )


def overtaken(name: str) -> Unavailable:
    """Return the error of a writer that came too late."""
    return Unavailable(
        "another writer changed the index at the same time.",
        subject=f"{INDEX}/{name}",
        remedy="Retry; only one process should write to the index at a time.",
    )


def _is_damage(error: Exception) -> bool:
    from deltalake.exceptions import TableNotFoundError

    if isinstance(error, FileNotFoundError | TableNotFoundError | pa.ArrowInvalid):
        return True
    return any(words in str(error) for words in _LOST)


def _plain(error: Exception) -> str:
    """Return a message on one line, without delta-rs' colours and what no terminal can show."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines()
    told = " ".join(" ".join(line for line in lines if "<unknown>" not in line).split())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in told)
