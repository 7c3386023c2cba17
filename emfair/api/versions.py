"""Versions in HTTP: ``ETag`` tells one, ``If-Match`` says which one a change was made on.

RFC 9110, 8.8.3 and 13.1.1; RFC 6585, 3. A version is a number that counts the changes of one thing.
"""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from emfair.errors import BadCall, NoVersion

_TAG = re.compile(r'(?:W/)?"v([0-9]{1,9})"')


def tell(response: Response, version: int) -> None:
    """Tell the version of what is answered."""
    response.headers["ETag"] = f'"v{version}"'


def _expected(
    if_match: Annotated[
        str | None, Header(description="The ETag that was read before.", examples=['"v3"'])
    ] = None,
) -> int:
    if if_match is None:
        raise NoVersion(
            "a change needs the version that it was made on.",
            subject="If-Match",
            remedy="Read the thing first, and send its ETag as If-Match.",
        )
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise BadCall(
            f"{if_match[:80]!r} is no version.",
            subject="If-Match",
            remedy="Send the ETag of the answer before, as it is.",
        )
    return int(found[1])


Expected = Annotated[int, Depends(_expected)]
"""The version that a change was made on.

Raises `NoVersion` if the request does not say, `BadCall` if it is none.
"""
