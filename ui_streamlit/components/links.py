"""Addresses: of pages, of the API, of Dagster.

What does not belong here: showing them.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode

from emfair.service.holdings import Branch, Part
from emfair.settings import Settings
from ui_streamlit import built

API = "/api/v1/experiments"
SEARCH = "/api/v1/search"
_PAGES = Path(__file__).parents[1] / "pages"
HOME = _PAGES / "home.py"
ANNOTATE = _PAGES / "annotate.py"
DASHBOARD = _PAGES / "dashboard.py"
BOARD = _PAGES / "board.py"
DEPOSIT = _PAGES / "deposit.py"
DISCOVER = _PAGES / "discover.py"
EXPERIMENTS = _PAGES / "experiments.py"
EXPERIMENT = _PAGES / "experiment.py"
SQL = _PAGES / "sql.py"
AUDIT = _PAGES / "audit.py"
LAKE = _PAGES / "lake.py"
MEMBERS = _PAGES / "members.py"
INSTRUMENTS = _PAGES / "instruments.py"
PEOPLE = _PAGES / "people.py"
TOKENS = _PAGES / "tokens.py"
LAST_ASSET = "metadata_index"


def api(experiment: str, *parts: str) -> str:
    """Return the API's address of something of an experiment."""
    return "/".join([API, quote(experiment, safe=""), *(quote(part) for part in parts)])


def experiment(identifier: str, measurement: str = "") -> str:
    """Return the address of an experiment's page, or of a measurement's, as other pages have it."""
    asked = {"id": identifier, **({"measurement": measurement} if measurement else {})}
    return f"experiment?{urlencode(asked)}"


def preview(experiment: str, measurement: str) -> str:
    """Return the address of a measurement's picture."""
    return api(experiment, "previews", f"{measurement}.png")


def lake_object(path: str) -> str:
    """Return the API's address of an object in the lake."""
    return f"/api/v1/lake/objects/{quote(path, safe='/=')}"


def archive(of: Branch, part: Part) -> str:
    """Return the API's address of a level as a ZIP archive."""
    nouns = ("projects", "proposals", "samples")
    if len(of.levels) > len(nouns):
        base = api(of.name)
    else:
        steps = zip(nouns, of.levels, strict=False)
        base = "/api/v1/" + "/".join(f"{noun}/{quote(one, safe='')}" for noun, one in steps)
    return f"{base}/archive.zip?{urlencode({'part': part.value})}"


def viewer(experiment: str, measurement: str) -> str:
    """Return the address of the viewer of a container."""
    asked = urlencode({"experiment": experiment, "measurement": measurement})
    return f"{built.address('viewer.html')}&{asked}"


def dagster(settings: Settings, experiment: str) -> str:
    """Return the address at which Dagster shows an experiment's partition; empty without one."""
    at = f"/assets/{LAST_ASSET}?view=partitions&partition={quote(experiment, safe='')}"
    return settings.dagster and settings.dagster + at
