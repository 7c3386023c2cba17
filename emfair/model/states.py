"""An experiment's states, by the words everybody sees, and the ways between them."""

from __future__ import annotations

from enum import StrEnum

from emfair.errors import Conflict


class ExperimentState(StrEnum):
    """``draft → uploading → sealed → processing → needs-input | invalid | valid → published``."""

    DRAFT = "draft"
    UPLOADING = "uploading"
    SEALED = "sealed"
    PROCESSING = "processing"
    NEEDS_INPUT = "needs-input"
    INVALID = "invalid"
    VALID = "valid"
    FAILED = "failed"
    PUBLISHED = "published"
    TOMBSTONED = "tombstoned"


S = ExperimentState
IN_PROGRESS = frozenset({S.DRAFT, S.UPLOADING})
"""States of an experiment to which a deposit is on its way: files may still arrive."""
_PROCESSED = frozenset({S.NEEDS_INPUT, S.INVALID, S.VALID, S.FAILED})
TAKES_FILES = IN_PROGRESS | _PROCESSED
"""States in which files may be announced: of a deposit on its way, or of a later one."""
_NEXT: dict[ExperimentState, frozenset[ExperimentState]] = {
    S.DRAFT: frozenset({S.UPLOADING, S.TOMBSTONED}),
    S.UPLOADING: frozenset({S.SEALED, S.TOMBSTONED}),
    S.SEALED: frozenset({S.PROCESSING, S.FAILED, S.TOMBSTONED}),
    S.PROCESSING: _PROCESSED | {S.PROCESSING},
    **{
        state: frozenset({S.UPLOADING, S.SEALED, S.PROCESSING, S.FAILED, S.TOMBSTONED})
        for state in _PROCESSED
    },
    S.VALID: frozenset({S.UPLOADING, S.SEALED, S.PROCESSING, S.FAILED, S.PUBLISHED, S.TOMBSTONED}),
    S.PUBLISHED: frozenset({S.PROCESSING, S.TOMBSTONED}),
    S.TOMBSTONED: frozenset(),
}


def check_transition(old: ExperimentState, new: ExperimentState, experiment: str) -> None:
    """Refuse a way that does not exist.

    Raises
    ------
    Conflict
        `experiment` cannot go from `old` to `new`.
    """
    if new is S.UPLOADING and old in (S.SEALED, S.PROCESSING):
        raise Conflict(
            f"is {old.value}: it takes no files until it has been processed.",
            subject=experiment,
            remedy="Announce them then (`emfair process` does it, or the daemon of `emfair up`).",
        )
    if new not in _NEXT[old]:
        ways = ", ".join(sorted(_NEXT[old])) or "nothing: it is final"
        raise Conflict(
            f"cannot go from {old.value} to {new.value}.",
            subject=experiment,
            remedy=f"From {old.value} it can become {ways}.",
        )
