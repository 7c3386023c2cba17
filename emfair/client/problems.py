"""What a server says went wrong, as the error that it is: problem documents back into our tree.

A server raises `NotFound`, tells it as a problem document (RFC 9457), and whoever asked it raises
`NotFound` again, with the same subject and remedy. What does not belong here: whether something is
tried again (`retry`).
"""

from __future__ import annotations

import json
from typing import Any

from emfair import errors

_BY_STATUS: dict[int, type[errors.EmfairError]] = {
    401: errors.Unauthenticated,
    403: errors.Forbidden,
    404: errors.NotFound,
    408: errors.Unavailable,
    409: errors.Conflict,
    412: errors.Outdated,
    413: errors.TooMuch,
    429: errors.Busy,
}
_ADDRESS = "Check the address: the one that the app has in a browser, without /api/v1."


_KINDS: dict[str, type[errors.EmfairError]] = {
    errors.problem_type(kind): kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.EmfairError)
}


def error_of(status: int, body: bytes, where: str) -> errors.EmfairError:
    """Return the error that an answer tells.

    Parameters
    ----------
    where
        What was asked; the subject of an answer that names none.
    """
    problem = _document(body)
    if problem is None:
        return _strange(status, where)
    return _kind(status, str(problem.get("type", "")))(
        str(problem.get("detail") or f"answered {status}."),
        subject=str(problem.get("subject") or where),
        remedy=str(problem.get("remedy", "")),
    )


def not_emfair(where: str, what: str) -> errors.BadSetting:
    """Return the error for an answer that no emfair gives."""
    return errors.BadSetting(f"{what}, as no emfair does.", subject=where, remedy=_ADDRESS)


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return problem if isinstance(problem, dict) and "detail" in problem else None


def _kind(status: int, urn: str) -> type[errors.EmfairError]:
    """Return what to raise; what is wrong inside of a server is nobody's wrong call out here."""
    kind = _KINDS.get(urn) or _BY_STATUS.get(status, errors.BadCall)
    if status >= 500 and not issubclass(kind, errors.Unavailable):
        return errors.Unavailable
    return kind


def _strange(status: int, where: str) -> errors.EmfairError:
    """Return the error for an answer in other words than emfair's: from a proxy, or elsewhere."""
    if status >= 500 or status in (408, 429):
        return errors.Unavailable(
            f"answered {status}.", subject=where, remedy="Try again later; what is sent stays."
        )
    if status in (401, 403):
        return _BY_STATUS[status](
            f"answered {status} before emfair was asked.",
            subject=where,
            remedy="Ask whoever runs the server how programs get past its gate.",
        )
    return not_emfair(where, f"answered {status}")
