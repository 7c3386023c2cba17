"""SQL: a person's question to the index, its answer as a table, a plot, CSV and Parquet."""

from __future__ import annotations

import streamlit as st

from emfair.catalogue.query import TIMEOUT, Answer
from emfair.identity.table import Action
from emfair.service import questions
from emfair.service.tables import as_csv, as_parquet
from ui_streamlit import stores
from ui_streamlit.components.markup import show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.plot import plot

ROWS = 10_000
EXAMPLES = {
    "What there is, by format": (
        "SELECT reader, kind, count(*) AS measurements,\n"
        "       count(DISTINCT experiment_id) AS experiments\n"
        "FROM measurements GROUP BY ALL ORDER BY measurements DESC"
    ),
    "Voltages above 100 kV": (
        "SELECT title, file, acceleration_voltage_V / 1000 AS kV\n"
        "FROM measurements WHERE acceleration_voltage_V > 100e3\n"
        "ORDER BY kV DESC"
    ),
    "What people still have to fill in": (
        "SELECT field, count(DISTINCT experiment_id) AS experiments\n"
        "FROM findings WHERE severity = 'missing'\n"
        "GROUP BY field ORDER BY experiments DESC"
    ),
    "Where one value comes from": (
        "SELECT measurement_id, value_num, unit, source, source_path, raw\n"
        "FROM facts WHERE key = 'acceleration_voltage'"
    ),
    "The same bytes deposited twice": (
        "SELECT sha256, list(experiment_id || ': ' || name) AS places\n"
        "FROM files GROUP BY sha256 HAVING count(*) > 1"
    ),
}


def sql() -> None:
    """Show the page."""
    stores.access().service(Action.QUERY_INDEX)
    st.title("Ask the index", anchor=False)
    question, schema = st.columns([5, 2], gap="large")
    with question:
        _ask()
    with schema, notices():
        _schema()


def _ask() -> None:
    st.pills(
        "Examples", list(EXAMPLES), key="example", on_change=_take_example,
        label_visibility="collapsed",
    )  # fmt: skip
    if "sql" not in st.session_state:
        st.session_state.sql = st.query_params.get("sql", next(iter(EXAMPLES.values())))
    with st.form("question", border=False):
        text = st.text_area("SQL, in DuckDB's dialect", key="sql", height=170)
        st.caption(
            f"Read only, over what you may see. It has {TIMEOUT:.0f} s; {ROWS:,} rows are shown."
        )
        st.form_submit_button("Ask", type="primary", icon=":material/play_arrow:")
    if text.strip():
        st.query_params["sql"] = text
        with notices():
            _show(questions.query(stores.access(), text, limit=ROWS))
    else:
        st.info("Write a question, or choose an example.", icon=":material/edit:")


def _take_example() -> None:
    chosen = st.session_state.example
    if chosen in EXAMPLES:
        st.session_state.sql = EXAMPLES[chosen]


def _show(answer: Answer) -> None:
    rows = questions.rows(answer)
    more = f" Only the first {ROWS:,} are shown: add LIMIT or a filter." if answer.truncated else ""
    st.caption(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}.{more}")
    if not rows:
        st.info("No row answers this. Loosen the conditions.", icon=":material/search_off:")
        return
    st.dataframe(answer.table, hide_index=True)
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, mime, content in (
            ("CSV", "text/csv", lambda: as_csv(answer.columns, rows)),
            ("Parquet", "application/vnd.apache.parquet", lambda: as_parquet(answer.table)),
        ):
            st.download_button(
                kind, content, f"emfair-answer.{kind.lower()}", mime,
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
        drawn = st.toggle("Plot", key="plot")
    if drawn:
        with notices():
            plot(answer.table)


def _schema() -> None:
    tables = questions.tables()
    st.markdown(f"**{len(tables)} tables.** Numbers are SI; `experiment_id` joins them all.")
    for table in tables:
        with st.expander(f"`{table.name}`"):
            show("columns", table=table)


if __name__ == "__main__":
    sql()
