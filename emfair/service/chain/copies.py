"""Which files of a deposit are copies of one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emfair.model.annotations import Annotations
from emfair.model.manifest import RawFile
from emfair.vendor.bundles import Bundle


def same_bytes(
    bundles: Iterable[Bundle], files: Mapping[str, RawFile], notes: Annotations
) -> list[list[Bundle]]:
    """Sort bundles into groups that hold the same bytes; most groups have one member.

    Only single files are compared. An empty file is nobody's copy, and a file of which `notes`
    say something is a measurement of its own.
    """
    groups: dict[str, list[Bundle]] = {}
    for each in bundles:
        file = files.get(each.primary)
        alone = (
            file is None
            or each.companions
            or file.size == 0
            or notes.about(each.primary) is not None
        )
        key = each.primary if alone or file is None else f"sha256:{file.sha256}"
        groups.setdefault(key, []).append(each)
    return list(groups.values())
