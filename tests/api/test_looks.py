"""Quick looks over the API: numbers are those of the container, pictures are pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import SimpleNamespace
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from PIL import Image

from emfair.api.app import create_app
from emfair.identity.table import Action
from emfair.lake import layout
from emfair.lake.memory import MemoryLake
from emfair.model.canonical import canonical_json
from emfair.model.documents import Conversion
from emfair.service.access import Granted
from emfair.service.services import open_services
from emfair.settings import read_settings
from emfair.vendor.signal import Axis
from tests.api.server import serving
from tests.api.told import problem
from tests.service.lab import DepositRequest, deposit, someone
from tests.service.looks.conftest import stored
from tests.services.registries import furnished

_LENGTHS = (Axis("y", 6, "nm", 0.5, navigate=True), Axis("x", 8, "nm", 0.5, navigate=True))
_ENERGY = Axis("Energy", 400, "eV", 2.0, 100.0)
_CAMERA = (Axis("ky", 24, "1/nm", 0.1, -1.2), Axis("kx", 20, "1/nm", 0.1, -1.0))


def power_law(*shape: int) -> np.ndarray:
    """Return spectra that are a background alone, with noise."""
    noise = np.random.default_rng(0)
    return noise.poisson(1e9 * (100 + 2.0 * np.arange(400)) ** -2.0 * np.ones((*shape, 1)))


def disk() -> np.ndarray:
    """Return patterns of a bright disk on a dark camera."""
    rows, columns = np.ogrid[:24, :20]
    inside = np.hypot(rows - 11, columns - 9) < 4
    noise = np.random.default_rng(1)
    return noise.poisson(np.where(inside, 900, 5), (6, 8, 24, 20)).astype("u2")


_ARRAYS = {
    "picture": (np.arange(1200.0).reshape(30, 40), (Axis("y", 30, "nm"), Axis("x", 40, "nm"))),
    "stack": (
        np.arange(4 * 30 * 40, dtype="u2").reshape(4, 30, 40),
        (Axis("tilt", 4, "deg", 3.0, navigate=True), Axis("y", 30, "nm"), Axis("x", 40, "nm")),
    ),
    "curve": (power_law()[...], (_ENERGY,)),
    "lines": (power_law(8), (_LENGTHS[1], _ENERGY)),
    "spectra": (power_law(6, 8), (*_LENGTHS, _ENERGY)),
    "scan": (disk(), (*_LENGTHS, *_CAMERA)),
}


@pytest.fixture(scope="module")
def there(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """Yield a client, and a measurement of each kind."""
    folder = tmp_path_factory.mktemp("looks")
    with open_services(
        read_settings(home=furnished(folder / "home")), lake=MemoryLake()
    ) as services:
        (folder / "a.dm3").write_bytes(b"a")
        access = someone(services)
        made = deposit(services, DepositRequest([folder / "a.dm3"], "P", "Q", "S"))
        row = access.experiment(Action.DOWNLOAD_CONTAINERS, made.place.experiment)
        granted, kinds = Granted(access, row), {}
        for kind, (data, axes) in _ARRAYS.items():
            (into := folder / kind).mkdir()
            kinds[kind] = stored(granted, into, data, *axes, source=f"{kind}.xyz")
        report = Conversion(
            place=row.place, manifest_version=1, annotations_version=1,
            measurements=tuple(kinds.values()), findings=(),
        )  # fmt: skip
        services.lake.put_bytes(layout.conversion(row.place), canonical_json(report))
        with serving(create_app(services)) as url, httpx.Client(timeout=60) as client:
            base = f"{url}/api/v1/experiments/{row.id}/measurements"
            yield SimpleNamespace(client=client, base=base, kinds=kinds)


@pytest.fixture
def get(there):
    """Return a function that asks for a look at a kind."""

    def asked(kind: str, what: str = "", **params) -> httpx.Response:
        url = f"{there.base}/{there.kinds[kind].measurement}/look{what and '/' + what}"
        headers = params.pop("headers", {})
        names = {"as_": "as"}
        said = {names.get(name, name): one for name, one in params.items()}
        return there.client.get(url, params=said, headers=headers)

    return asked


def array(answer: httpx.Response) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content), allow_pickle=False)


@pytest.mark.parametrize("kind", _ARRAYS)
def test_what_can_be_looked_at_is_told_and_every_look_that_fits_answers(there, get, kind):
    told = get(kind).json()
    assert told["kind"] == kind
    assert [one["size"] for one in told["axes"]] == list(_ARRAYS[kind][0].shape)
    at = {"place": [0] * len(told["place"])}
    for name, link in told["links"].items():
        asked = at if name in ("picture", "map") else {}
        answer = there.client.get(there.base.partition("/api")[0] + link, params=asked)
        assert answer.status_code == 200, (name, answer.text)
        assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("kind", _ARRAYS)
def test_a_look_that_does_not_fit_is_a_problem_that_says_so(there, get, kind):
    fitting = get(kind).json()["links"]
    looks = {"picture", "map", "virtual-image", "spectrum", "profile", "detectors"}
    for name in looks - set(fitting):
        assert kind in problem(get(kind, name), 400)["detail"]


def test_a_picture_as_numbers_is_what_was_measured(get):
    assert np.array_equal(array(get("picture", "picture", as_="npy")), _ARRAYS["picture"][0])
    slice_ = array(get("stack", "picture", as_="npy", place=2))
    assert np.array_equal(slice_, _ARRAYS["stack"][0][2])


def test_a_picture_is_drawn_as_wanted_and_says_what_its_shades_are(get):
    answer = get("picture", "picture", low=0, high=600, size=100)
    shown = Image.open(io.BytesIO(answer.content))
    assert (shown.format, max(shown.size)) == ("PNG", 100)
    assert unquote(answer.headers["emfair-shades"]) == "Black is 0, white 600."
    assert answer.headers["content-type"] == "image/png"


def test_a_spectrum_of_a_region_is_the_sum_of_its_spectra(get):
    data = _ARRAYS["spectra"][0]
    told = get("spectra", "spectrum", region=["1:3", "4"]).json()
    assert told["values"] == data[1:3, 4].sum(axis=0).tolist()
    assert told["points"][:2] == [100.0, 102.0]
    whole = array(get("spectra", "spectrum", as_="npy"))
    assert np.array_equal(whole[1], data.sum(axis=(0, 1)))
    one = get("lines", "spectrum", region="3").json()
    assert one["values"] == _ARRAYS["lines"][0][3].tolist()


def test_a_map_is_the_sum_over_its_window_and_without_its_background_hardly_anything(get):
    data = _ARRAYS["spectra"][0]
    plain = array(get("spectra", "map", as_="npy", window="200:240"))
    assert np.array_equal(plain, data[..., 200:240].sum(axis=-1))
    net = array(get("spectra", "map", as_="npy", window="200:240", background="100:180"))
    assert np.abs(net.mean()) < 0.05 * plain.mean()
    profile = get("lines", "profile", window="200:240").json()
    assert profile["values"] == _ARRAYS["lines"][0][:, 200:240].sum(axis=1).tolist()


def test_a_background_is_proposed_and_told_below_its_spectrum(get):
    proposed = get("curve", "background").json()
    told = get("curve", "spectrum", background=proposed["background"]["window"]).json()
    assert abs(told["exponent"] - 2.0) < 0.2
    start = told["background_from"]
    assert abs(told["background"][0] / told["values"][start] - 1) < 0.1
    assert get("scan").json()["spectral"] is None


def test_a_virtual_detector_sees_what_falls_on_it(get):
    usual = get("scan", "detectors").json()
    assert abs(usual["beam"]["row"] - 11) < 1
    whole = array(get("scan", "virtual-image", as_="npy", detector="Whole camera"))
    assert np.array_equal(whole, _ARRAYS["scan"][0].sum(axis=(2, 3)))
    own = usual["usual"]["BF"]
    mine = array(get("scan", "virtual-image", as_="npy", **own))
    assert np.array_equal(mine, array(get("scan", "virtual-image", as_="npy")))
    pattern = array(get("scan", "picture", as_="npy", place=[2, 3]))
    assert np.array_equal(pattern, _ARRAYS["scan"][0][2, 3])


@pytest.mark.parametrize(
    ("kind", "what", "params", "status", "subject"),
    [
        ("stack", "picture", {"place": 4}, 400, "place"),
        ("stack", "picture", {}, 400, "place"),
        ("stack", "picture", {"place": [0, 0]}, 400, "place"),
        ("picture", "picture", {"as_": "exe"}, 422, "as"),
        ("picture", "picture", {"low": 1}, 400, "high"),
        ("picture", "picture", {"size": 10**6}, 422, "size"),
        ("picture", "picture", {"low": "nan", "high": "1"}, 422, "low"),
        ("spectra", "spectrum", {"region": "3"}, 400, "region"),
        ("spectra", "spectrum", {"region": ["0:9", "0"]}, 400, "region"),
        ("spectra", "spectrum", {"region": ["2:2", "0"]}, 400, "region"),
        ("spectra", "spectrum", {"region": ["x", "0"]}, 400, "region"),
        ("spectra", "spectrum", {"background": "0:401"}, 400, "background"),
        ("spectra", "map", {"window": "0:401"}, 400, "window"),
        ("spectra", "map", {"window": "0:10", "background": "100:140"}, 400, "window"),
        ("spectra", "map", {"background": "100:102"}, 400, "background"),
        ("scan", "virtual-image", {"detector": "x"}, 400, "detector"),
        ("scan", "virtual-image", {"row": 3}, 400, "detector"),
    ],
)
def test_what_cannot_be_is_a_problem_of_its_field(get, kind, what, params, status, subject):
    assert problem(get(kind, what, **params), status)["subject"].endswith(subject)


def test_who_has_it_already_gets_nothing_again_and_another_look_is_another_answer(get):
    first = get("picture", "picture", size=100)
    again = get("picture", "picture", size=100, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert get("picture", "picture", size=90).headers["etag"] != first.headers["etag"]
    curve = get("curve", "spectrum")
    known = get("curve", "spectrum", headers={"If-None-Match": curve.headers["etag"]})
    assert known.status_code == 304


def test_a_measurement_that_is_not_there_has_no_look(there):
    problem(there.client.get(f"{there.base}/nope/look"), 404)
    problem(there.client.get(f"{there.base}/nope/look/picture"), 404)
