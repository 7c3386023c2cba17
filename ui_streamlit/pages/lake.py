"""The lake, level by level: raw files, containers, reports, previews, provenance; to take away."""

from __future__ import annotations

import streamlit as st

from emfair.model.paths import given_name
from emfair.service import lake_view
from emfair.service.access import Access
from emfair.service.holdings import LEVELS, Part
from emfair.service.lake_view import LakeLevel, Node
from emfair.units import human_size
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.address import settle
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.times import moment
from ui_streamlit.components.turning import cursor, turn

ROWS = 100
_FOLDERS = {
    "raw": "as it was deposited, never changed",
    "nexus": "NXem containers",
    "reports": "verdicts",
    "previews": "pictures",
    "provenance": "what was done, step by step",
}
_PARTS = {
    Part.RAW: "Raw files",
    Part.NEXUS: "Containers",
    Part.REPORTS: "Reports",
    Part.ALL: "Everything",
}


def lake() -> None:
    """Show the level that the address names."""
    access = stores.access()
    path = settle("path").get("path", "").strip("/")
    st.title("Lake", anchor=False)
    level = lake_view.level(access, path, limit=ROWS, after=cursor("lake", path))
    _crumbs(level)
    _whole(access, path)
    _nodes(level)
    turn("lake", level.next, back="Back", forth="More")


def _crumbs(level: LakeLevel) -> None:
    """Show the way down to where the reader is."""
    steps = level.path.split("/") if level.path else []
    titles = [*level.way, *map(given_name, steps[len(level.way) :])]
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):
        st.page_link(links.LAKE, label="All projects", icon=":material/home_storage:")
        for depth, title in enumerate(titles, 1):
            st.page_link(
                links.LAKE, label=escaped(title), icon=":material/chevron_right:",
                query_params={"path": "/".join(steps[:depth])},
            )  # fmt: skip


def _whole(access: Access, path: str) -> None:
    """Offer all of a level as one archive, part by part."""
    branch = lake_view.branch(path) if path else None
    if branch is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        parts = lake_view.parts(access, branch)
        if parts:
            st.caption("All of it as ZIP:", width="content")
        for part in parts:
            st.link_button(
                _PARTS[part], links.archive(branch, part), icon=":material/folder_zip:",
                type="tertiary",
            )  # fmt: skip
        if len(branch.levels) == len(LEVELS):
            st.page_link(
                links.EXPERIMENT, label="Its page", query_params={"id": branch.name},
                icon=":material/biotech:",
            )  # fmt: skip


def _nodes(level: LakeLevel) -> None:
    folders = [node for node in level.nodes if node.size is None]
    objects = [node for node in level.nodes if node.size is not None]
    for node in folders:
        _folder(node)
    if objects:
        show("objects", objects=[_object(node) for node in objects])
    if not level.nodes:
        st.info("Nothing here, or nothing that you may see.", icon=":material/folder_off:")


def _folder(node: Node) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.page_link(
            links.LAKE, label=f"**{escaped(node.title or given_name(node.name))}**",
            query_params={"path": node.path}, icon=":material/folder:",
        )  # fmt: skip
        noun, _, identifier = node.name.partition("=")
        about = identifier if noun == LEVELS[-1] else _FOLDERS.get(node.name, "")
        if about:  # sessions on one sample may be called alike
            st.caption(escaped(about), width="content")


def _object(node: Node) -> dict[str, str]:
    return {
        "name": given_name(node.name),
        "size": human_size(node.size or 0),
        "since": moment(node.modified) if node.modified else "",
        "href": links.lake_object(node.path) if node.may_download else "",
    }


if __name__ == "__main__":
    lake()
