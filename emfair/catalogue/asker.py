"""A person's SQL in processes of their own: too much or too long costs the question, not emfair.

What does not belong here: what SQL may do (`query`), and who may ask.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from emfair.catalogue.query import TIMEOUT, Answer, answer
from emfair.crew import BusyError, Crew
from emfair.errors import BadQuery, Unavailable
from emfair.model.shown import EVERYTHING, Shown
from emfair.worker import DiedError, HungError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from emfair.catalogue.delta import Index

AT_ONCE = 2
"""Questions that are answered at the same time; more wait."""
WAIT = 5.0
"""Seconds that a question waits for its turn: whoever waits holds a thread of the API."""
PROCESS_MEMORY = 3 << 30
"""Bytes of a process: DuckDB's limit, an answer on its way, the libraries."""
GRACE = 2.0
"""Seconds beyond the time limit after which a process that does not stop by itself is killed."""


class Asker:
    """Answers SQL over an index; any number of threads may ask.

    Parameters
    ----------
    index
        Where the tables are.
    timeout
        Seconds for a question.
    """

    def __init__(self, index: Index, *, timeout: float = TIMEOUT) -> None:
        self._index = index
        self._timeout = timeout
        self._crew = Crew(AT_ONCE, AT_ONCE * PROCESS_MEMORY)

    def ask(
        self, sql: str, *, limit: int | None = None, shown: Callable[[], Shown] = lambda: EVERYTHING
    ) -> Answer:
        """Answer one statement, as `emfair.catalogue.query.answer`.

        Parameters
        ----------
        shown
            Returns the experiments that the answer may speak of. Called once the state of the index
            is chosen: what is hidden there was known before.

        Raises
        ------
        BadQuery
            As there.
        Unavailable
            Too many ask at once, or a process cannot be started.
        """
        files = self._index.files()
        asked = partial(answer, files, sql, limit=limit, shown=shown(), timeout=self._timeout)
        try:
            with self._crew.turn(min(WAIT, self._timeout)) as worker:
                return self._answered(worker, asked)
        except BusyError:
            raise Unavailable(
                "too many questions are asked at once.", remedy="Ask again in a minute."
            ) from None

    def close(self) -> None:
        """End the processes, when their questions are answered; later ones start others."""
        self._crew.close()

    def _answered(self, worker: Worker, asked: Callable[[], Answer]) -> Answer:
        try:
            return worker.call(self._timeout + GRACE, asked)
        except HungError as error:
            raise BadQuery(
                f"the query took longer than {self._timeout:g} s and was stopped.",
                remedy="Ask for less at once: filter by project or time, or group.",
            ) from error
        except DiedError as error:
            raise BadQuery(
                f"the query took too much memory, or crashed DuckDB ({error.how}).",
                remedy="Ask for less at once: filter, group, or make shorter lists.",
            ) from error
