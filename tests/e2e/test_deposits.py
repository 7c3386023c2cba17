"""A session reaches emfair by the command line, the client and the watcher, each cut off half-way.

Real files of a Velox, a TIA and a DigitalMicrograph session; a laptop, and a data centre with Ceph,
PostgreSQL and a login service. Whichever way it went, the manifest is the same, and the containers
are valid.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from emfair.lake import layout
from emfair.model.canonical import sha256_file
from emfair.model.manifest import Manifest
from emfair.model.states import ExperimentState
from tests.e2e.site import EMFAIR, Site, data_centre, embedded, told, wait_until
from tests.service.lab import COMPLETE

SLOW = "1MB"  # a second: the session takes eight
WHERE = {"project": "Quartz", "proposal": "2026-A"}


@pytest.fixture
def session(tmp_path: Path, corpus: Path, velox: Path) -> Path:
    """Return a folder of one session: 4D-STEM with EDS in three files, EDS with HAADF in one."""
    folder = tmp_path / "session"
    folder.mkdir()
    tia = corpus / "FEI_new"
    stem = "16x16-diffraction_imagel_5x5x256x256_EDS"
    files = [tia / f"{stem}{end}" for end in (".emi", "_1.ser", "_2.ser")]
    for file in (*files, velox / "fei_emd_si.emd", corpus / "dm3_2D_data" / "test-1.dm3"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture(params=["laptop", "data centre"])
def site(request, tmp_path: Path) -> Iterator[Site]:
    with {"laptop": embedded, "data centre": data_centre}[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    file = tmp_path / "notes.yaml"
    file.write_text(yaml.safe_dump(COMPLETE))
    return file


def half_way(site: Site) -> bool:
    """Whether some bytes of a deposit have arrived, and not all."""
    with site.stores() as (registry, _):
        for row in registry.experiments.list(state=ExperimentState.UPLOADING):
            uploads = registry.uploads.of(row.id)
            done = [one for one in uploads if one.done_at]
            if done and len(done) < len(uploads):
                return True
    return False


def sealed(site: Site, sample: str) -> bool:
    """Whether a sample's only experiment is sealed."""
    with site.stores() as (registry, _):
        return [row.state for row in registry.experiments.list(sample=sample)] == [
            ExperimentState.SEALED
        ]


def check(site: Site, session: Path, sample: str, count: int = 1) -> Manifest:
    """Process what was deposited; see that the manifest is whole and every container valid."""
    processed = site.run("process", "--pending")
    assert processed.returncode == 0, processed.stdout + processed.stderr
    with site.stores() as (registry, lake):
        (row,) = registry.experiments.list(sample=sample, project="quartz")
        assert (row.state, row.manifest_version) == (ExperimentState.VALID, count), row
        manifest = Manifest.model_validate_json(lake.read_bytes(layout.manifest(row.place, count)))
        assert {Path(file.name).name: file.sha256 for file in manifest.files} == {
            path.name: sha256_file(path) for path in session.iterdir()
        }
        prefix = layout.experiment_prefix(row.place)
        containers = [found for found in lake.list(f"{prefix}/nexus/") if ".nxs" in found.key]
        assert len(containers) == 5
    return manifest


def test_every_way_in_leads_to_the_same_manifest(site, session, notes, tmp_path):
    """One after the other, into samples of their own; each is killed, and begun again."""
    by_hand = ("deposit", str(session), "-a", str(notes), "--json")
    for name, value in WHERE.items():
        by_hand += (f"--{name}", value)
    by_hand += ("--sample", "by-hand")
    with site.sending(EMFAIR, *by_hand, "--limit-rate", SLOW):
        wait_until(lambda: half_way(site), "the command line is half-way")
    again = told(site.send(*by_hand))
    size = sum(path.stat().st_size for path in session.iterdir())
    assert 0 < again["sent"] < size
    assert told(site.send(*by_hand))["already_there"]

    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(session=session, notes=notes, **WHERE))
    with site.sending(sys.executable, str(script), SLOW):
        wait_until(lambda: half_way(site), "the script is half-way")
    with site.sending(sys.executable, str(script)) as running:
        assert running.wait(60) == 0, (site.folder / "sender.log").read_text()

    data = tmp_path / "data"
    shutil.copytree(session, data / session.name)
    said = COMPLETE | {"sample": COMPLETE["sample"] | {"name": "by-watch"}}
    (data / session.name / "emfair.yaml").write_text(yaml.safe_dump(said))
    watch = [EMFAIR, "watch", str(data)]
    watch += ["--settle", "0.5s", "--interval", "0.3s", "--gap", "5s"]
    for name, value in WHERE.items():
        watch += [f"--{name}", value]
    with site.sending(*watch, "--limit-rate", SLOW):
        wait_until(lambda: half_way(site), "the watcher is half-way")
    with site.sending(*watch):
        wait_until(lambda: sealed(site, "by-watch"), "the watcher seals the session")

    samples = ("by-hand", "by-script", "by-watch")
    manifests = [check(site, session, sample) for sample in samples]
    assert len({manifest.content_digest for manifest in manifests}) == 1


SCRIPT = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from emfair.client import Client, DepositRequest, deposit
    from emfair.client.bandwidth import Bandwidth
    from emfair.nxem.annotations import read_annotations

    slow = Bandwidth(2e6) if sys.argv[1:] else None
    token = os.environ.get("EMFAIR_TOKEN", "")
    with Client(os.environ["EMFAIR_SERVER"], token=token, bandwidth=slow) as client:
        notes = read_annotations(Path("{notes}"))
        where = ("{project}", "{proposal}", "by-script")
        done = deposit(client, DepositRequest([Path("{session}")], *where, annotations=notes))
        print(done)
""")
