"""The manifest that seals a deposit."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from emfair.model.annotations import Annotations
from emfair.model.canonical import canonical_json
from emfair.model.manifest import (
    Depositor,
    Manifest,
    Place,
    RawFile,
    Titles,
    content_digest,
    run_key,
)

WHEN = datetime(2026, 1, 22, 12, tzinfo=UTC)


def raw(name: str, **rest) -> RawFile:
    return RawFile(**{"name": name, "path": name, "size": 3, "sha256": "0" * 64,
                      "modified_at": WHEN, **rest})  # fmt: skip


def manifest(*files: RawFile) -> Manifest:
    return Manifest(
        place=Place(project="p", proposal="q", sample="s", experiment="e-1"),
        titles=Titles(project="P", proposal="Q", sample="S", experiment="E"),
        deposited_by=Depositor(subject="local:ada", name="ada"),
        sealed_at=WHEN,
        files=files,
    )


def test_it_is_the_same_after_it_was_written_and_read():
    sealed = manifest(raw("a.dm4"), raw("d/b.tif"))
    assert Manifest.model_validate_json(canonical_json(sealed)) == sealed


def test_the_digest_of_the_content_hangs_on_names_and_bytes_alone():
    one, other = raw("a"), raw("b", sha256="1" * 64)
    later = raw("a", modified_at=datetime(2027, 1, 1, tzinfo=UTC), path="elsewhere")
    assert content_digest((one, other)) == content_digest((other, later))
    assert manifest(one, other).content_digest == content_digest((one, other))
    for changed in (raw("A"), raw("a", size=4), raw("a", sha256="2" * 64)):
        assert content_digest((one,)) != content_digest((changed,))


def test_a_run_key_names_manifest_annotations_and_their_version():
    sealed, notes = manifest(raw("a")), Annotations(title="T")
    key = run_key(sealed, notes, 1)
    assert key == run_key(manifest(raw("a")), Annotations(title="T"), 1)
    assert key.startswith("e-1:")
    others = {
        run_key(manifest(raw("b")), notes, 1),
        run_key(sealed, Annotations(), 1),
        run_key(sealed, notes, 2),
    }
    assert len(others | {key}) == 4


@pytest.mark.parametrize(
    "wrong",
    [{"size": -1}, {"sha256": "xyz"}, {"sha256": "A" * 64}, {"modified_at": datetime(2026, 1, 1)}],  # noqa: DTZ001
)
def test_a_file_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        raw("a", **wrong)


def test_a_place_holds_identifiers_only():
    with pytest.raises(ValidationError):
        Place(project="P!", proposal="q", sample="s", experiment="e-1")


def test_a_manifest_cannot_be_changed():
    with pytest.raises(ValidationError):
        manifest(raw("a")).deposited_by = Depositor(subject="eve", name="Eve")
