"""Documents for people to look at: parsed once while their bytes are the same."""

from __future__ import annotations

import pytest

from emfair.errors import BadData
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.context import Context
from emfair.model.documents import Conversion, Validation
from emfair.model.manifest import Manifest
from emfair.provenance.record import ProvenanceRecord
from emfair.service.documents import is_remade, made, shown


def conversion(place, version: int) -> bytes:
    return canonical_json(
        Conversion(
            place=place, manifest_version=version, annotations_version=1, measurements=(),
            findings=(),
        )
    )  # fmt: skip


def test_the_same_bytes_are_parsed_once_and_others_anew(services, sealed):
    key = layout.conversion(sealed)
    assert shown(services, Conversion, key) is None
    services.lake.put_bytes(key, conversion(sealed, 1))
    first = shown(services, Conversion, key)
    assert shown(services, Conversion, key) is first
    assert made(services, Conversion, key) == first
    services.lake.put_bytes(key, conversion(sealed, 2), replace=True)
    second = shown(services, Conversion, key)
    assert second is not None
    assert second.manifest_version == 2


def test_damaged_bytes_are_told_each_time(services, sealed):
    services.lake.put_bytes(layout.conversion(sealed), b"{")
    for _ in range(2):
        with pytest.raises(BadData, match="damaged"):
            shown(services, Conversion, layout.conversion(sealed))


def test_the_chain_makes_anew_what_it_makes():
    assert is_remade(Conversion)
    assert is_remade(Validation)
    for kind in (Manifest, Annotations, Context, ProvenanceRecord):
        assert not is_remade(kind)
