"""What ``emfair up`` starts: commands, environments, and the folder Dagster lives in."""

from __future__ import annotations

import json
import os
import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import emfair
from emfair.errors import BadSetting
from emfair.service.up.children import ChildPlan
from emfair.service.up.ports import LOOPBACK
from emfair.settings import Settings

APP = "ui_streamlit.app"
ASSETS = "emfair_assets"
_WORKSPACE = """\
# Written by `emfair up`: the one code location.
load_from:
  - python_module:
      module_name: emfair_assets.definitions
      location_name: emfair
      working_directory: {code}
"""
_LOADED = "{workspaceOrError{...on Workspace{locationEntries{locationOrLoadError{__typename}}}}}"
"""GraphQL: has the code location been loaded, or did importing it fail?"""


def plans(settings: Settings) -> tuple[ChildPlan, ChildPlan]:
    """Return the app's and Dagster's plans. Raises `BadSetting` if a part is not installed."""
    for module, extra in ((APP, "app"), ("streamlit", "app"), ("dagster", "dagster")):
        _require(module, extra)
    environment = _environment(settings)
    python = sys.executable
    workspace = str(settings.dagster_home / "workspace.yaml")
    return (
        ChildPlan(
            name="app",
            command=(python, "-m", APP),
            environment=environment,
            port=settings.app_port,
            health="/api/v1/health",
            log=settings.home / "logs" / "app.log",
        ),
        ChildPlan(
            name="dagster",
            command=(
                python, "-m", "dagster", "dev", "-w", workspace,
                "-h", LOOPBACK, "-p", str(settings.dagster_port),
            ),
            environment=environment,
            port=settings.dagster_port,
            health=f"/graphql?query={quote(_LOADED)}",
            sick=b"PythonError",
            log=settings.home / "logs" / "dagster.log",
        ),
    )  # fmt: skip


def prepare_dagster_home(settings: Settings) -> None:
    """Make Dagster's folder; an instance configuration that is there already stays."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = settings.dagster_home / "dagster.yaml"
    if not configuration.exists():
        packaged = files(ASSETS).joinpath("dagster.yaml")
        configuration.write_bytes(packaged.read_bytes())
    workspace = _WORKSPACE.format(code=json.dumps(_code()))  # JSON is YAML, whatever the path
    (settings.dagster_home / "workspace.yaml").write_text(workspace, "utf-8")


def _environment(settings: Settings) -> dict[str, str]:
    """Return this process' environment with the settings spelled out.

    Children load the code this process runs (``PYTHONPATH``), never a file of the same name that
    lies in the folder they are started in (``PYTHONSAFEPATH``). Dagster drops the first entry of
    the path while it loads a code location, so the workspace names that folder as well.
    """
    code = _code()
    inherited = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "EMFAIR_HOME": str(settings.home),
        "EMFAIR_LAKE_URL": settings.lake,
        "EMFAIR_REGISTRY_URL": settings.registry,
        "EMFAIR_APP_PORT": str(settings.app_port),
        "EMFAIR_DAGSTER_PORT": str(settings.dagster_port),
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
        "PYTHONPATH": os.pathsep.join([code, inherited] if inherited else [code]),
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _code() -> str:
    """Return the folder this process loads emfair from."""
    return str(Path(emfair.__file__).parents[1])


def _require(module: str, extra: str) -> None:
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise BadSetting(
            f"{module} is not installed.",
            subject="emfair up",
            remedy=f"Install it: pip install 'emfair[{extra}]'.",
        )
