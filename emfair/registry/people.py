"""People, by their subjects: what others see of them. Their accounts are with the issuer."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, false, select, true

from emfair.model.nouns import PersonCard
from emfair.model.visible import unsteered
from emfair.registry.audit import Deed, record
from emfair.registry.cards import CardRow, Cards
from emfair.registry.engine import IN_LIMIT, insert_new
from emfair.registry.sight import Sight
from emfair.registry.tables import PERSON_LIMIT, person
from emfair.registry.texts import storable


class People(Cards[PersonCard]):
    """The people of one registry; a key is a subject (`emfair.identity.principal`)."""

    noun = "person"
    table = person
    title = "name"
    card = PersonCard

    def meet(self, subject: str, card: PersonCard) -> CardRow[PersonCard]:
        """Return a person's card; at their first login make it, of what the issuer says.

        What they have edited since stays.
        """
        self._check_key((subject,))
        now = self._now()
        seen = card.model_copy(update={"name": unsteered(card.name) or subject})
        values = self._written((subject,), seen) | {"created_at": now, "version": 1}
        with self._database.writing() as connection:
            if insert_new(connection, self.table, values):
                record(connection, now, Deed(subject, "person-created", subject, {}))
            return self.read(connection, (subject,))

    def names(self, subjects: Iterable[str]) -> dict[str, str]:
        """Return what those of `subjects` are called who have a card."""
        wanted = sorted(set(subjects))
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for start in range(0, len(wanted), IN_LIMIT):
                some = person.c.subject.in_(wanted[start : start + IN_LIMIT])
                query = select(person.c.subject, person.c.name).where(some)
                found.update((row.subject, row.name) for row in connection.execute(query))
        return found

    def subject(self, key: tuple[str, ...]) -> str:
        """Return what the audit log calls them."""
        return key[-1]

    def _check_key(self, key: tuple[str, ...]) -> None:
        storable(key[-1], "subject", PERSON_LIMIT)

    def _seen(self, visible: Sight) -> ColumnElement[bool]:
        """Return the condition: people lie in no project, so all are seen, or none."""
        return true() if visible.projects is None else false()

    def _made_by(self, actor: str) -> dict[str, str]:  # noqa: ARG002 -- people are nobody's
        return {}
