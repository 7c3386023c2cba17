"""What the OpenAPI document says of all routes together: how whoever asks tells who they are.

What does not belong here: what a single route takes and answers, which stands at the route.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

BEARER = "token"
"""What the document calls the one way in."""
_SCHEMES = {
    BEARER: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of the login service, an access token (`emf_…`), the secret of a "
        "referee link (`emr_…`), the pass of a page (`emp_…`), or an upload's capability.",
    }
}


def tell_who_asks(app: FastAPI) -> None:
    """Have the document of `app` name the bearer token; the local user of a machine has none."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document.setdefault("components", {})["securitySchemes"] = _SCHEMES
        document["security"] = [{BEARER: []}, {}]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend it
