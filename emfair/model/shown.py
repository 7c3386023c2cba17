"""Which experiments an answer may speak of: handed to whoever reads the index.

What does not belong here: who may see what (`emfair.identity`), and finding it out
(`emfair.registry`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shown:
    """A list of experiments that is as short as it can be.

    Attributes
    ----------
    experiments
        Identifiers.
    all_but
        Whether those are the ones that nobody may hear of here, and all others are shown.
    """

    experiments: tuple[str, ...] = ()
    all_but: bool = True

    @property
    def is_everything(self) -> bool:
        """Whether there is nothing to leave out."""
        return self.all_but and not self.experiments


EVERYTHING = Shown()
"""No bounds: for emfair itself."""
