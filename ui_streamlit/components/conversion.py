"""The conversion report: what became of each deposited file, and of its vendor's tags."""

from __future__ import annotations

import streamlit as st

from emfair.service.browse import ExperimentPage
from emfair.service.file_reports import FileReport, Outcome, counted, file_reports
from emfair.units import human_size
from ui_streamlit.components.findings import listed
from ui_streamlit.components.long_names import LARGE
from ui_streamlit.components.markup import escaped, show

_ICONS = {
    Outcome.FAILED: ":material/error:",
    Outcome.PARTLY: ":material/warning:",
}
_REST = ("size", "reader", "measurements", "mapped", "kept", "unreadable", "doubts")
_MOST = 20
"""Files that are told of one by one; the table has all."""


def conversion(page: ExperimentPage) -> None:
    """Show a table of the files, then what did not come out of them."""
    if page.manifest is None or page.conversion is None:
        st.info("Nothing has been converted yet.", icon=":material/hourglass_top:")
        return
    reports = file_reports(page.manifest, page.conversion)
    st.markdown(" · ".join(f"**{number:,}** {word}" for word, number in counted(reports).items()))
    names = LARGE.told([_called(one) for one in reports])
    became = ("outcome", "why") if any(one.why for one in reports) else ("outcome",)
    st.dataframe(
        [_line(one, name) for one, name in zip(reports, names, strict=True)],
        hide_index=True,
        row_height=LARGE.height(names),
        placeholder="–",
        column_order=("file", *became, *_REST),
        column_config={
            "file": st.column_config.TextColumn("File", width=LARGE.width),
            "size": st.column_config.TextColumn("Size", width=80),
            "outcome": st.column_config.TextColumn("Became", width="small"),
            "reader": st.column_config.TextColumn("Read as", width=140),
            "measurements": st.column_config.NumberColumn("Measurements", width=115),
            "mapped": st.column_config.NumberColumn("Tags read", width=85),
            "kept": st.column_config.NumberColumn("only kept", width=85),
            "unreadable": st.column_config.NumberColumn("unreadable", width=95),
            "doubts": st.column_config.NumberColumn("Doubts", width=70),
            "why": st.column_config.TextColumn("Why not", width="medium"),
        },
    )
    st.caption(
        "Tags that are read become values with names and units. All others stand in the container "
        "as the vendor wrote them."
    )
    _why([one for one in reports if one.why])
    _unreadable([one for one in reports if one.unreadable])
    _doubts([one for one in reports if one.doubts])


def _line(one: FileReport, name: str) -> dict[str, object]:
    tagged = bool(one.mapped or one.kept or one.unreadable)  # of others nothing is said
    return {
        "file": name,
        "size": human_size(one.size),
        "outcome": one.outcome.value,
        "reader": ", ".join(one.readers),
        "measurements": one.measurements,
        "mapped": one.mapped if tagged else None,
        "kept": one.kept if tagged else None,
        "unreadable": len(one.unreadable) if tagged else None,
        "doubts": len(one.doubts),
        "why": "; ".join(finding.message for finding in one.why),
    }


def _called(one: FileReport) -> str:
    if one.is_folder:
        return f"{one.file} ({one.files:,} files)"
    return f"{one.file} and {one.companions:,} more" if one.companions else one.file


def _why(some: list[FileReport]) -> None:
    for one in some[:_MOST]:
        with st.expander(escaped(one.file), icon=_ICONS.get(one.outcome, ":material/info:"),
                         expanded=one.outcome is Outcome.FAILED):  # fmt: skip
            listed(one.why)
    _more(len(some))


def _unreadable(some: list[FileReport]) -> None:
    if not some:
        return
    with st.expander(f"Tags that could not be read ({sum(len(one.unreadable) for one in some):,})"):
        st.caption("emfair knows these tags, but not what stands there. They are kept as they are.")
        pairs = [(tag.tag, f"{tag.reason} ({one.file})") for one in some for tag in one.unreadable]
        show("pairs", pairs=pairs[: 5 * _MOST])
        _more(len(pairs), 5 * _MOST)


def _doubts(some: list[FileReport]) -> None:
    if not some:
        return
    with st.expander(f"Doubts ({sum(len(one.doubts) for one in some):,})"):
        st.caption("What a person should look at. Nothing here makes data invalid.")
        for one in some[:_MOST]:
            st.markdown(f"**{escaped(one.file)}**")
            listed(one.doubts)
        _more(len(some))


def _more(number: int, most: int = _MOST) -> None:
    if number > most:
        st.caption(f"… and {number - most:,} more.")
