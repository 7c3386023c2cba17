"""People: who has been here, each one's card and projects; one edits one's own in its place."""

from __future__ import annotations

import streamlit as st

from emfair.identity.policy import Resource
from emfair.identity.table import About, Action
from emfair.model.nouns import PersonCard
from emfair.registry import CardRow
from emfair.service.access import Access, Granted
from emfair.service.nouns import people as use
from emfair.service.nouns import tokens
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.address import settle
from ui_streamlit.components.card_form import Editing, edit_in_place
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.times import day
from ui_streamlit.components.token_list import token_list
from ui_streamlit.components.turning import cursor, turn
from ui_streamlit.components.words import ROLES

ROWS = 30
_NAME = "person"


def people() -> None:
    """Show the page: all, or the person whom the address names."""
    access = stores.access()
    if subject := settle("subject").get("subject"):
        _one(access, access.person(Action.READ_PERSON, subject))
        return
    access.require(Action.READ_PERSON, Resource(About.PERSON))
    st.title("People", anchor=False)
    st.caption("Everyone who has logged in here, whoever came last first.")
    st.page_link(
        links.PEOPLE, label="Your own card", query_params={"subject": access.subject},
        icon=":material/badge:",
    )  # fmt: skip
    text = st.text_input(
        "Words", key="people-text", placeholder="Name, affiliation, e-mail …",
        icon=":material/search:", max_chars=200, label_visibility="collapsed",
    )  # fmt: skip
    page = use.people(access, text=text, limit=ROWS, after=cursor("people", text))
    for row in page.rows:
        _line(row)
    if not page.rows:
        st.info("Nobody fits. Use fewer words.", icon=":material/search_off:")
    turn("people", page.next)


def _line(row: CardRow[PersonCard]) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.page_link(
            links.PEOPLE, label=f"**{escaped(row.card.name)}**", query_params={"subject": row.id}
        )
        _about(row.card)


def _about(card: PersonCard) -> None:
    show("person", affiliation=card.affiliation, orcid=card.orcid, email=card.email)


def _one(access: Access, row: CardRow[PersonCard]) -> None:
    st.page_link(links.PEOPLE, label="People", icon=":material/arrow_back:")
    st.title(escaped(row.card.name), anchor=False)
    _about(row.card)
    st.caption(f"First here on {day(row.created_at)}. Known as {escaped(row.id)}.")
    own = access.principal is not None and access.subject == row.id
    if access.may(Action.MANAGE_PEOPLE, Resource(About.PERSON, row.id, owner=row.id)):
        _edit(access, row)
    if own:
        _everywhere(access)
    _projects(access, row)
    if not own and access.may(Action.END_TOKENS, Resource(About.PERSON, row.id, owner=row.id)):
        _tokens(access, row)


def _tokens(access: Access, row: CardRow[PersonCard]) -> None:
    """Show someone's tokens to whoever ends them when that person has left."""

    def end(identifier: str) -> None:
        tokens.revoke_of_person(_ending(row.id), identifier)

    st.header("Access tokens", anchor=False)
    kept = tokens.of_person(Granted(access, row))
    if any(one.counts(access.services.now()) for one in kept):
        with st.popover("Revoke all", icon=":material/block:"):
            st.write(
                f"Whatever uses a token of {escaped(row.card.name)} is refused from now on. This "
                "cannot be undone. Whoever can still log in can make new ones."
            )
            st.button("Revoke all of them", on_click=_end_all, args=(row.id,))
    token_list(kept, end)


def _ending(subject: str) -> Granted[CardRow[PersonCard]]:
    access = stores.access()
    return Granted(access, access.person(Action.END_TOKENS, subject))


def _end_all(subject: str) -> None:
    with notices():
        tokens.revoke_all_of_person(_ending(subject))


def _edit(access: Access, row: CardRow[PersonCard]) -> None:
    def latest() -> CardRow[PersonCard]:
        return access.person(Action.MANAGE_PEOPLE, row.id)

    def save(card: PersonCard, version: int) -> CardRow[PersonCard]:
        return use.edit_person(Granted(access, latest()), card, expected_version=version)

    edit_in_place(Editing(_NAME, row, save, latest))


def _everywhere(access: Access) -> None:
    """Say which roles one's login gives outside of projects."""
    held = [ROLES[role] for role in ROLES if role in access.roles]
    if held:
        st.markdown(" ".join(f":{word.tone}-badge[{word.label}]" for word in held))
        st.caption(" ".join(word.meaning for word in held))


def _projects(access: Access, row: CardRow[PersonCard]) -> None:
    st.header("Projects", anchor=False)
    parts = use.projects_of(access, row.id)
    for part in parts:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.page_link(
                links.BOARD, label=f"**{escaped(part.project.card.title)}**",
                query_params={"project": part.project.id},
            )  # fmt: skip
            until = f", until {day(part.until)}" if part.until else ""
            st.caption(f"{part.role}{until}")
    if not parts:
        st.caption("None whose members you may see.")


if __name__ == "__main__":
    people()
