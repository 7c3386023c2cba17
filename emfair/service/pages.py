"""Pages of a list: how long one may be."""

from __future__ import annotations

from emfair.errors import BadCall

PAGE = 50
PAGE_LIMIT = 500


def check_limit(limit: int) -> None:
    """Return if a page may be so long. Raises `BadCall`."""
    if not 1 <= limit <= PAGE_LIMIT:
        raise BadCall(
            f"must lie between 1 and {PAGE_LIMIT}.", subject="limit", remedy="Ask page by page."
        )
