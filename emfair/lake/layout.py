"""Where things stand in the lake: one place that spells the keys.

``project=…/proposal=…/sample=…/experiment=…/{raw,nexus,reports,previews,provenance}/…`` and
``index/…``: hive-readable, so that any engine finds the nouns in the path.
"""

from __future__ import annotations

import re

from emfair.model.manifest import Place

INDEX = "index"


def project_prefix(place: Place) -> str:
    """Prefix of everything of a project."""
    return f"project={place.project}"


def proposal_prefix(place: Place) -> str:
    """Prefix of everything of a proposal."""
    return f"{project_prefix(place)}/proposal={place.proposal}"


def sample_prefix(place: Place) -> str:
    """Prefix of everything of a sample."""
    return f"{proposal_prefix(place)}/sample={place.sample}"


def experiment_prefix(place: Place) -> str:
    """Prefix of everything of an experiment."""
    return f"{sample_prefix(place)}/experiment={place.experiment}"


def raw_file(place: Place, path: str) -> str:
    """Key of a raw file; `path` as `emfair.model.paths.lake_path` returns it."""
    return f"{experiment_prefix(place)}/raw/files/{path}"


def experiment_of(key: str) -> str:
    """Return the experiment that a raw file's key names; empty where it names none."""
    found = re.search(r"/experiment=([^/]+)/raw/files/", key)
    return found[1] if found else ""


def manifest(place: Place, version: int) -> str:
    """Key of the manifest of the `version`-th deposit."""
    return f"{experiment_prefix(place)}/raw/manifest-{version:04d}.json"


def annotation_document(place: Place, version: int) -> str:
    """Key of the `version`-th annotation document."""
    return f"{experiment_prefix(place)}/raw/annotations-{version:04d}.json"


def context_document(place: Place, version: int) -> str:
    """Key of what the registry's records said for the `version`-th annotation document."""
    return f"{experiment_prefix(place)}/raw/context-{version:04d}.json"


def container(place: Place, measurement: str) -> str:
    """Key of a measurement's NXem container."""
    return f"{experiment_prefix(place)}/nexus/{measurement}.nxs"


def conversion(place: Place) -> str:
    """Key of the document that says what conversion made of the raw files."""
    return f"{experiment_prefix(place)}/nexus/conversion.json"


def report(place: Place, suffix: str) -> str:
    """Key of the validation report; `suffix` is ``json``, ``md`` or ``html``."""
    return f"{experiment_prefix(place)}/reports/validation.{suffix}"


def preview(place: Place, measurement: str) -> str:
    """Key of a measurement's preview picture."""
    return f"{experiment_prefix(place)}/previews/{measurement}.png"


def provenance(place: Place, name: str) -> str:
    """Key of a provenance record."""
    return f"{experiment_prefix(place)}/provenance/{name}.json"


def readme(prefix: str) -> str:
    """Key of the README of a level."""
    return f"{prefix}/README.md"
