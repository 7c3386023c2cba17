"""Sending files to emfair: from a script, the command line, or the microscope's own computer.

    from pathlib import Path
    from emfair.client import Client, DepositRequest, deposit

    with Client("https://emfair.example.org", token="emf_…") as client:
        request = DepositRequest([Path("session")], "Minerals", "2026-A", "Quartz")
        done = deposit(client, request)
        print(done.place.experiment, client.state(done.place.experiment).state)

The same deposit again is the same experiment; cut short, it goes on where it stopped. `Client`
talks to a server; `engine` deposits a session through it, or straight into the stores of this
machine (`emfair.service.depository`). What does not belong here: stores, and everything else that
a server does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emfair.client.engine import Deposited, DepositProgress, DepositRequest, deposit
    from emfair.client.http import Client
    from emfair.model.annotations import Annotations

__all__ = ["Annotations", "Client", "DepositProgress", "DepositRequest", "Deposited", "deposit"]

_HOMES = {
    "Annotations": "emfair.model.annotations",
    "Client": "emfair.client.http",
    "DepositProgress": "emfair.client.engine",
    "DepositRequest": "emfair.client.engine",
    "Deposited": "emfair.client.engine",
    "deposit": "emfair.client.engine",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is: a module of this package pulls in no other."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
