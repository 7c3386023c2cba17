"""A clock that is set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Begins now, as the clocks do of what is not ours: files, Dagster."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the time, aware."""
        return self.time

    def passes(self, time: timedelta) -> None:
        """Let time go by."""
        self.time += time
