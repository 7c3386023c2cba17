"""The error tree is the one drawn on top of its module."""

from __future__ import annotations

import re

import pytest

from emfair import errors
from emfair.cli.screen import exit_code
from emfair.errors import EmfairError


def tree(kind: type[EmfairError]) -> list[type[EmfairError]]:
    """Return a class and all below it, depth first."""
    return [kind, *(below for sub in kind.__subclasses__() for below in tree(sub))]


def drawn() -> list[tuple[int, str]]:
    lines = re.findall(r"^    ([│├└─ ]*)([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    return [(len(indent) // 4, name) for indent, name in lines]


def test_the_drawing_is_the_tree():
    def depth(kind: type[EmfairError]) -> int:
        return kind.__mro__.index(EmfairError)

    ours = [kind for kind in tree(EmfairError) if kind.__module__ == "emfair.errors"]
    assert drawn() == [(depth(kind), kind.__name__) for kind in ours]


@pytest.mark.parametrize("kind", tree(EmfairError))
def test_every_error_says_what_happened_to_what_and_what_to_do(kind):
    error = kind("is empty.", subject="a.dm3", remedy="Send it again.")
    assert str(error) == "a.dm3: is empty. Send it again."
    assert str(kind("is empty.")) == "is empty."
    assert (error.message, error.subject, error.remedy) == ("is empty.", "a.dm3", "Send it again.")


def test_exit_codes_are_those_of_the_drawing():
    codes = dict(re.findall(r"(\w+) {2,}.*exit (\d)", errors.__doc__ or ""))
    assert codes == {"BadCall": "2", "BadData": "1"}
    for name, code in codes.items():
        for kind in tree(getattr(errors, name)):
            assert exit_code(kind("x")) == int(code)
    assert exit_code(errors.Unavailable("x")) == 3
