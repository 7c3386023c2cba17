"""Two I/O managers over the lake port: containers (streamed files) and Arrow tables.

Thin: they move what an asset returns into the lake, whole or not at all, and read it back for a
notebook. What does not belong here: what the files and rows mean.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

Failures = Callable[[int], AbstractContextManager[None]]
"""Given how often a step was tried before: a context that turns emfair's errors into Dagster's."""
