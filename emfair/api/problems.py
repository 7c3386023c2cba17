"""Errors as RFC 9457 problem documents: the one place that maps emfair's errors to HTTP.

What does not belong here: raising them.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from emfair import errors

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "10"  # seconds, until a sick store is asked again

_STATUS: dict[type[errors.EmfairError], tuple[int, str]] = {
    errors.BadName: (422, "This name cannot be"),
    errors.BadAnnotations: (422, "The annotations do not fit"),
    errors.BadSetting: (500, "emfair is set up wrongly"),
    errors.Unauthenticated: (401, "Not logged in"),
    errors.Forbidden: (403, "Not allowed"),
    errors.NotFound: (404, "Not found"),
    errors.Withdrawn: (410, "Withdrawn"),
    errors.Conflict: (409, "Conflict"),
    errors.Outdated: (412, "Someone else was faster"),
    errors.NoVersion: (428, "Which version was changed?"),
    errors.TooMuch: (413, "Too much at once"),
    errors.BadCall: (400, "The request is wrong"),
    errors.BadQuery: (400, "The query is refused"),
    errors.BadData: (422, "The data are bad"),
    errors.FixityMismatch: (422, "The bytes are others"),
    errors.Unavailable: (503, "Not available now"),
    errors.Busy: (429, "Too many requests"),
    errors.Stalled: (408, "Not all of it came"),
    errors.EmfairError: (500, "emfair could not do this"),
}

_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": RETRY_AFTER},
    503: {"Retry-After": RETRY_AFTER},
}
"""What HTTP wants beside some answers (RFC 9110, 11.6.1 and 10.2.3)."""

Responses = dict[int | str, dict[str, Any]]
_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """What went wrong, to what, and what to do (RFC 9457)."""

    type: str = Field(examples=["urn:emfair:problem:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no such experiment."])
    subject: str = Field("", examples=["e-20260122-k3f9zqmh"])
    remedy: str = Field("", examples=["Look for typing errors, or list the experiments."])


def problem_of(error: errors.EmfairError) -> Problem:
    """Return the document for an error; a subclass without an entry is told as its parent."""
    kind = next(parent for parent in type(error).__mro__ if parent in _STATUS)
    status, title = _STATUS[kind]
    return Problem(
        type=errors.problem_type(kind),
        title=title,
        status=status,
        detail=error.message,
        subject=error.subject,
        remedy=error.remedy,
    )


def tell_problems(app: FastAPI) -> None:
    """Have `app` answer every error with a problem document, and none with a stack trace."""
    app.add_exception_handler(errors.EmfairError, _on_emfair_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_defect)


def responses(*statuses: int) -> Responses:
    """Return OpenAPI's description of the problems a route can answer with."""
    return {status: {"model": Problem, "content": {MEDIA_TYPE: {}}} for status in statuses}


def _on_emfair_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.EmfairError)  # noqa: S101  how it was registered
    return problem_answer(error)


def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  how it was registered
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return _no_json(f"{first['ctx']['error']}, at character {first['loc'][1]}")
    where = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    return problem_response(
        Problem(
            type="urn:emfair:problem:invalid-request",
            title="The request does not fit",
            status=422,
            detail=f"{first['msg']}.",
            subject=".".join(where) or str(first["loc"][0]),
            remedy="Correct it as /api/v1/openapi.json describes.",
        )
    )


def _no_json(why: str) -> JSONResponse:
    return problem_response(
        Problem(
            type="urn:emfair:problem:invalid-request",
            title="The request does not fit",
            status=422,
            detail=f"is no JSON ({why}).",
            subject="body",
            remedy="Send JSON in UTF-8, as /api/v1/openapi.json describes.",
        )
    )


def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  how it was registered
    if isinstance(error.__cause__, UnicodeDecodeError | RecursionError):  # of reading the body
        deep = isinstance(error.__cause__, RecursionError)
        return _no_json("too many brackets in one another" if deep else "its bytes are no UTF-8")
    return problem_response(
        Problem(
            type="about:blank",
            title=error.detail,
            status=error.status_code,
            detail=f"{request.method} {request.url.path}: {error.detail.lower()}.",
            remedy="See /api/v1/openapi.json for what can be asked.",
        ),
        dict(error.headers or {}),
    )


def _on_defect(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem_response(
        Problem(
            type="urn:emfair:problem:defect",
            title="A defect in emfair",
            status=500,
            detail="The request could not be answered; the server's log says why.",
            remedy="Report it with the time of the request.",
        )
    )


def problem_answer(error: errors.EmfairError) -> JSONResponse:
    """Return the answer to a request that met `error`."""
    problem = problem_of(error)
    return problem_response(problem, _HEADERS.get(problem.status))


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer that tells a problem."""
    told = {name: _writable(value) for name, value in problem.model_dump().items()}
    return JSONResponse(told, problem.status, headers=headers, media_type=MEDIA_TYPE)


def _writable(value: str | int) -> str | int:
    """Return a value with escapes for half characters, which requests can hold and UTF-8 cannot."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
