"""The one user of the embedded default: whoever runs this process."""

from __future__ import annotations

import getpass


def local_user() -> str:
    """Return the name of this machine's user, ``local`` where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a passwd entry
        return "local"
