"""Addresses: of pages, of the API, of Dagster.

What does not belong here: showing them.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from emfair.settings import Settings

API = "/api/v1/experiments"
_PAGES = Path(__file__).parents[1] / "pages"
HOME = _PAGES / "home.py"
EXPERIMENTS = _PAGES / "experiments.py"
EXPERIMENT = _PAGES / "experiment.py"
SQL = _PAGES / "sql.py"
LAST_ASSET = "metadata_index"


def api(experiment: str, *parts: str) -> str:
    """Return the API's address of something of an experiment."""
    return "/".join([API, quote(experiment, safe=""), *(quote(part) for part in parts)])


def dagster(settings: Settings, experiment: str) -> str:
    """Return the address at which Dagster shows an experiment's partition."""
    return (
        f"http://127.0.0.1:{settings.dagster_port}/assets/{LAST_ASSET}"
        f"?view=partitions&partition={quote(experiment, safe='')}"
    )
