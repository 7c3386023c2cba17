"""Experiments: what they are, where they stand, which still have to be processed.

What does not belong here: how an experiment comes to be (``deposits``) and how its content
changes (``annotations``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, not_, select

from emfair.errors import Conflict
from emfair.model.manifest import Place, Titles
from emfair.model.shown import Shown
from emfair.model.states import ExperimentState, check_transition
from emfair.registry import experiment_row, places
from emfair.registry.audit import Deed, record
from emfair.registry.engine import IN_LIMIT, Database
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.pages import newest_first
from emfair.registry.sight import EVERYTHING, Sight, seen_experiments, within
from emfair.registry.tables import TITLE_LIMIT, UNSEALED, experiment
from emfair.registry.texts import contains_words, encodable, readable


@dataclass(frozen=True)
class ExperimentEdit:
    """What is to be changed; None leaves it as it is, an empty instrument takes it away."""

    title: str | None = None
    instrument: str | None = None
    restricted: bool | None = None


class Experiments:
    """The experiments of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def get(self, identifier: str) -> ExperimentRow:
        """Return one experiment. Raises `NotFound`."""
        with self._database.reading() as connection:
            return experiment_row.read(connection, identifier)

    def some(self, identifiers: Iterable[str]) -> tuple[ExperimentRow, ...]:
        """Return those of `identifiers` that there are, in whatever order."""
        wanted = sorted(set(identifiers))
        found: list[ExperimentRow] = []
        with self._database.reading() as connection:
            for start in range(0, len(wanted), IN_LIMIT):
                some = experiment.c.id.in_(wanted[start : start + IN_LIMIT])
                rows = connection.execute(experiment_row.rows().where(some))
                found.extend(map(experiment_row.row, rows.mappings()))
        return tuple(found)

    def place(self, identifier: str) -> tuple[Place, Titles]:
        """Return where an experiment hangs, and what people call it. Raises `NotFound`."""
        with self._database.reading() as connection:
            return places.read(connection, identifier)

    def titles(self, identifiers: Collection[str]) -> dict[str, Titles]:
        """Return what people call those of `identifiers` that there are; at most a page's."""
        with self._database.reading() as connection:
            return places.titles(connection, identifiers)

    def list(
        self,
        *,
        state: ExperimentState | None = None,
        project: str | None = None,
        proposal: str | None = None,
        sample: str | None = None,
        instrument: str | None = None,
        depositor: str | None = None,
        reason: str | None = None,
        text: str = "",
        visible: Sight = EVERYTHING,
        limit: int = 50,
        after: str | None = None,
    ) -> tuple[ExperimentRow, ...]:
        """Return a page of experiments, newest first.

        Parameters
        ----------
        state, project, proposal, sample, instrument, depositor
            Only experiments of this one; a proposal's or sample's identifier alone means little,
            and goes with the project's.
        reason
            Only what is in its state for this reason, word for word.
        text
            Words, each of which title, identifiers or depositor must hold, whatever the case.
        visible
            Only what someone may see.
        limit
            At most so many; never more than 1,000.
        after
            The last identifier of the page before. Raises `NotFound` if there is no such one.

        Raises
        ------
        BadCall
            One of these is no text.
        """
        wanted = {
            "state": state and state.value,
            "project": project,
            "proposal": proposal,
            "sample": sample,
            "instrument": instrument,
            "depositor": depositor,
            "state_reason": reason,
        }
        for name, value in wanted.items():
            encodable(value or "", name)
        query = experiment_row.rows().where(
            *(experiment.c[name] == value for name, value in wanted.items() if value is not None),
            *contains_words(experiment.c.search, text),
            seen_experiments(within(visible, project)),
        )
        order = (experiment.c.created_at, experiment.c.id)
        with self._database.reading() as connection:
            page = newest_first(connection, query, order, after and (after,), limit)
            if page is None:
                raise places.unknown(after or "")
            return tuple(experiment_row.row(found) for found in connection.execute(page).mappings())

    def children(self, *above: str) -> tuple[places.ChildRow, ...]:
        """Return what lies directly below a project, a proposal or a sample, newest first.

        Parameters
        ----------
        above
            Identifiers of project, then proposal, then sample: one to three.
        """
        with self._database.reading() as connection:
            return places.below(connection, *above)

    def count_below(
        self, *above: str, among: Collection[str], visible: Sight = EVERYTHING
    ) -> dict[str, int]:
        """Return how many experiments each level has directly below `above`, of what is seen.

        Parameters
        ----------
        above
            Identifiers of nothing (then projects are counted), of a project, or of a proposal too.
        among
            The identifiers to count for; at most a page's. What has no experiment is not there.
        """
        levels = (experiment.c.project, experiment.c.proposal, experiment.c.sample)
        level = levels[len(above)]
        query = select(level, func.count()).where(
            *(column == value for column, value in zip(levels, above, strict=False)),
            level.in_(sorted(among)),
            seen_experiments(visible),
        )
        with self._database.reading() as connection:
            return dict(connection.execute(query.group_by(level)).all())

    def shown(self, visible: Sight = EVERYTHING) -> Shown:
        """Return which sealed experiments someone may see, by the shorter of two lists.

        Nobody sees what is withdrawn.
        """
        sealed = experiment.c.manifest_version.is_not(None)
        withdrawn = experiment.c.state == ExperimentState.TOMBSTONED.value
        seen = and_(seen_experiments(visible), not_(withdrawn))
        count = select(func.count().filter(seen), func.count().filter(not_(seen))).where(sealed)
        with self._database.reading() as connection:
            inside, outside = connection.execute(count.select_from(experiment)).one()
            wanted = not_(seen) if outside <= inside else seen
            found = connection.execute(select(experiment.c.id).where(sealed, wanted)).scalars()
            return Shown(tuple(found), all_but=outside <= inside)

    def edit(
        self, identifier: str, expected_version: int, edit: ExperimentEdit, *, actor: str
    ) -> ExperimentRow:
        """Change what people decide about an experiment; what stays the same is no change.

        Raises
        ------
        NotFound
            There is no such experiment, or no such instrument.
        BadCall
            The title cannot be stored.
        Conflict
            It has changed since `expected_version`, or the title is sealed in its manifest.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            experiment_row.check_version(found, expected_version)
            values = _edited(connection, found, edit)
            if not values:
                return found
            detail = {
                "changed": [
                    {"field": name, "old": getattr(found, name), "new": new}
                    for name, new in values.items()
                ]
            }
            action = "experiment-shared" if "restricted" in values else "experiment-changed"
            record(connection, now, Deed(actor, action, identifier, detail))
            values["search"] = experiment_row.search_of(
                found.place, values.get("title", found.title), found.depositor
            )
            return experiment_row.change(connection, identifier, now, values)

    def set_state(
        self,
        identifier: str,
        state: ExperimentState,
        *,
        reason: str = "",
        processed_key: str | None = None,
    ) -> ExperimentRow:
        """Move an experiment on; `reason` replaces the old one, `processed_key` if given.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Its state has no way to `state`.
        """
        changes: dict[str, Any] = {
            "state": state.value,
            "state_reason": encodable(reason, "reason"),
        }
        if processed_key is not None:
            changes["processed_key"] = processed_key
        with self._database.writing() as connection:
            check_transition(experiment_row.lock(connection, identifier).state, state, identifier)
            return experiment_row.change(connection, identifier, self._now(), changes)

    def sealed(self, *, after: str = "", limit: int = 1000) -> tuple[ExperimentRow, ...]:
        """Return the first `limit` sealed experiments behind the identifier `after`, by identifier.

        For whoever walks through all of them; those with a later deposit in progress are left out.
        """
        query = experiment_row.rows().where(
            experiment.c.state.not_in(UNSEALED), experiment.c.id > after
        )
        query = query.order_by(experiment.c.id).limit(limit)
        with self._database.reading() as connection:
            return tuple(map(experiment_row.row, connection.execute(query).mappings()))

    def pending(self) -> tuple[ExperimentRow, ...]:
        """Return the sealed experiments whose present content was not processed, oldest first.

        Whatever their state: annotations may have changed while a run was still on its way.
        """
        query = experiment_row.rows().where(
            experiment.c.state.not_in(UNSEALED),
            experiment_row.run_key().is_distinct_from(experiment.c.processed_key),
        )
        query = query.order_by(experiment.c.created_at, experiment.c.id)
        with self._database.reading() as connection:
            return tuple(
                experiment_row.row(found) for found in connection.execute(query).mappings()
            )


def _edited(connection: Connection, found: ExperimentRow, edit: ExperimentEdit) -> dict[str, Any]:
    """Return the columns that an edit changes."""
    if found.state is ExperimentState.TOMBSTONED:
        raise Conflict(
            "is withdrawn: nothing of it changes any more.",
            subject=found.id,
            remedy="Deposit anew what shall go on.",
        )
    values: dict[str, Any] = {}
    if edit.title is not None:
        values["title"] = readable(edit.title, "experiment.title", TITLE_LIMIT)
    if edit.instrument is not None:
        values["instrument"] = places.check_instrument(connection, edit.instrument or None)
    if edit.restricted is not None:
        values["restricted"] = edit.restricted
    changed = {name: new for name, new in values.items() if new != getattr(found, name)}
    if "title" in changed and (found.manifest_version or found.closed_at):
        raise Conflict(
            "its title is sealed in the manifest.",
            subject=found.id,
            remedy="Give its annotations a title: that one is shown.",
        )
    return changed
