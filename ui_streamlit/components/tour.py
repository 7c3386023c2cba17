"""The first-visit tour: five steps above the home page, each with the page that it is about.

It stands in the page, not over it: nothing is covered, the keyboard goes through it in order, and
it may be left alone. It begins at the first step that is not done yet, and stays until someone ends
it; that is kept with the person in the registry (`emfair.service.seen`), so that it holds in every
browser and on every machine, and no cookie is needed. It is called again, from its beginning, by
the account's menu and by the foot of every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from emfair.identity.principal import Kind
from emfair.model.states import ExperimentState as State
from emfair.service import overview
from emfair.service.access import Access
from emfair.service.seen import has_seen, note_seen
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.notices import notices

NAME = "tour"
AGAIN = ("tour", "again")
"""What stands in the query of the home page's address to begin it again."""
_STEP = "tour-step"


@dataclass(frozen=True)
class Step:
    """One step: what one does, why, and where.

    Attributes
    ----------
    done
        States that an experiment of one's own has only after this step.
    """

    title: str
    text: str
    to: Path
    link: str
    done: frozenset[State] = frozenset()


STEPS = (
    Step(
        "Deposit a session",
        "Say what project, proposal and sample it belongs to, and drop whole folders as the "
        "microscope wrote them. Large files go on where they stopped, even after a reload.",
        links.DEPOSIT,
        "Deposit",
        frozenset(State) - {State.DRAFT, State.TOMBSTONED},
    ),
    Step(
        "Fill in what no file carries",
        "Most values are read from the files, the instrument's profile and the sample's record. "
        "One short form asks for the rest; it can be saved, and finished later. Open an "
        "experiment, then **Annotate**.",
        links.EXPERIMENTS,
        "Experiments",
        frozenset(overview.FINISHED),
    ),
    Step(
        "See the verdict",
        "Each measurement becomes a NeXus container, checked against NXem: **valid**, **needs "
        "input**, or **invalid** with the file, the field, the rule, and what to do. This home "
        "page lists what waits for you.",
        links.EXPERIMENTS,
        "Experiments",
        frozenset({State.NEEDS_INPUT, State.INVALID, *overview.FINISHED}),
    ),
    Step(
        "Find it again",
        "Narrow all that was measured down by element, technique, instrument, or any value in any "
        "unit. The address of the page is the search, so it can be shared; what is found can be "
        "taken away as a table.",
        links.DISCOVER,
        "Discover",
    ),
    Step(
        "Ask across everything",
        "Every value is a row of an index that answers SQL, read only, and only of what you may "
        "see. Begin with an example.",
        links.SQL,
        "SQL",
    ),
)


def tour(access: Access) -> None:
    """Show the step that whoever looks is at; nothing once they have ended it."""
    if access.principal is None or access.principal.kind is Kind.REFEREE:
        return
    if st.query_params.get(AGAIN[0]) == AGAIN[1]:
        del st.query_params[AGAIN[0]]
        begin()
    if _STEP not in st.session_state:
        st.session_state[_STEP] = len(STEPS) if has_seen(access, NAME) else _first(access)
    number = st.session_state[_STEP]
    if number < len(STEPS):
        _show(number)


def _first(access: Access) -> int:
    """Return the first step that none of their experiments is beyond."""
    counts = overview.counts(access, mine=overview.sees_others(access))
    there = {state for state, count in counts.items() if count}
    return next(number for number, step in enumerate(STEPS) if not step.done & there)


def begin() -> None:
    """Let the tour begin when the home page is shown next."""
    st.session_state[_STEP] = 0


def _show(number: int) -> None:
    step, last = STEPS[number], number == len(STEPS) - 1
    with st.container(border=True, key="tour", gap="xsmall"):
        st.caption(f"First steps · {number + 1} of {len(STEPS)}")
        st.subheader(step.title, anchor=False)
        st.markdown(step.text)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Done" if last else "Next step",
                type="primary",
                key="tour-next",
                on_click=_end if last else _go,
                args=() if last else (number + 1,),
            )
            if number:
                st.button("Back", key="tour-back", on_click=_go, args=(number - 1,))
            st.page_link(
                step.to, label=f"To the page {step.link}", icon=":material/arrow_forward:",
                width="content",
            )  # fmt: skip
            if not last:
                st.button("Skip the tour", key="tour-skip", type="tertiary", on_click=_end)


def _go(number: int) -> None:
    st.session_state[_STEP] = number


def _end() -> None:
    with notices():
        note_seen(stores.access(), NAME)
        st.session_state[_STEP] = len(STEPS)
