"""How errors end a step: bad data for good, a sick store with growing pauses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Failure, MetadataValue, RetryRequested

from emfair.errors import EmfairError, Unavailable
from emfair.lake.disk import translated

PAUSES = (10, 60, 300)
"""Seconds before the first, second and third new try."""


@contextmanager
def failures(retry_number: int) -> Iterator[None]:
    """Turn emfair's errors into Dagster's.

    `BadData` and `BadCall` fail at once and are never tried again; `Unavailable` (and what the
    operating system says of a full or sick disk) is tried again after `PAUSES`.
    """
    try:
        yield
    except EmfairError as error:
        raise _ending(error, retry_number) from error
    except OSError as error:
        raise _ending(translated(error, str(error.filename or "")), retry_number) from error


def _ending(error: EmfairError, retry_number: int) -> Failure | RetryRequested:
    if isinstance(error, Unavailable):
        if retry_number < len(PAUSES):
            return RetryRequested(max_retries=len(PAUSES), seconds_to_wait=PAUSES[retry_number])
        return Failure(
            description=f"{error} Tried {retry_number + 1} times.",
            metadata=_metadata(error),
            allow_retries=False,
        )
    return Failure(description=str(error), metadata=_metadata(error), allow_retries=False)


def _metadata(error: EmfairError) -> dict[str, MetadataValue]:
    parts = {"error": type(error).__name__, "subject": error.subject, "what to do": error.remedy}
    return {name: MetadataValue.text(text) for name, text in parts.items() if text}
