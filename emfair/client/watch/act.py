"""Doing what was decided: one action, once, its outcome noted.

An action that fails raises; who called decides how long to wait (`run`). What does not belong here:
what to do (`decide`), and files on their way (`ship`).
"""

from __future__ import annotations

from emfair.client.depository import Depository
from emfair.client.watch import turns
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
from emfair.client.watch.journal import Journal
from emfair.client.watch.notes import merged
from emfair.client.watch.ship import Shipping
from emfair.client.watch.spool import Spool
from emfair.client.watch.standing import Session
from emfair.errors import Conflict, NotFound
from emfair.model.deposits import Standing, Whereto
from emfair.model.states import IN_PROGRESS
from emfair.model.states import ExperimentState as S


class NotYet(Exception):
    """It cannot be done now, and nothing is wrong; says what is waited for."""


class Actor:
    """Does what was decided for the folder called `name`."""

    def __init__(
        self, name: str, spool: Spool, depository: Depository, journal: Journal, shipping: Shipping
    ) -> None:
        self._name = name
        self._spool = spool
        self._depository = depository
        self._journal = journal
        self._shipping = shipping

    def do(self, action: Action, now: float) -> None:
        """Do it. Raises `EmfairError`, or `NotYet`."""
        match action:
            case Remove(sent):
                self._remove(sent.experiment, sent.path)
                self._spool.removed(sent)
            case Draft():
                self._draft(action)
            case Ship():
                self._ship(action, now)
            case Annotate(session, said):
                self._annotate(session, said)
            case Move(session):
                turns.move(self._spool, session)
                self._journal.tell("moved", f"{told(session)} goes to another place")
            case Seal(session):
                self._seal(session, now)
            case Reopen(session):
                self._reopen(session)
            case Forget(session):
                turns.forget(self._spool, session, now)

    def _remove(self, experiment: str, path: str) -> None:
        try:
            self._depository.remove(experiment, path)
        except (Conflict, NotFound) as error:  # sealed or given up meanwhile: it stays, or is gone
            self._journal.tell("left", f"{path} in {experiment}: {error.message}")
        else:
            self._journal.tell("taken out", f"{path} of {experiment}")

    def _draft(self, action: Draft) -> None:
        session, where = action.session, action.where
        title = where.title or session.title(self._name)
        whereto = Whereto(where.project, where.proposal, where.sample, title)
        experiment = self._depository.draft(whereto, instrument=where.instrument or None)
        self._spool.drafted(session.id, experiment, where.place)
        place = f"{where.project} / {where.proposal} / {where.sample} / {title}"
        self._journal.tell("draft", f"{told(session)} is {experiment} in {place}")

    def _ship(self, action: Ship, now: float) -> None:
        try:
            self._shipping.ship(action.session, action.files)
        except Conflict as error:
            self._is_closed(action.session, error, now)

    def _annotate(self, session: Session, said: Said) -> None:
        experiment = session.experiment or ""
        present, version = self._depository.annotations(experiment)
        wanted = merged(present, said.annotations)
        if wanted != present:
            self._depository.annotate(
                experiment, wanted, expected_version=version, reason="said to the watcher"
            )
            self._journal.tell("annotated", f"{told(session)}, {experiment}")
        self._spool.annotated(session.id, said.notes)

    def _seal(self, session: Session, now: float) -> None:
        try:
            self._depository.seal(session.experiment or "")
        except Conflict as error:
            self._is_closed(session, error, now)
            return
        self._spool.sealed(session.id, now)
        files = f"{session.shipped} file{'s' * (session.shipped != 1)}"
        self._journal.tell("sealed", f"{told(session)}, {session.experiment}: {files}")

    def _is_closed(self, session: Session, error: Conflict, now: float) -> None:
        """See whether someone else has sealed an experiment, or given it up; else raise again."""
        experiment = session.experiment or ""
        standing = self._depository.state(experiment)
        if standing.state in IN_PROGRESS:
            raise error
        if standing.state is S.TOMBSTONED:
            turns.lost(self._spool, session)
            self._journal.tell(
                "given up",
                f"{experiment} ({standing.reason or 'no reason given'}): "
                "what is here of it is sent again",
            )
            return
        self._spool.sealed(session.id, now)
        self._journal.tell("sealed", f"{told(session)}, {experiment}, by someone else")

    def _reopen(self, session: Session) -> None:
        experiment = session.experiment or ""
        standing = self._depository.state(experiment)
        if standing.state in (S.TOMBSTONED, S.PUBLISHED):
            made = turns.part(self._spool, session)
            self._journal.tell(
                "late", f"{experiment} is {standing.state.value}: late files are session {made}"
            )
        elif _takes_more(standing):
            turns.reopen(self._spool, session)
            self._journal.tell("late", f"more files for {told(session)}, {experiment}")
        else:
            raise NotYet(f"late files wait until {experiment} is processed")


def told(session: Session) -> str:
    """Return what a log calls a session."""
    return f"session {session.id}"


def _takes_more(standing: Standing) -> bool:
    return standing.state in IN_PROGRESS or standing.processed
