"""Second step: raw files become containers, in a scratch folder, then in the lake."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from emfair.errors import Unavailable
from emfair.lake import layout
from emfair.model.canonical import sha256_bytes
from emfair.model.findings import Severity
from emfair.model.states import ExperimentState
from emfair.service import downloads
from emfair.service.chain.convert import store, stored
from emfair.service.documents import read_manifest
from tests.service.lab import converted, keys, rules, told_of_files
from tests.service.stores import Countdown, Tapped
from tests.zspy import write_store

S = ExperimentState


def test_files_that_are_read_together_are_one_measurement_and_named_so(lab):
    folder = lab.corpus / "FEI_new"
    names = ["128x128-TEM_search.emi", "128x128-TEM_search_1.ser"]
    place = lab.deposit(*(folder / name for name in names)).place
    with converted(lab, place.experiment) as made:
        (one,) = made.conversion.measurements
    assert (one.file, one.companions) == (names[0], (names[1],))


# zarr 2 says of its own store that zarr 3 will not have it.
@pytest.mark.filterwarnings("ignore:The NestedDirectoryStore is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")
def test_a_format_that_is_a_folder_is_deposited_whole_and_converted(lab, tmp_path):
    store = tmp_path / "made.zspy"
    write_store(store, np.arange(48.0).reshape(6, 8))
    deposited = lab.deposit(store)
    assert len(deposited.files) == sum(path.is_file() for path in store.rglob("*"))
    with converted(lab, deposited.place.experiment) as made:
        (one,) = made.conversion.measurements
    assert (one.file, one.reader, one.shape) == ("made.zspy", "ZSPY", (6, 8))


def test_what_belongs_to_a_broken_first_file_is_read_one_by_one(lab, tmp_path):
    folder = lab.corpus / "FEI_new"
    (tmp_path / "128x128-TEM_search.emi").write_bytes(b"overwritten by something else")
    (tmp_path / "128x128-TEM_search_1.ser").write_bytes(
        (folder / "128x128-TEM_search_1.ser").read_bytes()
    )
    place = lab.deposit(*tmp_path.glob("128x128*")).place
    with converted(lab, place.experiment) as made:
        assert [one.file for one in made.conversion.measurements] == ["128x128-TEM_search_1.ser"]
        assert set(rules(made.conversion)) == {"128x128-TEM_search.emi"}


def test_a_file_with_a_wrong_name_is_read_by_its_content(lab, tmp_path):
    path = tmp_path / "really-a-dm3.tif"
    path.write_bytes(lab.file("test-2.dm3").read_bytes())
    place = lab.deposit(path).place
    with converted(lab, place.experiment) as made:
        (one,) = made.conversion.measurements
    assert (one.file, one.reader) == ("really-a-dm3.tif", "DigitalMicrograph")


def test_bad_files_are_findings_that_name_them_and_the_good_one_goes_on(lab, tmp_path):
    whole = lab.file("test_STEM_image.dm3").read_bytes()
    bad = {
        "empty.dm3": b"",
        "truncated.dm3": whole[: len(whole) * 2 // 5],
        "cut-in-the-head.dm3": whole[:40],
        "unknown.xyz": bytes(range(256)) * 8,
        "random.emd": b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 8,
        "notes.txt": b"The beam was unstable after lunch.\n",
        "crashes.csv": (lab.corpus / "impulse_data" / "random_csv_file.csv").read_bytes(),
    }
    folder = tmp_path / "session"
    folder.mkdir()
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("inside.dm3", whole)
    (folder / "good.dm3").write_bytes(whole)
    place = lab.deposit(folder).place
    lab.process(place.experiment)
    conversion, validation = lab.conversion(place), lab.validation(place)
    told = told_of_files(conversion)
    assert set(told) == {f"session/{name}" for name in (*bad, "archive.zip")}
    for file, finding in told.items():
        assert file in finding.told
        assert finding.hint
        assert finding in validation.findings
    assert told["session/empty.dm3"].rule == "empty-file"
    assert told["session/notes.txt"].severity is Severity.NOTE
    assert "ZIP archive" in told["session/archive.zip"].message
    assert [one.file for one in conversion.measurements] == ["session/good.dm3"]
    assert lab.row(place.experiment).state is S.INVALID
    manifest = read_manifest(lab.services, place, 1)
    for file in manifest.files:
        content = lab.services.lake.read_bytes(layout.raw_file(place, file.path))
        assert sha256_bytes(content) == file.sha256
    assert lab.services.scratch.exists()
    assert list(lab.services.scratch.iterdir()) == []


def test_the_lake_is_never_written_to_by_a_reader(lab):
    place = lab.deposit(lab.corpus / "FEI_new").place
    before = keys(lab, place, "raw")
    with converted(lab, place.experiment):
        assert keys(lab, place, "raw") == before
    assert keys(lab, place, "nexus") == set()


def test_a_container_that_a_later_run_does_not_make_is_removed(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    with converted(lab, place.experiment) as both:
        store(lab.services, both)
    with converted(lab, place.experiment) as made:
        first = made.written[0]
        fewer = made.conversion.model_copy(update={"measurements": (first.measurement,)})
        store(lab.services, replace(made, conversion=fewer, written=(first,)))
    name = first.measurement.measurement
    assert keys(lab, place, "nexus") == {f"{name}.nxs", "conversion.json"}
    assert keys(lab, place, "previews") == {f"{name}.png"}


def test_a_store_that_fails_half_way_leaves_every_object_whole(lab):
    place = lab.deposit(lab.file("test-1.dm3"), lab.file("test-2.dm3")).place
    with converted(lab, place.experiment) as made:
        store(lab.services, made)
    before = stored(lab.services, place)
    number = 0
    fired = True
    while fired:
        cut = Countdown(number, lambda: Unavailable("gone.", remedy="Wait."))
        sick = replace(lab.services, lake=Tapped(lab.services.lake, before=cut))
        with converted(lab, place.experiment) as again, suppress(Unavailable):
            store(sick, again)
        conversion = stored(lab.services, place)
        assert conversion == before
        for one in conversion.measurements:
            content = lab.services.lake.read_bytes(layout.container(place, one.measurement))
            assert sha256_bytes(content) == one.container_sha256
            picture = lab.services.lake.read_bytes(layout.preview(place, one.measurement))
            assert picture.startswith(b"\x89PNG")
        fired = cut.fired
        number += 1
    assert number > 5


def test_the_same_bytes_give_the_same_containers(lab):
    place = lab.deposit(lab.file("test-1.dm3")).place
    with converted(lab, place.experiment) as one, converted(lab, place.experiment) as other:
        assert one.conversion == other.conversion


def test_the_picture_of_an_experiment_is_that_of_its_largest_image_with_contrast(lab):
    small, large = (lab.file(name) for name in ("test-1.dm3", "test_STEM_image.dm3"))
    place = lab.deposit(small, large).place
    lab.process(place.experiment)
    conversion = lab.conversion(place)
    by_file = {one.file: one.measurement for one in conversion.measurements}
    assert conversion.measurements[0].file == "test-1.dm3"
    assert conversion.cover == by_file["test_STEM_image.dm3"]
    shown = downloads.preview(lab.services, lab.row(place.experiment))
    assert shown == lab.services.lake.read_bytes(layout.preview(place, conversion.cover))
