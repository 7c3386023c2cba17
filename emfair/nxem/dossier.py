"""What is known of a raw file before it is opened, and goes into its containers.

What does not belong here: what the file itself says (`emfair.vendor.signal`), and which of several
values is used (`facts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.context import Context


@dataclass(frozen=True)
class Source:
    """What the caller knows of a raw file: its name, its SHA-256, the files read with it.

    Where `sha256` is empty it is taken while the file is converted.
    """

    file: str
    sha256: str
    companions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """All that is known of a raw file but its content.

    Attributes
    ----------
    source
        What findings and containers call the file (its name in the manifest), and its SHA-256.
    notes
        What people say of the experiment.
    experiment
        Its identifier; empty where there is none.
    software
        Packages and versions that shape the containers; recorded in them.
    profile
        The instrument's constants, which files do not carry, where no registry keeps its card.
    context
        What the registry's records say of sample and instrument; None where there is none.
    latest
        When the file was deposited: nothing in it happened later. None where nobody deposited it.
    """

    source: Source
    notes: Annotations
    experiment: str
    software: Mapping[str, str]
    profile: InstrumentNotes | None = None
    context: Context | None = None
    latest: datetime | None = None
