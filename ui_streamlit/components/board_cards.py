"""What the board shows of the project, proposal or sample that is chosen; each is edited there.

What does not belong here: the columns (`level`), and a form's looks (`card_form`).
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from emfair.identity.table import About, Action
from emfair.model.nouns import ProjectCard, ProposalCard, SampleCard
from emfair.registry import CardRow, SampleKey
from emfair.service.access import Access, Granted, card_resource
from emfair.service.holdings import Branch
from emfair.service.nouns import projects, removal, samples
from emfair.service.nouns.samples import SampleRow, sample_key
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.card_form import Editing, edit_in_place
from ui_streamlit.components.kin import kin
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.removing import removal as delete

_SHOWN = 280  # characters of a description


def project_card(access: Access, row: CardRow[ProjectCard]) -> None:
    """Show a project's description, who works on it, where it lies, and its form."""
    _description(row.card.description)
    resource = card_resource(About.PROJECT, row, row.id)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if access.may(Action.EDIT_PROJECT, resource):
            edit_in_place(_project(access, row))
        if access.may(Action.READ_MEMBERS, resource):
            st.page_link(
                links.MEMBERS, label="Members", query_params={"project": row.id},
                icon=":material/group:",
            )  # fmt: skip
        _lake(row.key)
        if removal.can_remove_project(access, row):
            about = "There is no proposal in it. Its members and referee links go with it."
            delete("project", about, partial(_delete_project, row.id, row.version))


def proposal_card(access: Access, row: CardRow[ProposalCard]) -> None:
    """Show a proposal's number and description, where it lies, and its form."""
    if row.card.identifier:
        st.caption(escaped(row.card.identifier))
    _description(row.card.description)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if access.may(Action.EDIT_PROPOSAL, card_resource(About.PROPOSAL, row, row.key[0])):
            edit_in_place(_proposal(access, row))
        _lake(row.key)
        if removal.can_remove_proposal(access, row):
            gone = partial(_delete_proposal, *row.key, version=row.version)
            delete("proposal", "There is no sample in it.", gone)


def sample_card(access: Access, row: SampleRow) -> None:
    """Show what a sample is made of, and from what; its labels, where it lies, and its form."""
    card = row.card
    said = (card.formula or ", ".join(card.elements), card.physical_form, card.thickness)
    if any(said):
        st.caption(escaped(" · ".join(filter(None, said))))
    _description(card.description)
    may_edit = access.may(Action.EDIT_SAMPLE, card_resource(About.SAMPLE, row, row.key[0]))
    kin(Granted(access, row), may_edit=may_edit)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if may_edit:
            edit_in_place(_sample(access, row))
        _lake(row.key)
        if removal.can_remove_sample(access, row):
            about = "There is no experiment on it. Its barcodes go with it."
            delete("sample", about, partial(_delete_sample, sample_key(row), row.version))


def _project(access: Access, row: CardRow[ProjectCard]) -> Editing[ProjectCard]:
    def latest() -> CardRow[ProjectCard]:
        return access.project(Action.EDIT_PROJECT, row.id)

    def save(card: ProjectCard, version: int) -> CardRow[ProjectCard]:
        return projects.edit_project(Granted(access, latest()), card, expected_version=version)

    return Editing("project", row, save, latest)


def _proposal(access: Access, row: CardRow[ProposalCard]) -> Editing[ProposalCard]:
    project, proposal = row.key

    def latest() -> CardRow[ProposalCard]:
        return access.proposal(Action.EDIT_PROPOSAL, project, proposal)

    def save(card: ProposalCard, version: int) -> CardRow[ProposalCard]:
        return projects.edit_proposal(Granted(access, latest()), card, expected_version=version)

    return Editing("proposal", row, save, latest)


def _sample(access: Access, row: SampleRow) -> Editing[SampleCard]:
    def latest() -> SampleRow:
        return access.sample(Action.EDIT_SAMPLE, sample_key(row))

    def save(card: SampleCard, version: int) -> SampleRow:
        return samples.edit_sample(Granted(access, latest()), card, expected_version=version)

    return Editing("sample", row, save, latest)


def _delete_project(project: str, version: int) -> None:
    access = stores.access()
    removing = Granted(access, access.project(Action.DELETE_PROJECT, project))
    removal.remove_project(removing, expected_version=version)
    _leave("project")


def _delete_proposal(project: str, proposal: str, *, version: int) -> None:
    access = stores.access()
    removing = Granted(access, access.proposal(Action.DELETE_PROPOSAL, project, proposal))
    removal.remove_proposal(removing, expected_version=version)
    _leave("proposal")


def _delete_sample(key: SampleKey, version: int) -> None:
    access = stores.access()
    removing = Granted(access, access.sample(Action.DELETE_SAMPLE, key))
    removal.remove_sample(removing, expected_version=version)
    _leave("sample")


def _leave(level: str) -> None:
    """Choose nothing at this level of the board any more, nor below it."""
    levels = ("project", "proposal", "sample")
    for one in levels[levels.index(level) :]:
        st.query_params.pop(one, None)


def _description(text: str | None) -> None:
    if text:
        st.caption(escaped(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"))


def _lake(key: tuple[str, ...]) -> None:
    st.page_link(
        links.LAKE, label="Files", query_params={"path": Branch(key).folder},
        icon=":material/folder_open:",
    )  # fmt: skip
