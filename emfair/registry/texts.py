"""Texts as the registry takes them: SQLite would store what PostgreSQL refuses."""

from __future__ import annotations

import unicodedata

from sqlalchemy import ColumnElement

from emfair.errors import BadCall
from emfair.model.readable import unreadable


def storable(text: str, field: str, limit: int) -> str:
    """Return `text` in composed form (NFC), without white space around it.

    Composed, so that a title typed on a Mac is the same title elsewhere.

    Raises
    ------
    BadCall
        It is empty, longer than `limit` characters, or holds what is no text.
    """
    plain = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(plain) <= limit:
        raise BadCall(
            f"must have 1 to {limit} characters (it has {len(plain)}).",
            subject=field,
            remedy="Fill it in." if not plain else "Shorten it.",
        )
    return encodable(plain, field)


def readable(text: str, field: str, limit: int) -> str:
    """Return a title or name as it is stored: `storable`, and seen as what it is.

    Raises
    ------
    BadCall
        It cannot be stored, nothing of it can be seen, or something in it steers how it is shown.
    """
    plain = storable(text, field, limit)
    if wrong := unreadable(plain):
        raise BadCall(wrong.message, subject=field, remedy=wrong.remedy)
    return plain


def encodable(text: str, field: str) -> str:
    """Return `text` unchanged if every database can store it.

    Raises
    ------
    BadCall
        It holds a NUL or half a surrogate pair.
    """
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise BadCall(
            f"{text[:80]!a} holds a character that is no text.",
            subject=field,
            remedy="Remove NUL characters and broken Unicode.",
        )
    return text


def folded(path: str) -> str:
    """Return a path as systems see it that know neither case nor how accents are composed."""
    return unicodedata.normalize("NFC", path).casefold()


def searched(*words: str | None) -> str:
    """Return what a search for words looks through: all of `words`, case-folded."""
    return folded(" ".join(word for word in words if word))


def contains_words(column: ColumnElement[str], text: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a `searched` column holds every word of `text`.

    Part of a word is enough, as people remember neither the beginning of an identifier nor how a
    title was inflected. PostgreSQL looks through 10⁵ rows in some 60 ms, unless it has an index
    for parts of words (``word_index``).

    Raises
    ------
    BadCall
        `text` holds what is no text.
    """
    encodable(text, "text")
    return [column.contains(word, autoescape=True) for word in folded(text).split()]
