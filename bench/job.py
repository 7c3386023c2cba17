"""Experiments through the Dagster job in one process, split by step."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.measure import Work, in_worker
from bench.table import Figure

PART = "experiments through the job"
SESSION = 2  # of the demonstration: DigitalMicrograph, spectra and images
JUDGING = "validation_report"


def figures(cache: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield seconds an experiment for a session of one file and one of about 16."""
    for files in (1,) if quick else (1, 16):
        with tempfile.TemporaryDirectory(dir=cache) as home:
            told = in_worker("bench.job:run", home=home, files=files, repeats=2 if quick else 4)
        yield from _of_session(told.result)


def _of_session(told: dict[str, Any]) -> Iterator[Figure]:
    name = f"session of {told['files']}"
    bare = "the same files converted, no lake, no job"
    yield Figure(PART, f"{name}, first run of the process", "s", told["cold"], bare, told["bare"])
    yield Figure(PART, name, "s", told["warm"], bare, told["bare"])
    whole = f"{name}, whole run"
    for step, seconds in told["steps"].items():
        remark = "the share that is validation" if step == JUDGING else ""
        what = f"{name}: {step}"
        yield Figure(PART, what, "s", seconds, whole, told["warm"], "share", remark)
    rest = told["warm"] - sum(told["steps"].values())
    yield Figure(PART, f"{name}: Dagster, storing", "s", rest, whole, told["warm"], "share")


def run(home: str, files: int, repeats: int) -> Work:
    """Return the work: `repeats` deposits of the same files on other samples, each processed."""
    from emfair.client.engine import DepositRequest, deposit
    from emfair.demo.corpus import fetch
    from emfair.demo.sessions import lay_out, sessions
    from emfair.model.annotations import Annotations
    from emfair.nxem.annotations import parse_annotations
    from emfair.service.access import local_access
    from emfair.service.browse import experiment
    from emfair.service.conversion import convert_files
    from emfair.service.depository import LocalDepository
    from emfair.service.processing import open_chain
    from emfair.service.services import open_services
    from emfair.settings import Settings

    root = Path(home)
    session = sessions()[SESSION]
    paths = lay_out(session, fetch(), root / "session")[:files]
    settings = Settings(home=root / "home", lake_url="", registry_url="")

    def work() -> dict[str, Any]:
        runs: list[float] = []
        steps: list[dict[str, float]] = []
        with open_services(settings) as services, open_chain(settings) as chain:
            for number in range(repeats):
                notes = parse_annotations(session.annotations, session.title)
                request = DepositRequest(
                    paths, "Benchmark", "Job", f"Sample {number}", annotations=notes
                )
                done = deposit(LocalDepository(local_access(services)), request)
                (processed,) = chain.process([done.place.experiment])
                if not processed.succeeded:
                    raise RuntimeError(processed.reason)
                runs.append(processed.seconds)
                page = experiment(services, done.place.experiment)
                steps.append({
                    one.activity: (one.ended_at - one.started_at).total_seconds()
                    for one in page.records
                })  # fmt: skip
        started = time.perf_counter()
        for _ in convert_files(paths, root / "bare", Annotations()):
            pass
        bare = time.perf_counter() - started
        warm = steps[1:]
        return {
            "files": len(paths),
            "cold": runs[0],
            "warm": statistics.median(runs[1:]),
            "bare": bare,
            "steps": {name: statistics.median(one[name] for one in warm) for name in warm[0]},
        }

    return work
