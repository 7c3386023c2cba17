"""What the synthetic microscope can do: each recipe makes an acquisition of its parameters.

What does not belong here: in which order a session uses them (``sessions.yaml``).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emfair.simulate.recipes.images import Lattice, Overview, Surface
from emfair.simulate.recipes.patterns import Patterns
from emfair.simulate.recipes.spectra import Loss, Xray
from emfair.simulate.recipes.tilts import Tilts

AnyRecipe = Annotated[
    Overview | Surface | Lattice | Xray | Loss | Patterns | Tilts, Field(discriminator="recipe")
]

__all__ = ["AnyRecipe"]
