"""What may help where a search by words finds nothing.

What does not belong here: reading a search (`searches`), and what the page says in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from emfair.catalogue.words import terms_of
from emfair.errors import BadAnnotations
from emfair.nxem.keys import Key, keys
from emfair.quantities import read_quantity

_MOST_KEYS = 4


def hints(words: str) -> tuple[str, ...]:
    """Return sentences about words that found nothing: phrases, what is left out, quantities."""
    terms = terms_of(words)
    told = []
    if any(" " in term.text for term in terms if term.wanted):
        told.append("Without quotes, words may stand apart from each other.")
    if not all(term.wanted for term in terms):
        told.append("What begins with a minus is left out; in quotes a minus is a minus.")
    wanted = " ".join(term.text for term in terms if term.wanted).split()
    told += [_as_range(text, known) for text, known in _quantities(wanted)]
    return tuple(told)


def _as_range(text: str, known: list[Key]) -> str:
    *first, last = (key.label for key in known[:_MOST_KEYS])
    labels = f"{', '.join(first)} or {last}" if first else last
    add = f"add it as a range of {labels}"
    return f"{text} is a quantity: {add}, with \u201cWhat a value must be\u201d on the left."


def _quantities(words: list[str]) -> Iterator[tuple[str, list[Key]]]:
    """Yield each quantity, its unit with it or in the next word, and the keys it may be of."""
    for text in (*words, *(f"{one} {other}" for one, other in pairwise(words))):
        if text[0].isdigit() and (known := _keys_of(text)):
            yield text, known


def _keys_of(text: str) -> list[Key]:
    """Return the keys that `text` may be a value of, or those of them that are told in its unit."""
    numbers = (key for key in keys().values() if key.kind == "number")
    fitting = [key for key in numbers if _fits(text, key)]
    return [key for key in fitting if key.shown and text.endswith(key.shown)] or fitting


def _fits(text: str, key: Key) -> bool:
    if not key.unit and text[-1] not in "xX×":
        return False
    try:
        return key.possible(read_quantity(text, key.unit, key.shown, key.key))
    except BadAnnotations:
        return False
