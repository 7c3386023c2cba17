"""The annotations of an experiment, given anew: a version more in the registry, kept in the lake.

What does not belong here: checking and reading them (`emfair.nxem.annotations`), and the first
ones, which come with the deposit (`deposits`).
"""

from __future__ import annotations

from emfair.errors import Conflict
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.manifest import Place, run_key
from emfair.service.documents import read_manifest
from emfair.service.services import Services


def annotate(
    services: Services,
    experiment: str,
    annotations: Annotations,
    *,
    expected_version: int,
    author: str,
    reason: str,
) -> None:
    """Give an experiment a new version of its annotations, to be processed anew.

    Raises
    ------
    Conflict
        Someone else changed them since `expected_version`, or the deposit is not sealed yet.
    NotFound
        There is no such experiment.
    """
    row = services.registry.experiments.get(experiment)
    if row.manifest_version is None:
        raise Conflict(
            f"is {row.state.value}: its deposit is not sealed yet.",
            subject=experiment,
            remedy="Finish the deposit first; its annotations can come with it.",
        )
    manifest = read_manifest(services, row.place, row.manifest_version)
    services.registry.annotations.change(
        experiment,
        expected_version,
        document=canonical_json(annotations).decode(),
        author=author,
        reason=reason,
        run_key=run_key(manifest, annotations, expected_version + 1),
    )
    keep_annotations(services, row.place)


def keep_annotations(services: Services, place: Place) -> None:
    """Put into the lake whatever annotation documents of the registry are not there.

    The registry decides who was first, so a document is kept after it did; should a process die
    in between, the same deposit again does it, or the chain when it begins.
    """
    for row in services.registry.annotations.versions(place.experiment):
        key = layout.annotation_document(place, row.version)
        if services.lake.info(key) is None:
            services.lake.put_bytes(key, row.document.encode())
