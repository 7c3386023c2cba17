"""A card edited in its place: a form, what is wrong with it, what someone else changed meanwhile.

An edit names the version that the form was opened on. When someone was faster, their changes are
taken over into the form and told; one's own stay in it, to be looked at and saved. What does not
belong here: what a card is (`emfair.model.nouns`), and who may edit it (the pages ask).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Generic, TypeVar

import streamlit as st

from emfair.errors import BadAnnotations, EmfairError, Outdated
from emfair.model.nouns import Card
from emfair.nxem.annotations import CORRECT, Mistake
from emfair.registry import CardRow
from emfair.service.form import Document, value_at, with_value
from emfair.service.nouns.edits import document_of, overtaken, read_card
from ui_streamlit.components.ask import ask, words_of
from ui_streamlit.components.card_fields import CardField, Kind, fields_of
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notice

C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Editing(Generic[C]):
    """A card that whoever looks may edit.

    Attributes
    ----------
    name
        Tells the form from others on the page.
    save
        Replaces the card; takes the new one and the version that was seen.
    latest
        Returns the card as it is now.
    wide
        Whether the form has room for two fields side by side.
    """

    name: str
    row: CardRow[C]
    save: Callable[[C, int], CardRow[C]]
    latest: Callable[[], CardRow[C]]
    wide: bool = False

    @property
    def fields(self) -> tuple[CardField, ...]:
        """What is asked."""
        return fields_of(type(self.row.card))


@dataclass(frozen=True)
class Opened:
    """A form on its way: which version it was opened on, and what stands in it.

    `document` is the card of that version, `shown` what the fields begin with, `told` what someone
    else changed meanwhile. `turn` makes each opening's widgets new ones.
    """

    key: tuple[str, ...]
    version: int
    document: Document
    shown: Document
    told: tuple[str, ...] = ()
    turn: int = field(default=0)

    def differs(self, one: CardField) -> bool:
        """Whether the form begins with another value of the field than its version has."""
        return bool(value_at(self.shown, one.name) != value_at(self.document, one.name))


def card_form(editing: Editing[C]) -> bool:
    """Show the form; return whether it was saved just now."""
    opened = _opened(editing)
    base = f"{editing.name}-{opened.turn}"
    with st.form(base, border=False):
        document = opened.shown
        for part, several in groupby(editing.fields, key=lambda one: one.part):
            fields = list(several)
            unfolded = any(opened.differs(one) for one in fields)
            with st.expander(part, expanded=unfolded) if part else nullcontext():
                for one, place in _placed(fields, wide=editing.wide):
                    with place:
                        said = ask(one, value_at(opened.shown, one.name), f"{base}-{one.name}")
                    document = with_value(document, one.name, said)
        sent = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if sent:
        return _save(editing, opened, without_nothing(document))
    if opened.told:
        st.warning(
            "**Someone changed it meanwhile.** Their changes:\n\n"
            + "\n".join(f"- {line}" for line in opened.told)
            + "\n\nWhat you changed still stands above. Look it over, then save again.",
            icon=":material/group:",
        )
    return False


def _placed(
    fields: Iterable[CardField], *, wide: bool
) -> Iterator[tuple[CardField, AbstractContextManager[Any]]]:
    """Return where each field stands: where there is room, two short ones side by side."""
    side: list[AbstractContextManager[Any]] = []
    for one in fields:
        if not wide or one.kind in (Kind.LONG, Kind.ROWS):
            side = []
            yield one, nullcontext()
        else:
            side = side or list(st.columns(2))
            yield one, side.pop(0)


def edit_in_place(editing: Editing[C], label: str = "Edit") -> None:
    """Show a button that opens the form; it is closed again by saving."""
    name = editing.name
    key = f"{name}-edit-{st.session_state.get(f'{name}-saved', 0)}"
    editor = st.popover(label, icon=":material/edit:", key=key, on_change="rerun", type="tertiary")
    if not editor.open:
        forget(name)
        return
    with editor:
        saved = card_form(editing)
    if saved:
        st.session_state[f"{name}-saved"] = st.session_state.get(f"{name}-saved", 0) + 1
        st.rerun()


def without_nothing(document: Mapping[str, Any]) -> Document:
    """Return a document without the parts that hold nothing."""
    kept = {
        name: without_nothing(part) if isinstance(part, Mapping) else part
        for name, part in document.items()
    }
    return {name: part for name, part in kept.items() if part not in (None, {}, [])}


def tell_mistakes(mistakes: tuple[Mistake, ...], labels: Mapping[str, str]) -> None:
    """Say what is wrong, field by field."""
    lines = [
        f"- **{escaped(labels.get(_outermost(one.field, labels), one.field))}**: "
        f"{escaped(one.message)}{'' if one.remedy == CORRECT else f' {escaped(one.remedy)}'}"
        for one in mistakes
    ]
    st.warning("Not saved yet:\n\n" + "\n".join(lines), icon=":material/error:")


def forget(name: str) -> None:
    """Let a form begin anew with the card as it is."""
    st.session_state.pop(_state(name), None)


def _opened(editing: Editing[C]) -> Opened:
    """Return the form that is on its way; a new one for another card, or when it was left."""
    row, state = editing.row, _state(editing.name)
    known: Opened | None = st.session_state.get(state)
    if known and known.key == row.key and _is_shown(editing, known):
        return known
    document, turn = document_of(row.card), _next_turn()
    opened = Opened(row.key, row.version, document, document, turn=turn)
    st.session_state[state] = opened
    return opened


def _is_shown(editing: Editing[C], opened: Opened) -> bool:
    """Whether its widgets were there in the run before; those of a page that was left are not."""
    state = _state(editing.name)
    if st.session_state.pop(f"{state}-fresh", None) == opened.turn:
        return True
    return f"{editing.name}-{opened.turn}-{editing.fields[0].name}" in st.session_state


def _save(editing: Editing[C], opened: Opened, document: Document) -> bool:
    card, mistakes = read_card(type(editing.row.card), document)
    labels = {one.name: one.label for one in editing.fields}
    if card is None:
        tell_mistakes(mistakes, labels)
        return False
    try:
        editing.save(card, opened.version)
    except Outdated:
        if not _catch_up(editing, opened, document_of(card)):
            st.rerun()
    except BadAnnotations as error:
        name = error.subject if error.subject in labels else error.subject.partition(".")[2]
        tell_mistakes((Mistake(name, error.message, error.remedy),), labels)
        return False
    except EmfairError as error:
        notice(error)
        return False
    forget(editing.name)
    st.toast("Saved.", icon=":material/check:")
    return True


def _catch_up(editing: Editing[C], opened: Opened, mine: Document) -> bool:
    """Take over what someone else has saved; return whether it is what was to be saved."""
    now = editing.latest()
    theirs = document_of(now.card)
    if theirs == mine:
        return True
    names = {one.name: one.label for one in editing.fields}
    left = overtaken(names, opened.document, mine, theirs)
    words = {name: words_of(value_at(theirs, name), name) or "empty now" for name in left.theirs}
    told = tuple(f"**{escaped(names[name])}**: {escaped(words[name])}" for name in left.theirs) or (
        "something that you changed in the same way",
    )
    turn = _next_turn()
    st.session_state[_state(editing.name)] = Opened(
        now.key, now.version, theirs, left.document, told, turn
    )
    st.session_state[f"{_state(editing.name)}-fresh"] = turn
    return False


def _next_turn() -> int:
    turn: int = st.session_state.get("card-turn", 0) + 1
    st.session_state["card-turn"] = turn
    return turn


def _state(name: str) -> str:
    return f"card-{name}"


def _outermost(path: str, labels: Mapping[str, str]) -> str:
    """Return the field that a mistake deep within it belongs to."""
    steps = path.split(".")
    while steps and ".".join(steps) not in labels:
        steps.pop()
    return ".".join(steps)
