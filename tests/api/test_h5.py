"""A container looked into as H5Web asks, and compared with what h5py reads."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from emfair.lake import layout
from emfair.lake.random_access import random_access
from emfair.service import viewing
from tests.api.told import problem
from tests.lake.conftest import kind, lake, s3_endpoint  # noqa: F401  fixtures of the lakes


@pytest.fixture
def container(client, services, made):
    """Return a measurement of an experiment, and where its container lies."""
    name = client.get(f"/experiments/{made['valid']}/measurements").json()["items"][0]
    row = services.registry.experiments.get(made["valid"])
    measurement = name["id"]
    return measurement, services.lake.locate(layout.container(row.place, measurement))


@pytest.fixture
def base(made, container) -> str:
    return f"/experiments/{made['valid']}/containers/{container[0]}/h5"


@pytest.fixture
def dataset(container) -> tuple[str, np.ndarray]:
    """Return the path and the values of the image in it."""
    found = {}
    with h5py.File(container[1]) as file:
        file.visititems(
            lambda name, one: (
                found.setdefault(f"/{name}", one[()])
                if isinstance(one, h5py.Dataset) and one.ndim == 2
                else None
            )
        )
    return next(iter(found.items()))


def test_groups_and_datasets_tell_what_they_are(client, base, dataset):
    root = client.get(f"{base}/meta", params={"file": "x", "path": "/"}).json()
    assert (root["kind"], [one["name"] for one in root["children"]]) == ("group", ["entry"])
    path, values = dataset
    told = client.get(f"{base}/meta", params={"path": path}).json()
    assert (told["kind"], told["shape"]) == ("dataset", list(values.shape))
    attributes = client.get(f"{base}/attr", params={"path": "/entry"}).json()
    assert attributes["NX_class"] == "NXentry"
    assert path in client.get(f"{base}/paths", params={"path": "/"}).json()


@pytest.mark.parametrize("selection", [None, "3", "2:5, :", "-1, ::2"])
def test_values_are_those_of_the_container(client, base, dataset, selection):
    path, values = dataset
    asked = {"path": path, "format": "bin", "dtype": "safe"}
    asked |= {"selection": selection} if selection else {}
    answer = client.get(f"{base}/data", params=asked).raise_for_status()
    part = eval(f"values[{selection}]") if selection else values  # noqa: S307  of this test
    kept = np.frombuffer(answer.content, part.dtype.newbyteorder("<")).reshape(part.shape)
    assert np.array_equal(kept, part)


@pytest.mark.parametrize(
    ("where", "asked", "status"),
    [
        ("meta", {"path": "/nowhere"}, 404),
        ("attr", {"path": "/entry/../../etc"}, 404),
        ("data", {"path": "/entry"}, 400),
        ("data", {"path": "DATA", "selection": "x"}, 400),
        ("data", {"path": "DATA", "selection": "1,2,3"}, 400),
        ("data", {"path": "DATA", "selection": "999999"}, 400),
        ("data", {"path": "DATA", "format": "exe"}, 422),
        ("data", {}, 422),
    ],
)
def test_what_cannot_be_told_is_a_problem(client, base, dataset, where, asked, status):
    asked = {name: dataset[0] if text == "DATA" else text for name, text in asked.items()}
    problem(client.get(f"{base}/{where}", params=asked), status)


def test_a_measurement_that_is_not_there(client, made):
    url = f"/experiments/{made['valid']}/containers/nothing/h5/meta"
    problem(client.get(url, params={"path": "/"}), 404)


def test_no_more_is_read_at_once_than_memory_has_room_for(client, base, dataset, monkeypatch):
    monkeypatch.setattr(viewing, "LARGEST", dataset[1].nbytes - 1)
    asked = {"path": dataset[0], "format": "bin"}
    assert "Select a part" in problem(client.get(f"{base}/data", params=asked), 413)["remedy"]
    client.get(f"{base}/data", params=asked | {"selection": "0"}).raise_for_status()


def test_of_text_less_is_told_at_once(client, base, dataset, monkeypatch):
    monkeypatch.setattr(viewing, "LARGEST_TEXT", dataset[1].nbytes - 1)
    asked = {"path": dataset[0]}
    for form in ("json", "csv"):
        problem(client.get(f"{base}/data", params=asked | {"format": form}), 413)
    client.get(f"{base}/data", params=asked | {"format": "npy"}).raise_for_status()


def test_an_object_is_read_anywhere_from_every_lake(lake):  # noqa: F811
    content = bytes(range(256)) * 20_000
    lake.put_bytes("a/b", content)
    with random_access(lake, "a/b") as file:
        for start in (4_000_000, 17, len(content) - 3):
            file.seek(start)
            assert file.read(100) == content[start : start + 100]
        assert (file.seek(-5, 2), file.read()) == (len(content) - 5, content[-5:])
        file.seek(len(content) + 10)
        assert file.read(1) == b""
