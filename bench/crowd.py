"""A registry with very many experiments, filled behind its back: what lists are measured on.

Half of the experiments lie in one large project, the others in many small ones; a member works on a
few of those. What does not belong here: what is asked (`bench.registry`, `bench.sensors`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

PROJECTS = 200
LARGE = "project-000"
MEMBER, OF = "local:member", ("project-007", "project-042", "project-133", "project-190")
DEPOSITOR = "local:person-5"
"""One of 97, each of whom deposited as much."""
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_WORDS = ("lamella", "particle", "fibre", "alloy", "grain", "boundary", "oxide", "catalyst", "film")
_STATES = ("valid", "valid", "valid", "needs-input", "invalid", "failed")
_PORTION = 10_000


def fill(url: str, count: int) -> None:
    """Fill the migrated registry at `url` with `count` experiments, all of them processed."""
    from sqlalchemy import insert, text

    from emfair.registry import tables
    from emfair.registry.engine import connect

    database = connect(url)
    with database.writing() as connection:
        for name, rows in _places().items():
            connection.execute(insert(getattr(tables, name)), rows)
        for start in range(0, count, _PORTION):
            some = [experiment(number) for number in range(start, min(start + _PORTION, count))]
            connection.execute(insert(tables.experiment), some)
            connection.execute(insert(tables.outbox), [_row(each) for each in some])
    with database.writing() as connection:
        connection.execute(text("ANALYZE"))  # PostgreSQL does so by itself, a little later
    database.close()


def forget(url: str, first: int, since: datetime) -> None:
    """Let the experiments from number `first` on be sealed at `since`, and not processed."""
    from sqlalchemy import update

    from emfair.registry.engine import connect
    from emfair.registry.tables import experiment

    database = connect(url)
    with database.writing() as connection:
        late = update(experiment).where(experiment.c.id >= f"e-{first:06}")
        values = {"processed_key": None, "state": "sealed", "updated_at": since}
        connection.execute(late.values(values))
    database.close()


def rename(url: str, depositor: str, name: str) -> None:
    """Let somebody else have deposited what `depositor` did."""
    from sqlalchemy import update

    from emfair.registry.engine import connect
    from emfair.registry.tables import experiment

    database = connect(url)
    with database.writing() as connection:
        theirs = update(experiment).where(experiment.c.depositor == depositor)
        connection.execute(theirs.values(depositor=name))
    database.close()


def _places() -> dict[str, list[dict[str, Any]]]:
    """Return the rows that experiments hang on, by table."""
    levels = [f"project-{number:03}" for number in range(PROJECTS)]
    card = {"title": "T", "created_at": BEGAN}
    return {
        "project": [{"id": project, **card} for project in levels],
        "proposal": [{"project": project, "id": "p", **card} for project in levels],
        "sample": [
            {"project": project, "proposal": "p", "id": f"s-{number}", **card}
            for project in levels
            for number in range(10)
        ],
        "instrument": [{"id": f"instrument-{number}", **card} for number in range(20)],
        "membership": [
            {
                "project": project, "subject": MEMBER, "role": "editor", "granted_by": "local:ada",
                "granted_at": BEGAN,
            }
            for project in OF
        ],
    }  # fmt: skip


def experiment(number: int) -> dict[str, Any]:
    """Return the row of an experiment."""
    project = LARGE if number % 2 else f"project-{1 + number // 2 % (PROJECTS - 1):03}"
    words = [_WORDS[number // step % len(_WORDS)] for step in (1, 9, 81)]
    name, title = f"e-{number:06}", f"{' '.join(words)} {number}"
    depositor = f"local:person-{number % 97}"
    at = BEGAN + timedelta(minutes=number)
    state = _STATES[number % len(_STATES)]
    return {
        "id": name,
        "project": project,
        "proposal": "p",
        "sample": f"s-{number // 7 % 10}",
        "title": title,
        "created_at": at,
        "updated_at": at,
        "state": state,
        "state_reason": "" if state == "valid" else f"rule {number % 40} is broken",
        "depositor": depositor,
        "version": 4,
        "manifest_version": 1,
        "annotations_version": 1,
        "content_digest": f"{number:064x}",
        "processed_key": f"{name}:k",
        "instrument": f"instrument-{number % 20}",
        "restricted": number % 50 == 0,
        "search": f"{title} {name} p {project} {depositor}",
    }


def _row(experiment: dict[str, Any]) -> dict[str, Any]:
    """Return the outbox's row of an experiment."""
    return {
        "kind": "deposit-sealed",
        "experiment": experiment["id"],
        "run_key": f"{experiment['id']}:k",
        "created_at": experiment["created_at"],
    }
