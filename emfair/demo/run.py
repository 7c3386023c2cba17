"""The demonstration: deposit, process, and what there is to tell about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emfair.client.engine import Deposited, DepositRequest, deposit
from emfair.demo.sessions import Session, lay_out, sessions
from emfair.nxem.annotations import parse_annotations
from emfair.service.access import local_access
from emfair.service.depository import LocalDepository
from emfair.service.processing import Chain
from emfair.service.services import Services

QUESTIONS = (
    (
        "Which detectors and readers gave what, and does it pass?",
        """SELECT reader, count(DISTINCT file) AS files, count(*) AS measurements,
       count(*) FILTER (verdict = 'valid') AS valid, round(sum(size) / 1e6, 1) AS MB
FROM measurements GROUP BY reader ORDER BY measurements DESC""",
    ),
    (
        "What was measured between 150 and 250 kV, with a calibrated dwell time?",
        """SELECT file, title, kind, acceleration_voltage_V / 1000 AS kV,
       round(dwell_time_s * 1e6, 3) AS "dwell µs", magnification
FROM measurements
WHERE acceleration_voltage_V BETWEEN 150e3 AND 250e3 AND dwell_time_s IS NOT NULL
ORDER BY dwell_time_s, file LIMIT 8""",
    ),
    (
        "Where does a stage tilt come from, and what did the vendor write there?",
        """SELECT m.file, round(degrees(f.value_num), 3) AS "tilt °", f.source, f.raw, f.source_path
FROM facts f JOIN measurements m USING (experiment_id, measurement_id)
WHERE f.key = 'tilt_alpha' AND f.value_num <> 0 AND f.replaced_by = ''
ORDER BY abs(f.value_num) DESC LIMIT 5""",
    ),
)
"""A facet, a filter on a quantity, and provenance of a value: title and SQL."""

FILES = """SELECT f.experiment_id, f.name AS file, f.reader AS format,
       (SELECT count(*) FROM measurements m
        WHERE m.experiment_id = f.experiment_id AND m.file = f.name) AS signals,
       coalesce(
         (SELECT CASE WHEN bool_or(m.verdict = 'invalid') THEN 'invalid'
                      WHEN bool_or(m.verdict = 'needs-input') THEN 'needs-input'
                      WHEN count(*) > 0 THEN 'valid' END
          FROM measurements m WHERE m.experiment_id = f.experiment_id
            AND (m.file = f.name OR list_contains(m.companions, f.name))),
         f.status) AS verdict,
       coalesce(
         (SELECT first(d.message ORDER BY d.severity <> 'error', d.message) FROM findings d
          WHERE d.experiment_id = f.experiment_id AND d.file = f.name
            AND d.severity NOT IN ('recommended', 'warning')),
         (SELECT 'read with ' || first(m.file) FROM measurements m
          WHERE m.experiment_id = f.experiment_id AND list_contains(m.companions, f.name)),
         '') AS remark
FROM files f ORDER BY f.experiment_id, file"""


@dataclass(frozen=True)
class Told:
    """One processed experiment: its deposit, state and time."""

    deposited: Deposited
    state: str
    reason: str
    seconds: float


def run(
    services: Services,
    chain: Chain,
    corpus: Path,
    scratch: Path,
    tell: Callable[[str], None] = lambda _: None,
    *,
    chosen: Sequence[Session] | None = None,
) -> Iterator[Told]:
    """Deposit every session (or those chosen) and run the chain on each; yield them as done."""
    depository = LocalDepository(local_access(services))
    for number, session in enumerate(sessions() if chosen is None else chosen, 1):
        tell(f"depositing “{session.title}”")
        folder = scratch / f"session-{number}"
        started = time.monotonic()
        done = deposit(
            depository,
            DepositRequest(
                paths=lay_out(session, corpus, folder),
                project=session.project,
                proposal=session.proposal,
                sample=session.sample,
                title=session.title,
                annotations=parse_annotations(session.annotations, session.title),
            ),
        )
        tell(f"processing “{session.title}”: {len(done.files)} files")
        row = services.registry.experiments.get(done.place.experiment)
        if row.processed_key != row.run_key:  # the same demonstration again has nothing to do
            for _ in chain.process([row.id]):
                pass
        row = services.registry.experiments.get(done.place.experiment)
        yield Told(done, row.state.value, row.state_reason, time.monotonic() - started)


def answers(services: Services) -> Iterator[tuple[str, str, Any]]:
    """Yield each question with its SQL and DuckDB's answer."""
    from emfair.catalogue.query import ask

    for title, sql in QUESTIONS:
        yield title, sql, ask(services.index, sql)


def verdicts(services: Services) -> Any:
    """Return one row a raw file: experiment, file, format, signals, verdict, remark."""
    from emfair.catalogue.query import ask

    return ask(services.index, FILES)
