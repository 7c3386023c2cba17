"""Dashboard: what a lab deposits over time, in which formats, from which instruments, how valid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from operator import attrgetter
from typing import TypeVar

import streamlit as st

from emfair.model.findings import Verdict
from emfair.model.states import ExperimentState as State
from emfair.service import statistics
from emfair.service.form import titles
from emfair.service.statistics import Figures, IntervalSum, Period, PeriodSum
from ui_streamlit import stores
from ui_streamlit.components.charts import VERDICTS, figure, over_time, shares
from ui_streamlit.components.markup import show
from ui_streamlit.components.teach import no_experiments, nothing_indexed
from ui_streamlit.components.values import size_of, unit_of
from ui_streamlit.components.words import STATES

USUAL = "12-weeks"
_LAST = {
    "30-days": ("Last 30 days", 30),
    USUAL: ("Last 12 weeks", 84),
    "12-months": ("Last 12 months", 365),
}
EVER = "all"
_PERIOD = "dashboard-period"  # what is chosen
# Deposits of which no instrument can be told: how one is told, and how some are.
# No text stands alone here: Streamlit would show it.
_APART = {
    statistics.SEVERAL: ("from several instruments", "from several instruments"),
    statistics.UNNAMED: ("that names {none}", "that name {none}"),
    statistics.WAITING: ("not indexed yet", "not indexed yet"),
}
_MOST = 12  # bars that lie
_TOGETHER = "Files that are read together count as one: a ZSPY folder, an EMI with its SER."
_NAME, _SINCE = attrgetter("name"), attrgetter("since")
_NUMBER, _BYTES = attrgetter("number"), attrgetter("bytes")
K = TypeVar("K")
C = TypeVar("C", IntervalSum, PeriodSum)


def dashboard() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Dashboard", anchor=False)
    first = statistics.first_day(access)
    if first is None:
        no_experiments(access)
        return
    today = access.services.now().astimezone(UTC).date()
    found = _in_words(statistics.figures(access, _period(first, today)))
    if not found.deposits:
        nothing_indexed()
        return
    _totals(found)
    left, right = st.columns(2, gap="large")
    with left:
        _deposits(found)
        _formats(found)
    with right:
        _validity(found)
        _instruments(found)
    left, right = st.columns(2, gap="large")
    with left:
        _bytes(found)
    with right:
        _faults(found)


def _in_words(found: Figures) -> Figures:
    """Return figures with verdicts and faults called as people call them."""
    labels = {verdict: STATES[State(verdict.value)].label for verdict in Verdict}
    fields = titles()
    return replace(
        found,
        deposits=tuple(
            replace(one, name=labels.get(one.name, one.name))  # type: ignore[call-overload]
            for one in found.deposits
        ),
        faults=tuple(
            (fields.get(name, name.replace("-", " ")), number) for name, number in found.faults
        ),
    )


def _period(first: date, today: date) -> Period:
    """Let people choose a period; it stands in the address."""
    years = [str(year) for year in range(today.year, first.year - 1, -1)]
    names = {name: label for name, (label, _) in _LAST.items()}
    names |= {year: year for year in years} | {EVER: "All there is"}
    if st.session_state.get(_PERIOD) not in names:
        asked = st.query_params.get("period", "")
        st.session_state[_PERIOD] = asked if asked in names else USUAL
    chosen = st.selectbox(
        "Period", list(names), key=_PERIOD, format_func=names.__getitem__, width=220
    )
    st.query_params["period"] = chosen
    tomorrow = today + timedelta(days=1)
    if chosen in years:
        return Period(date(int(chosen), 1, 1), date(int(chosen) + 1, 1, 1))
    if chosen == EVER:
        return Period(first, tomorrow)
    return Period(tomorrow - timedelta(days=_LAST[chosen][1]), tomorrow)


def _totals(found: Figures) -> None:
    verdicts = _sums(found.deposits, _NAME, _NUMBER)
    judged = verdicts.total() - verdicts[statistics.WAITING]
    told = {
        "deposits": f"{verdicts.total():,}",
        "measurements": f"{found.measurements:,}",
        "deposited": size_of(sum(one.bytes for one in found.deposits)),
        "valid": f"{verdicts['valid'] / judged:.0%}" if judged else "–",
    }
    with st.container(horizontal=True, key="totals"):
        for label, number in told.items():
            with st.container(border=True, height="stretch"):
                show("total", number=number, label=label)


def _deposits(found: Figures) -> None:
    chart = over_time(found.deposits, found.period, value=_NUMBER, title="Deposits", number="d")
    rows = []
    for since in sorted({one.since for one in found.deposits}):
        now = _sums([one for one in found.deposits if one.since == since], _NAME, _NUMBER)
        rows.append({"Since": str(since), **{name: f"{now[name]:,}" for name in VERDICTS}})
    figure("Deposits", chart, rows, found.questions["deposits"])


def _validity(found: Figures) -> None:
    judged = [one for one in found.deposits if one.name != statistics.WAITING]
    if not judged:
        return
    names = VERDICTS[:-1]
    chart = over_time(
        judged, found.period, value=_NUMBER, title="Share", number="d", names=names, share=True
    )
    rows = []
    for since in sorted({one.since for one in judged}):
        now = _sums([one for one in judged if one.since == since], _NAME, _NUMBER)
        parts = {name: f"{now[name] / now.total():.0%}" for name in names}
        rows.append({"Since": str(since), **parts})
    figure("How valid they are now", chart, rows, found.questions["deposits"])


def _bytes(found: Figures) -> None:
    factor, unit = unit_of(max(_sums(found.deposits, _SINCE, _BYTES).values()))
    chart = over_time(
        found.deposits, found.period, value=lambda one: one.bytes / factor, title=unit,
        number=".3~g",
    )  # fmt: skip
    rows = [
        {"Since": str(since), "Size": size_of(number)}
        for since, number in sorted(_sums(found.deposits, _SINCE, _BYTES).items())
    ]
    figure("Bytes", chart, rows, found.questions["deposits"])


def _formats(found: Figures) -> None:
    if not found.formats:
        return
    files = _sums(found.formats, _NAME, _NUMBER)
    sizes = _sums(found.formats, _NAME, _BYTES)
    top = dict(files.most_common(_MOST))
    chart = shares({name: float(number) for name, number in top.items()}, title="Files", number="d")
    rows = [
        {"Format": name, "Files": f"{number:,}", "Size": size_of(sizes[name])}
        for name, number in files.most_common()
    ]
    figure("Formats", chart, rows, found.questions["formats"], note=_TOGETHER)


def _instruments(found: Figures) -> None:
    number = _sums(found.instruments, _NAME, _NUMBER)
    apart = _sums(found.no_instrument, _NAME, _NUMBER)
    left_out = beside(apart)
    if not number:
        st.subheader("Instruments", anchor=False)
        st.caption(f"No chart: {left_out}.")
        return
    note = f"Not in this chart: {left_out}." if left_out else ""
    total = number.total()
    chart = shares(
        {name: count / total for name, count in number.most_common(_MOST)},
        title="Share of deposits",
        number=".0%",
    )
    rows = [
        {"Instrument": name, "Deposits": f"{count:,}", "Share": f"{count / total:.0%}"}
        for name, count in number.most_common()
    ]
    figure("Instruments", chart, rows, found.questions["instruments"], note=note)


def beside(apart: Mapping[str, int]) -> str:
    """Return how many deposits have no one instrument: ``2 deposits not indexed yet``."""
    told: list[str] = []
    for name, (of_one, of_some) in _APART.items():
        if number := apart[name]:
            what = "" if told else " deposit" if number == 1 else " deposits"
            words = of_one if number == 1 else of_some
            none = "none" if told else "no instrument"
            told.append(f"{number:,}{what} {words.format(none=none)}")
    return ", ".join(told)


def _faults(found: Figures) -> None:
    if not found.faults:
        return
    chart = shares(
        {name: float(number) for name, number in found.faults}, title="Experiments", number="d"
    )
    rows = [{"Field or rule": name, "Experiments": f"{n:,}"} for name, n in found.faults]
    figure("What is missing or wrong most often", chart, rows, found.questions["faults"])


def _sums(counts: Sequence[C], key: Callable[[C], K], value: Callable[[C], int]) -> Counter[K]:
    found: Counter[K] = Counter()
    for one in counts:
        found[key(one)] += value(one)
    return found


if __name__ == "__main__":
    dashboard()
