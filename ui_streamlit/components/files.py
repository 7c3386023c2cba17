"""The deposited files with their checksums, and what may be taken away: one by one, or all."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emfair.identity.table import Action
from emfair.lake import layout
from emfair.service.access import experiment_resource
from emfair.service.browse import ExperimentPage
from emfair.service.holdings import Part
from emfair.service.listing import Listed, listed
from emfair.units import human_size
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.long_names import LARGE
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.set_aside import may_set_aside, set_any_aside

_PARTS = {Part.RAW: "Raw files", Part.NEXUS: "Containers", Part.ALL: "Everything"}


def files(page: ExperimentPage) -> None:
    """Show the manifest as a table, and the ways to take files away."""
    manifest = page.manifest
    if manifest is None:
        st.info("No deposit has been sealed yet.", icon=":material/hourglass_top:")
        return
    access, resource = stores.access(), experiment_resource(page.row)
    size = human_size(sum(file.size for file in manifest.files))
    st.caption(
        f"{len(manifest.files):,} files, {size}, sealed by {escaped(manifest.deposited_by.name)}. "
        "They are kept as they came, never changed."
    )
    needed = {part: {*part.actions, Action.DOWNLOAD_CONTAINERS} for part in _PARTS}
    parts = [part for part in _PARTS if all(access.may(one, resource) for one in needed[part])]
    if page.conversion is None:
        parts = [part for part in parts if part is Part.RAW]
    if parts:
        _taking(page, parts)
    if may_set_aside(access, page):
        set_any_aside(page)
    raw = access.may(Action.DOWNLOAD_RAW, resource)
    read = {name for one in page.measurements for name in (one.file, *one.companions)}
    lines = listed(manifest.files)
    _table([_line(page, one, read, raw=raw) for one in lines])
    _within(page, [one for one in lines if one.is_folder], read, raw=raw)
    st.caption(f"In the lake: {escaped(layout.experiment_prefix(page.place))}")


def _within(page: ExperimentPage, folders: list[Listed], read: set[str], *, raw: bool) -> None:
    """Let the files of a folder that is one file be shown one by one."""
    if not folders:
        return
    chosen = st.selectbox(
        "Files of a folder",
        range(len(folders)),
        index=None,
        key=f"files-within-{page.row.id}",
        placeholder="Choose a folder to see its files",
        format_func=lambda at: _called(folders[at]),
        label_visibility="collapsed",
    )
    if chosen is not None:
        each = [Listed(file.name, (file,)) for file in folders[chosen].files]
        _table([_line(page, one, read, raw=raw) for one in each])


def _line(page: ExperimentPage, one: Listed, read: set[str], *, raw: bool) -> dict[str, Any]:
    """Return a file's row; a folder that is one has no checksum, and no address of its own."""
    path, sha256 = ("", "") if one.is_folder else (one.files[0].path, one.files[0].sha256)
    link = {"link": links.api(page.row.id, "files", path) if path else None} if raw else {}
    return {
        "name": _called(one),
        **link,
        "size": human_size(one.size),
        "read": one.name in read,
        "modified": max(file.modified_at for file in one.files),
        "sha256": sha256,
    }


def _called(one: Listed) -> str:
    return f"{one.name} ({len(one.files):,} files)" if one.is_folder else one.name


def _table(rows: list[dict[str, Any]]) -> None:
    told = LARGE.told([row["name"] for row in rows])
    st.dataframe(
        [row | {"name": name} for row, name in zip(rows, told, strict=True)],
        hide_index=True,
        placeholder="",
        row_height=LARGE.height(told),
        column_config={
            "name": st.column_config.TextColumn("File", width=LARGE.width),
            "size": st.column_config.TextColumn("Size", width="small"),
            "read": st.column_config.CheckboxColumn("Converted", width="small"),
            "modified": st.column_config.DatetimeColumn("Written", format="YYYY-MM-DD HH:mm"),
            "sha256": st.column_config.TextColumn("SHA-256", width="medium"),
            "link": st.column_config.LinkColumn("", display_text="Download", width="small"),
        },
    )


def _taking(page: ExperimentPage, parts: list[Part]) -> None:
    """Offer ZIP archives, checksums, and a list for a program that fetches many files."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = st.segmented_control(
            "Download", parts, default=parts[0], required=True,
            format_func=lambda one: _PARTS[one], key="part",
        )  # fmt: skip
        part = Part(part)
        for label, icon, name, about in (
            ("ZIP", "folder_zip", "archive.zip", "One archive, made as it is fetched."),
            ("Checksums", "checklist", "sha256sums.txt",
             "SHA-256 of each file, for `sha256sum -c` in the folder that the ZIP makes."),
            ("Links", "link", "downloads.aria2",
             "A list for `aria2c -i`, which fetches many files at once and goes on after a cut."),
        ):  # fmt: skip
            address = f"{links.api(page.row.id, name)}?part={part.value}"
            st.link_button(label, address, icon=f":material/{icon}:", help=about)
