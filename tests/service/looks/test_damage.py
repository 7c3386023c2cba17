"""Damaged containers are told as such, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emfair.errors import BadData
from emfair.lake import layout
from emfair.service import viewing
from emfair.service.looks import look_at
from emfair.service.looks.subject import opened
from emfair.service.measurements import measurements
from emfair.service.services import open_services
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.service.looks.conftest import key_of, stored


def numbers(shape, seed):
    return np.random.default_rng(seed).integers(0, 60_000, shape).astype("u2")


def changed(granted, measurement, change):
    """Change a container in the lake; return whether it is another one."""
    lake, key = granted.access.services.lake, key_of(granted, measurement)
    content = lake.read_bytes(key)
    lake.delete(key)
    lake.put_bytes(key, change(content))
    return lake.read_bytes(key) != content


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content: content[: len(content) // 3],
        lambda content: content[:48] + bytes([content[48] ^ 0x80]) + content[49:],
        lambda content: content[:48] + b"\x7f" * 8 + content[56:],  # places beyond any file
        lambda content: b"no HDF5" * 100,  # noqa: ARG005
    ],
)
def test_a_damaged_container_is_bad_data(granted, tmp_path, damaged):
    measurement = stored(granted, tmp_path, numbers((30, 40), seed=16))
    changed(granted, measurement, damaged)
    with pytest.raises(BadData) as told:
        look_at(granted, measurement)
    assert "checksums" in told.value.remedy


def test_a_damaged_container_is_told_to_who_looks_at_all_of_it(tmp_path, corpus, run_folder):
    made = fill(tmp_path / "home", corpus, run_folder)
    with open_services(read_settings(home=tmp_path / "home")) as services:
        row = services.registry.experiments.get(made["valid"])
        name = measurements(services, row).items[0].measurement.measurement
        with viewing.looking(services, row, name) as whole:
            assert b"entry" in whole.meta("/").content
        lying = Path(services.lake.locate(layout.container(row.place, name)))
        lying.write_bytes(lying.read_bytes()[:200])
        with pytest.raises(BadData), viewing.looking(services, row, name):
            pass


@pytest.mark.parametrize("of", [b"TREE", b"x^"])
def test_a_damaged_chunk_or_list_of_chunks_is_bad_data(granted, tmp_path, of):
    data = numbers((300, 400), seed=20)
    measurement = stored(granted, tmp_path, data)
    made = look_at(granted, measurement)
    assert changed(granted, measurement, lambda content: content.replace(of, b"\0" * len(of)))
    with pytest.raises(BadData) as told:
        made.frame()
    assert told.value.subject == key_of(granted, measurement)


@pytest.mark.parametrize("kind", [KeyError, OSError])
def test_only_what_is_damaged_is_told_as_damaged(granted, tmp_path, kind):
    measurement = stored(granted, tmp_path, numbers((30, 40), seed=21))
    key = key_of(granted, measurement)
    with pytest.raises(kind), opened(granted.access.services, key):
        raise kind("a mistake of ours")
