"""Samples: their cards, which others they were made from, and the barcodes on their boxes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select

from emfair.errors import BadCall, Conflict
from emfair.model.nouns import SampleCard
from emfair.model.readable import unreadable
from emfair.registry.audit import Deed, record
from emfair.registry.cards import CardRow
from emfair.registry.engine import insert_new
from emfair.registry.removals import Hanging, Removable, experiments_of
from emfair.registry.tables import (
    BARCODE_LIMIT,
    barcode,
    derivation,
    experiment,
    project,
    proposal,
    sample,
)
from emfair.registry.texts import storable

SampleKey: TypeAlias = tuple[str, str, str]
"""Project, proposal, sample."""


@dataclass(frozen=True)
class Relatives:
    """A sample's parents and children: keys, sorted."""

    parents: tuple[SampleKey, ...]
    children: tuple[SampleKey, ...]


class Samples(Removable[SampleCard]):
    """The samples of one registry."""

    noun = "sample"
    table = sample
    parent = proposal
    card = SampleCard

    def derive(self, child: SampleKey, parent: SampleKey, *, actor: str) -> None:
        """Note that `child` was made from `parent`; again is no error.

        Raises
        ------
        BadCall
            They belong to different projects.
        Conflict
            `parent` was made from `child`, directly or by others in between.
        NotFound
            One of them does not exist.
        """
        if child[0] != parent[0]:
            raise BadCall(
                f"belongs to another project than {'/'.join(parent)}.",
                subject="/".join(child),
                remedy="Make a card for the parent in this project, and name its origin there.",
            )
        with self._database.writing() as connection:
            self._lock_family(connection, child[0])
            for key in (child, parent):
                self.read(connection, key)
            if child in _ancestors(connection, parent):
                raise Conflict(
                    f"cannot be made from {'/'.join(parent)}, which was made from it.",
                    subject="/".join(child),
                    remedy="Remove the wrong one of the two derivations first.",
                )
            if insert_new(connection, derivation, _link(child, parent)):
                self._note(connection, child, "sample-derived", {"from": "/".join(parent)}, actor)

    def underive(self, child: SampleKey, parent: SampleKey, *, actor: str) -> None:
        """Take back that `child` was made from `parent`; if nobody said so, that is no error."""
        where = [derivation.c[name] == value for name, value in _link(child, parent).items()]
        with self._database.writing() as connection:
            if connection.execute(delete(derivation).where(*where)).rowcount:
                detail = {"from": "/".join(parent)}
                self._note(connection, child, "sample-derivation-removed", detail, actor)

    def relatives(self, key: SampleKey) -> Relatives:
        """Return a sample's parents and children. Raises `NotFound`."""
        with self._database.reading() as connection:
            self.read(connection, key)
            return Relatives(_parents(connection, key), _children(connection, key))

    def ancestors(self, key: SampleKey) -> frozenset[SampleKey]:
        """Return all samples it was made from, itself included. Raises `NotFound`."""
        with self._database.reading() as connection:
            self.read(connection, key)
            return _ancestors(connection, key)

    def label(self, key: SampleKey, text: str, *, actor: str) -> None:
        """Put a barcode on a sample; again is no error.

        Raises
        ------
        BadCall
            It is none that people can see as what it is.
        Conflict
            It is on another sample.
        NotFound
            There is no such sample.
        """
        text, now = _scanned(text), self._now()
        values = dict(zip(("project", "proposal", "sample"), key, strict=True))
        with self._database.writing() as connection:
            self.read(connection, key)
            if insert_new(connection, barcode, values | {"text": text, "created_at": now}):
                self._note(connection, key, "sample-labelled", {"barcode": text}, actor)
            elif (other := _labelled(connection, text)) != key:
                raise Conflict(
                    f"is on the sample {'/'.join(other or ())} already.",
                    subject=text,
                    remedy="Take it off there, or print another one.",
                )

    def unlabel(self, key: SampleKey, text: str, *, actor: str) -> None:
        """Take a barcode off a sample; if it is not on this one, that is no error."""
        text = storable(text, "barcode", BARCODE_LIMIT)
        with self._database.writing() as connection:
            if _labelled(connection, text) == key:
                connection.execute(delete(barcode).where(barcode.c.text == text))
                self._note(connection, key, "sample-label-removed", {"barcode": text}, actor)

    def barcodes(self, key: SampleKey) -> tuple[str, ...]:
        """Return the barcodes on a sample, the oldest first."""
        query = select(barcode.c.text).where(
            barcode.c.project == key[0], barcode.c.proposal == key[1], barcode.c.sample == key[2]
        )
        with self._database.reading() as connection:
            ordered = query.order_by(barcode.c.created_at, barcode.c.text)
            return tuple(connection.execute(ordered).scalars())

    def by_barcode(self, text: str) -> CardRow[SampleCard] | None:
        """Return the sample with this barcode, or None."""
        text = storable(text, "barcode", BARCODE_LIMIT)
        with self._database.reading() as connection:
            key = _labelled(connection, text)
            return None if key is None else self.read(connection, key)

    def _hanging(self, connection: Connection, key: tuple[str, ...]) -> Iterable[Hanging]:
        yield from experiments_of(connection, _of(experiment, key))
        if children := _children(connection, (key[0], key[1], key[2])):
            yield Hanging("derived sample", len(children), tuple("/".join(c) for c in children[:3]))

    def _let_go(
        self, connection: Connection, key: tuple[str, ...], actor: str, now: datetime
    ) -> None:
        del actor, now
        child = derivation.c
        origins = (child.project, child.child_proposal, child.child)
        connection.execute(delete(barcode).where(_of(barcode, key)))
        connection.execute(
            delete(derivation).where(*(c == v for c, v in zip(origins, key, strict=True)))
        )

    def _lock_family(self, connection: Connection, of_project: str) -> None:
        """Let one at a time derive samples of a project: two could close a circle together."""
        connection.execute(select(project.c.id).where(project.c.id == of_project).with_for_update())

    def _note(
        self,
        connection: Connection,
        key: SampleKey,
        action: str,
        detail: dict[str, str],
        actor: str,
    ) -> None:
        record(connection, self._now(), Deed(actor, action, self.subject(key), detail))


def _of(table: Table, key: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition on what belongs to a sample."""
    of = table.c
    return and_(of.project == key[0], of.proposal == key[1], of.sample == key[2])


def _scanned(text: str) -> str:
    """Return a barcode as it is stored, with the separators (GS1's) that it may hold."""
    plain = storable(text, "barcode", BARCODE_LIMIT)
    if wrong := unreadable("".join(char for char in plain if unicodedata.category(char) != "Cc")):
        raise BadCall(wrong.message, subject="barcode", remedy=wrong.remedy)
    return plain


def _link(child: SampleKey, parent: SampleKey) -> dict[str, str]:
    return {
        "project": child[0],
        "child_proposal": child[1],
        "child": child[2],
        "parent_proposal": parent[1],
        "parent": parent[2],
    }


def _parents(connection: Connection, key: SampleKey) -> tuple[SampleKey, ...]:
    of = derivation.c
    query = select(of.project, of.parent_proposal, of.parent).where(
        of.project == key[0], of.child_proposal == key[1], of.child == key[2]
    )
    return tuple(sorted((a, b, c) for a, b, c in connection.execute(query)))


def _children(connection: Connection, key: SampleKey) -> tuple[SampleKey, ...]:
    of = derivation.c
    query = select(of.project, of.child_proposal, of.child).where(
        of.project == key[0], of.parent_proposal == key[1], of.parent == key[2]
    )
    return tuple(sorted((a, b, c) for a, b, c in connection.execute(query)))


def _ancestors(connection: Connection, key: SampleKey) -> frozenset[SampleKey]:
    """Return a sample and all it was made from."""
    seen, todo = {key}, [key]
    while todo:
        for parent in _parents(connection, todo.pop()):
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return frozenset(seen)


def _labelled(connection: Connection, text: str) -> SampleKey | None:
    query = select(barcode.c.project, barcode.c.proposal, barcode.c.sample)
    row = connection.execute(query.where(barcode.c.text == text)).one_or_none()
    return None if row is None else (row.project, row.proposal, row.sample)
