"""The deposited files with their checksums, each to download."""

from __future__ import annotations

import streamlit as st

from emfair.service.browse import ExperimentPage
from emfair.units import human_size
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped


def files(page: ExperimentPage) -> None:
    """Show the manifest as a table."""
    manifest = page.manifest
    if manifest is None:
        st.info("No deposit has been sealed yet.", icon=":material/hourglass_top:")
        return
    size = human_size(sum(file.size for file in manifest.files))
    st.caption(
        f"{len(manifest.files)} files, {size}, sealed by {escaped(manifest.deposited_by.name)}. "
        "They are kept as they came, never changed."
    )
    read = {name for one in page.measurements for name in (one.file, *one.companions)}
    st.dataframe(
        [
            {
                "name": file.name,
                "link": links.api(page.row.id, "files", file.path),
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
    st.caption(f"In the lake: {escaped(page.folder)}")
