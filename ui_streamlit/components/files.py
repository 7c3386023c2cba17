"""The deposited files with their checksums, and what may be taken away: one by one, or all."""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.lake import layout
from emfair.service.access import experiment_resource
from emfair.service.browse import ExperimentPage
from emfair.service.holdings import Part
from emfair.units import human_size
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped

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
    raw = access.may(Action.DOWNLOAD_RAW, resource)
    read = {name for one in page.measurements for name in (one.file, *one.companions)}
    st.dataframe(
        [
            {
                "name": file.name,
                **({"link": links.api(page.row.id, "files", file.path)} if raw else {}),
                "size": human_size(file.size),
                "read": file.name in read,
                "modified": file.modified_at,
                "sha256": file.sha256,
            }
            for file in manifest.files
        ],
        hide_index=True,
        column_config={
            "name": st.column_config.TextColumn("File", width="large"),
            "size": st.column_config.TextColumn("Size", width="small"),
            "read": st.column_config.CheckboxColumn("Converted", width="small"),
            "modified": st.column_config.DatetimeColumn("Written", format="YYYY-MM-DD HH:mm"),
            "sha256": st.column_config.TextColumn("SHA-256", width="medium"),
            "link": st.column_config.LinkColumn("", display_text="Download", width="small"),
        },
    )
    st.caption(f"In the lake: {escaped(layout.experiment_prefix(page.place))}")


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
