"""Lineage as a picture and in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from emfair.provenance.lineage import EACH, lineage
from emfair.provenance.record import Entity, record

STEPS = {"raw_upload": "Checked", "nxem_container": "Converted", "validation_report": "Judged"}
TOP = "project=p/proposal=q/sample=s/experiment=e-1"
START = datetime(2026, 1, 22, 12, 0, tzinfo=UTC)


def when(at):
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"


def entity(path, size=1000):
    return Entity(key=f"{TOP}/{path}", sha256="0" * 64, size=size)


def step(activity, inputs, outputs, minute=0):
    start = START + timedelta(minutes=minute)
    return record(
        activity, "e-1", run="r", inputs=tuple(map(entity, inputs)),
        outputs=tuple(map(entity, outputs)), code_version="1", configuration={},
        on_behalf_of="ada", started_at=start, ended_at=start,
    )  # fmt: skip


def chain(files, minute=0):
    raw = [f"raw/files/{name}" for name in files]
    containers = [f"nexus/{number}.nxs" for number in range(len(files))]
    return [
        step("raw_upload", ["raw/manifest-0001.json"], raw, minute),
        step("nxem_container", ["raw/manifest-0001.json", *raw],
             [*containers, "previews/0.png", "nexus/conversion.json"], minute),
        step("validation_report", ["nexus/conversion.json", *containers],
             ["reports/validation.html", "reports/validation.json"], minute),
    ]  # fmt: skip


def test_files_lead_to_containers_and_to_their_verdict():
    found = lineage(chain(["a.dm3", "b.dm3"]), STEPS, when)
    lines = {node.name: node.lines for node in found.nodes}
    told = [(lines[first][0], lines[then][0]) for first, then in found.edges]
    assert set(told) == {
        ("Checked", "a.dm3"), ("Checked", "b.dm3"),
        ("a.dm3", "Converted"), ("b.dm3", "Converted"),
        ("Converted", "0.nxs"), ("Converted", "1.nxs"),
        ("0.nxs", "Judged"), ("1.nxs", "Judged"),
        ("Judged", "2 validation reports"),
    }  # fmt: skip


def test_thousands_of_files_are_drawn_as_one():
    found = lineage(chain([f"{number}.dm3" for number in range(5000)]), STEPS, when)
    assert len(found.nodes) == 6
    assert "5,000 raw files" in found.dot
    assert "5,000 NXem containers" in found.dot
    assert any("5,000 raw files, 5.0 MB" in sentence for sentence in found.words)


def test_few_are_drawn_one_by_one():
    found = lineage(chain([f"{number}.dm3" for number in range(EACH)]), STEPS, when)
    assert sum("raw file" in node.lines[1] for node in found.nodes if not node.is_step) == EACH


def test_the_last_run_of_a_step_counts():
    found = lineage([*chain(["old.dm3"]), *chain(["new.dm3"], minute=5)], STEPS, when)
    assert "new.dm3" in found.dot
    assert "old.dm3" not in found.dot
    assert found.dot.count("Converted") == 1
    assert "2026-01-22 12:05 UTC" in found.dot


def test_before_anything_has_run_there_is_nothing_to_draw():
    found = lineage([], STEPS, when)
    assert (found.nodes, found.edges, found.words) == ((), (), ())
    assert found.dot.startswith("digraph {")


def test_a_long_name_is_shortened():
    found = lineage(chain(["x" * 200 + ".dm3"]), STEPS, when)
    assert "x" * 40 not in found.dot.replace(f"{TOP}/raw/files/{'x' * 200}.dm3", "")


@given(st.text(min_size=1))
def test_no_name_breaks_out_of_its_quotes(name):
    found = lineage(chain([name.replace("/", "")]), STEPS, when)
    for line in found.dot.splitlines()[4:-1]:
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', "Q", line)
        assert re.fullmatch(r"Q -> Q|Q \[label=Q(, style=Q, fillcolor=Q)?\]", bare)
