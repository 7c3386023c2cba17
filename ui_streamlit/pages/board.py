"""The board: projects, proposals, samples and experiments side by side, each made in its place."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from emfair.errors import NotFound
from emfair.identity.table import About, Action
from emfair.model.nouns import ProjectCard, ProposalCard, SampleCard
from emfair.service import browse
from emfair.service.access import Access, Granted, card_resource
from emfair.service.new_projects import may_create_some
from emfair.service.nouns import projects, samples
from emfair.service.nouns.edits import titled
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.board_cards import project_card, proposal_card, sample_card
from ui_streamlit.components.deciding import decide
from ui_streamlit.components.level import level
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.words import STATES

EXPERIMENTS = 20


def board() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Projects", anchor=False)
    first, second, third, fourth = st.columns([2, 2, 2, 3], gap="medium")
    with first, notices():
        project = _projects(access)
    if not project:
        return
    with second, notices():
        proposal = _proposals(access, project)
    if not proposal:
        return
    with third, notices():
        sample = _samples(access, project, proposal)
    if sample:
        with fourth, notices():
            _experiments(access, project, proposal, sample)


def _projects(access: Access) -> str:
    def make(title: str) -> Any:
        return projects.create_project(access, titled(ProjectCard, title))

    return level(
        "project",
        "Projects",
        partial(projects.projects, access),
        make if may_create_some(access) else None,
        hint="A project is what belongs together, and who works on it.",
        card=partial(project_card, access),
    )


def _proposals(access: Access, project: str) -> str:
    try:
        row = access.project(Action.READ_PROJECT, project)
    except NotFound:
        return ""

    def make(title: str) -> Any:
        into = Granted(access, access.project(Action.CREATE_PROPOSAL, project))
        return projects.create_proposal(into, titled(ProposalCard, title))

    may = access.may(Action.CREATE_PROPOSAL, card_resource(About.PROJECT, row, project))
    return level(
        "proposal",
        "Proposals",
        partial(projects.proposals, access, project),
        make if may else None,
        hint="A proposal is the time at the instruments that was asked for.",
        card=partial(proposal_card, access),
    )


def _samples(access: Access, project: str, proposal: str) -> str:
    row = access.proposal(Action.READ_PROPOSAL, project, proposal)

    def make(title: str) -> Any:
        into = Granted(access, access.proposal(Action.CREATE_SAMPLE, project, proposal))
        return samples.create_sample(into, titled(SampleCard, title))

    may = access.may(Action.CREATE_SAMPLE, card_resource(About.PROPOSAL, row, project))
    return level(
        "sample",
        "Samples",
        partial(samples.samples, access, project, proposal),
        make if may else None,
        hint="A sample is what lies in the microscope.",
        card=partial(sample_card, access),
    )


def _experiments(access: Access, project: str, proposal: str, sample: str) -> None:
    st.subheader("Experiments", anchor=False)
    page = browse.experiments(
        access, project=project, proposal=proposal, sample=sample, limit=EXPERIMENTS
    )
    for row in page.rows:
        with st.container(border=True, gap="xxsmall"):
            st.page_link(
                links.EXPERIMENT, label=f"**{escaped(row.title)}**", query_params={"id": row.id}
            )
            show("line", word=STATES[row.state], reason=row.state_reason, place="")
            decide(access, row)
    if page.next:
        st.caption(f"The newest {EXPERIMENTS}; the others stand on the page of experiments.")
    if not page.rows:
        st.caption("An experiment is one session on this sample at one instrument.")
    on = access.sample(Action.READ_SAMPLE, (project, proposal, sample))
    may = access.may(Action.CREATE_EXPERIMENT, card_resource(About.SAMPLE, on, project))
    if may and st.button("Deposit here", icon=":material/upload:", type="primary"):
        place = {"project": project, "proposal": proposal, "sample": sample}
        st.switch_page(links.DEPOSIT, query_params=place)


if __name__ == "__main__":
    board()
