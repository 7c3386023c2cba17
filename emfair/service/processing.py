"""The port to whatever runs the chain: Dagster here, found by its entry point.

The library never imports Dagster; the package ``emfair_assets`` announces its runner under
``emfair.chain``, and this module finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

from emfair.errors import BadSetting
from emfair.settings import Settings


@dataclass(frozen=True)
class Processed:
    """One run of the chain: whether it ended well, how long it took, why not.

    `busy` says that there was none: another run, `run`, is at work on the experiment.
    """

    experiment: str
    succeeded: bool
    seconds: float
    run: str
    reason: str = ""
    busy: bool = False


class Chain(Protocol):
    """Runs the chain in this process."""

    def process(self, experiments: Iterable[str], *, again: bool = True) -> Iterator[Processed]:
        """Run the chain for each experiment, one after the other; one's failure stops no other.

        Parameters
        ----------
        again
            Also those whose present content someone has processed when their turn comes.
        """
        ...


ChainFactory = Callable[[Settings], AbstractContextManager[Chain]]


def open_chain(settings: Settings) -> AbstractContextManager[Chain]:
    """Open the installed runner.

    Raises
    ------
    BadSetting
        None is installed.
    """
    found = list(entry_points(group="emfair.chain"))
    if not found:
        raise BadSetting(
            "no runner for the chain is installed.",
            remedy="Install emfair with its Dagster part: pip install 'emfair[dagster]'.",
        )
    factory: ChainFactory = found[0].load()
    return factory(settings)
