"""A project's members, and links for referees: who sees it and works on it, and from where."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from emfair.identity.table import About, Action
from emfair.registry import ExperimentRow
from emfair.service import browse
from emfair.service.access import Access, Granted, card_resource, experiment_resource
from emfair.service.nouns import members as use
from emfair.service.nouns import referees
from emfair.service.nouns.members import ProjectRow
from emfair.service.nouns.referees import NewLink
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.membership import member_list, new_member
from ui_streamlit.components.notices import notices
from ui_streamlit.components.referee_links import Make, link_list, new_link

_OFFERED = 50  # newest experiments that a link can be made to


def members() -> None:
    """Show the page of the project that the address names."""
    project = st.query_params.get("project", "")
    if not project:
        st.info("Choose a project first.", icon=":material/view_column:")
        st.page_link(links.BOARD, label="Projects", icon=":material/arrow_back:")
        return
    st.page_link(
        links.BOARD, label="Projects", query_params={"project": project},
        icon=":material/arrow_back:",
    )  # fmt: skip
    access = stores.access()
    row = access.project(Action.READ_MEMBERS, project)
    resource = card_resource(About.PROJECT, row, project)
    st.title(escaped(row.card.title), anchor=False)
    _people(access, row, may_manage=access.may(Action.MANAGE_MEMBERSHIP, resource))
    if access.may(Action.SHARE_PROJECT, resource):
        with notices():
            _links(access, row)
    if access.may(Action.READ_AUDIT, resource):
        st.page_link(
            links.AUDIT, label="What was done in this project", query_params={"project": project},
            icon=":material/history:",
        )  # fmt: skip


def _people(access: Access, row: ProjectRow, *, may_manage: bool) -> None:
    st.header("Members", anchor=False)
    member_list(Granted(access, row), may_manage=may_manage)
    groups = use.groups(row.id)
    with st.expander("Groups of the login count, too"):
        st.caption("Whoever is in one of these groups has its role; only they themselves see it.")
        st.code("\n".join(f"{role}: {group}" for role, group in groups.items()), language=None)
    if may_manage:
        st.subheader("Add a member", anchor=False)
        new_member(access, row.id)


def _links(access: Access, row: ProjectRow) -> None:
    st.header("Referee links", anchor=False)
    sharing = Granted(access, access.project(Action.SHARE_PROJECT, row.id))
    link_list(referees.of_project(sharing), lambda link: _end(row.id, link))
    st.subheader("A new link", anchor=False)
    new_link(f"link-{row.id}", _ways(access, sharing))


def _ways(access: Access, sharing: Granted[ProjectRow]) -> dict[str, Make]:
    """Return what a link can show: the project, or one of its newest experiments."""
    newest = browse.experiments(access, project=sharing.row.id, limit=_OFFERED).rows
    return {
        "The whole project": lambda until: referees.show_project(sharing, until),
        **{
            f"{one.title} ({one.id})": _to(access, one)
            for one in newest
            if not one.restricted and access.may(Action.SHARE_EXPERIMENT, experiment_resource(one))
        },
    }


def _to(access: Access, row: ExperimentRow) -> Make:
    def make(until: datetime) -> NewLink:
        sharing = Granted(access, access.experiment(Action.SHARE_EXPERIMENT, row.id))
        return referees.show_experiment(sharing, until)

    return make


def _end(project: str, link: str) -> None:
    access = stores.access()
    sharing = Granted(access, access.project(Action.SHARE_PROJECT, project))
    referees.revoke(access, referees.of_project(sharing), link)


if __name__ == "__main__":
    members()
