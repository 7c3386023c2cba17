"""A session as people see it: in a table, on a page, as JSON.

What does not belong here: how it is laid out (``emfair.cli.watch``, `page`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from emfair.client.watch.actions import Said
from emfair.client.watch.rules import Rules, Where
from emfair.client.watch.standing import Session


def shown(
    session: Session, said: Said, *, root: str, rules: Rules, now: float, held: str = ""
) -> dict[str, Any]:
    """Return a session as plain values.

    Parameters
    ----------
    root
        The watched folder's name.
    held
        What holds it up.
    """
    state, why = _state(session, said, rules.gap, now, held)
    sealed = session.sealed is not None
    where = Where(**session.place) if sealed and session.place is not None else said.where
    return {
        "session": session.id,
        "state": state,
        "why": why,
        "folder": session.folder,
        "title": said.where.title or session.title(root),
        "project": where.project,
        "proposal": where.proposal,
        "sample": where.sample,
        "first": moment(session.first),
        "last": moment(session.last),
        "experiment": session.experiment,
        "waiting": session.waiting,
        "sent": session.files + session.shipped,
        "refused": session.refused,
    }


def moment(seconds: float | None) -> str | None:
    """Return a time of this machine, with its offset; None for none."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="seconds")


def _state(session: Session, said: Said, gap: float, now: float, held: str) -> tuple[str, str]:
    """Return one word, and what there is to say to it."""
    if session.sealed is not None:
        return ("late files", held) if session.waiting else ("sealed", "")
    if held or said.problem:
        return "waiting", held or said.problem
    if session.asked:
        return "ending", "as soon as its files have been sent"
    left = max(0.0, session.touched + gap - now)
    return "open", f"ends {_in(left)} if nothing comes"


def _in(seconds: float) -> str:
    if seconds < 90:
        return "in a minute"
    minutes = round(seconds / 60)
    return f"in {minutes} min" if minutes < 120 else f"in {minutes / 60:.0f} h"
