"""What to do now, from what is known: the heart of the watcher, without any clock or disk.

Every action may be repeated, and is decided again as long as what it shall bring about is not so.
What does not belong here: doing it (`act`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from emfair.client.watch.actions import (
    Action,
    Annotate,
    Draft,
    Forget,
    Move,
    Remove,
    Reopen,
    Said,
    Seal,
    Ship,
)
from emfair.client.watch.ready import Beside, Waiting, portions, ready
from emfair.client.watch.rules import Rules
from emfair.client.watch.standing import Sent, Session


@dataclass(frozen=True)
class View:
    """What is known.

    Attributes
    ----------
    sessions
        Those that are not sealed, and those that files wait for.
    waiting
        The files of each session that are there and not shipped.
    strays
        What lies in experiments that it does not belong to.
    said
        What is said of a session.
    beside
        The names in a folder.
    """

    sessions: Sequence[Session]
    waiting: Mapping[int, Sequence[Waiting]]
    strays: Sequence[Sent]
    said: Callable[[Session], Said]
    beside: Beside


@dataclass(frozen=True)
class Moment:
    """Now: seconds since 1970, and on a clock that only grows."""

    time: float
    ticks: float


def decide(view: View, now: Moment, rules: Rules) -> list[Action]:
    """Return what may be done now, in an order in which it can be done."""
    actions: list[Action] = [Remove(sent) for sent in view.strays]
    for session in view.sessions:
        waiting = view.waiting.get(session.id, ())
        bundles = ready(waiting, now.ticks, rules, view.beside)
        all_ready = sum(map(len, bundles)) == len(waiting)
        if session.sealed is not None:
            actions += [Reopen(session)] if all_ready and _is_over(session, now, rules) else []
            continue
        actions += _toward(session, view.said(session), bundles)
        if not waiting and _is_over(session, now, rules):
            actions += _end(session, view.said(session))
    return actions


def is_over(session: Session, now: float, gap: float) -> bool:
    """Whether a session has ended: nothing came for the gap, or a person says so."""
    return session.asked or now - session.touched >= gap


def _is_over(session: Session, now: Moment, rules: Rules) -> bool:
    return is_over(session, now.time, rules.gap)


def _toward(session: Session, said: Said, bundles: list[tuple[Waiting, ...]]) -> list[Action]:
    """Return what brings a session's settled files into its experiment."""
    if said.problem:
        return []
    if session.experiment is None:
        return [Draft(session, said.where)] if bundles else []
    if session.movable and session.place != said.where.place:
        return [Move(session)]
    told = [] if _is_told(session, said) else [Annotate(session, said)]
    return [*told, *(Ship(session, files) for files in portions(bundles))]


def _end(session: Session, said: Said) -> list[Action]:
    """Return what ends a session all files of which have been sent."""
    if not session.shipped:
        return [] if session.refused else [Forget(session)]
    return [Seal(session)] if not said.problem and _is_told(session, said) else []


def _is_told(session: Session, said: Said) -> bool:
    """Whether what is said was sent; after the seal people say more where they see the data."""
    return session.deposits > 0 or said.notes == session.noted
