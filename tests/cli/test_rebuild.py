"""``emfair rebuild``: the proof, and what mends."""

from __future__ import annotations

from pathlib import Path


def test_what_differs_is_told_and_without_check_processed_anew(emfair, image, notes, place):
    deposited = emfair("deposit", image, *place, "-a", notes, "--json").json
    experiment = deposited["experiment"]
    assert "is not in the lake" in emfair("rebuild", experiment).one_error()
    emfair("process", experiment)
    said = emfair("rebuild", experiment, "--check")
    assert (said.code, said.out.strip()) == (
        0, f"{experiment} 1 of 1 containers are byte for byte the same.",
    )  # fmt: skip
    (container,) = Path(deposited["where"], "nexus").glob("*.nxs")
    container.chmod(0o644)
    whole = container.read_bytes()
    container.write_bytes(whole[:-1] + b"!")
    said = emfair("rebuild", experiment, "--check", "--json")
    assert said.code == 1
    assert said.json[0]["differences"][0]["file"] == image.name
    assert emfair("rebuild", experiment).code == 0
    assert container.read_bytes() == whole
    assert emfair("rebuild", experiment, "--check").code == 0


def test_the_unknown_cannot_be_rebuilt(emfair):
    said = emfair("rebuild", "e-20260122-nope", "--check")
    assert said.code == 2
    assert "there is no such experiment" in said.one_error()
