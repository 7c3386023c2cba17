"""How errors end a step: bad data for good, a sick store with growing pauses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import Failure, MetadataValue, RetryRequested

from emfair.errors import BadCall, BadData, EmfairError, Unavailable

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
    except (BadData, BadCall) as error:
        raise Failure(
            description=str(error), metadata=_metadata(error), allow_retries=False
        ) from error
    except Unavailable as error:
        if retry_number >= len(PAUSES):
            raise Failure(
                description=f"{error} Tried {retry_number + 1} times.", metadata=_metadata(error)
            ) from error
        raise RetryRequested(
            max_retries=len(PAUSES), seconds_to_wait=PAUSES[retry_number]
        ) from error


def _metadata(error: EmfairError) -> dict[str, MetadataValue]:
    parts = {"error": type(error).__name__, "subject": error.subject, "what to do": error.remedy}
    return {name: MetadataValue.text(text) for name, text in parts.items() if text}
