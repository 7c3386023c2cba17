"""Instruments: seen by everyone who is known, whatever project they work in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, or_

from emfair.model.nouns import InstrumentCard
from emfair.registry.audit import Deed, record
from emfair.registry.removals import Hanging, Removable, experiments_of
from emfair.registry.tables import experiment, instrument, membership, token


class Instruments(Removable[InstrumentCard]):
    """The instruments of one registry."""

    noun = "instrument"
    table = instrument
    card = InstrumentCard

    def _hanging(self, connection: Connection, key: tuple[str, ...]) -> Iterable[Hanging]:
        named, deposited = experiment.c.instrument, experiment.c.depositor
        return experiments_of(connection, or_(named == key[0], deposited == self.subject(key)))

    def _let_go(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        """Remove its tokens and memberships: another instrument may get its identifier."""
        subject = self.subject(key)
        connection.execute(delete(token).where(token.c.subject == subject))
        leaving = delete(membership).where(membership.c.subject == subject)
        left = connection.execute(leaving.returning(membership.c.project)).scalars()
        for one in sorted(left):
            deed = Deed(actor, "membership-revoked", f"project:{one}", {"member": subject})
            record(connection, now, deed)
