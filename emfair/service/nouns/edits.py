"""A card while a person edits it: read from what they typed, mended when someone was faster.

Pure. What does not belong here: keeping it (`cards`), and how its fields look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from emfair.errors import BadCall
from emfair.model.nouns import Card
from emfair.nxem.annotations import CORRECT, Mistake
from emfair.nxem.written import cut
from emfair.service.form import Document, value_at, with_value

C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Overtaken:
    """What is left of an edit after someone else's.

    Attributes
    ----------
    document
        Theirs, with the fields that one has changed oneself.
    theirs
        The fields that they changed to something else than one did.
    """

    document: Document
    theirs: tuple[str, ...]


def document_of(card: Card) -> Document:
    """Return a card as a document without what nobody said."""
    return card.model_dump(mode="json", exclude_defaults=True)


def read_card(model: type[C], document: Mapping[str, Any]) -> tuple[C | None, tuple[Mistake, ...]]:
    """Return the card that a document means; None and its mistakes if it means none."""
    try:
        return model.model_validate(document), ()
    except ValidationError as error:
        return None, tuple(
            Mistake(".".join(map(str, item["loc"])), _words(item["msg"], item["input"]), CORRECT)
            for item in error.errors(include_url=False)
        )


def titled(model: type[C], title: str) -> C:
    """Return a card that has a title and nothing else yet. Raises `BadCall` if it can be none."""
    card, mistakes = read_card(model, {"title": title})
    if card is None:
        raise BadCall(mistakes[0].message, subject="title", remedy=mistakes[0].remedy)
    return card


def overtaken(
    fields: Iterable[str], opened: Document, mine: Document, theirs: Document
) -> Overtaken:
    """Return what becomes of `mine`, made of `opened`, now that `theirs` is there.

    Parameters
    ----------
    fields
        The names of all fields, as `emfair.service.form.value_at` takes them.
    """
    document, told = theirs, []
    for name in fields:
        was, now, other = (value_at(one, name) for one in (opened, mine, theirs))
        if now != was:
            document = with_value(document, name, now)
        if other not in (was, now):
            told.append(name)
    return Overtaken(document, tuple(told))


def _words(message: str, given: Any) -> str:
    said = message.removeprefix("Value error, ").rstrip(".")
    return (
        f"{said} (given: {cut(repr(given))})." if isinstance(given, str) and given else f"{said}."
    )
