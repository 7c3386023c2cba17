"""pynxtools is left as it was found, and what it says is taken whole."""

from __future__ import annotations

import logging
import subprocess
import sys
from threading import Thread

import h5py
import pytest
from pynxtools.dataconverter.helpers import ValidationProblem, collector

from emfair.validation.judge import describe, judge, listening
from emfair.validation.tell import tell
from emfair.validation.views import GroupView


def judged(path):
    with h5py.File(path) as file:
        return judge(GroupView(file["/"].id), "/entry")


def without_start(entry, trees):
    del entry["start_time"]


def test_the_collector_is_as_it_was_before(container):
    collector.data["info"].add("of somebody else")
    before = (collector.data, dict(vars(collector)))
    assert judged(container(without_start))
    assert (collector.data, vars(collector)) == before
    assert collector.data["info"] == {"of somebody else"}
    collector.clear()


def test_nothing_is_logged(container, caplog):
    path = container(without_start)
    with caplog.at_level(logging.DEBUG):
        judged(path)
    assert caplog.records == []


def test_a_crash_of_the_validator_is_a_breach_and_leaves_no_trace(container):
    def spoil(entry, trees):
        data = trees.image(entry)
        del data["axis_i"]
        data["axis_i"] = 1.0  # pynxtools takes the length of a scalar axis
        data["axis_i"].attrs.update({"units": "nm", "long_name": "x"})

    breaches = judged(container(spoil))
    assert breaches[-1].rule == "validator-crashed"
    assert breaches[-1].path == "/entry"
    (finding,) = tell([breaches[-1]])
    assert "TypeError" in finding.message
    assert "collect_and_log" not in vars(collector)


def test_paths_that_pynxtools_cuts_short_are_made_whole(container):
    def spoil(entry, trees):
        instrument = trees.instrument(entry)
        del instrument["fabrication"]
        instrument["fabrication"] = "Thermo Fisher Scientific"

    breaches = judged(container(spoil))
    assert breaches
    assert all(breach.path.startswith("/entry/") for breach in breaches)


def test_a_missing_unit_that_pynxtools_forgives_is_forgiven(container):
    def spoil(entry, trees):
        entry["sample1/density"] = 2.65  # any unit, so none

    assert "MissingUnit" not in {breach.rule for breach in judged(container(spoil))}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "none"),
        (b"nm", "nm"),
        ("NX_LENGTH", "a length (m, nm)"),
        (["a", "b"], "a, b"),
        ({"b": 2, "a": 1}, "a: 1, b: 2"),
        (3.5, "3.5"),
        ("x" * 999, "x" * 160),
    ],
)
def test_values_are_described_in_words(value, words):
    assert describe(value) == words


def test_long_lists_are_cut_short():
    assert describe(list("abcdefghijklmnop")).endswith("l, …")


def test_a_problem_of_a_newer_pynxtools_is_an_error_not_a_crash():
    from emfair.validation.rules import Breach

    (finding,) = tell([Breach("SomethingNew", "/entry/x", (("value", "3"),))])
    assert finding.rule == "other-problem"
    assert "SomethingNew" in finding.message


def test_other_threads_find_pynxtools_as_it_is():
    """While one thread listens, another's problems reach the collector, and its trees are new."""
    from pynxtools.nexus import schema_resolver

    heard, seen = [], []

    def other():
        collector.clear()
        collector.collect_and_log("/x", ValidationProblem.BrokenLink, "/y")
        seen.append((set(collector.get()), schema_resolver.generate_tree_from("NXobject")))
        collector.clear()

    before = collector.data
    with listening("/entry", heard):
        thread = Thread(target=other)
        thread.start()
        thread.join()
        collector.collect_and_log("/entry/z", ValidationProblem.BrokenLink, "/y")
        ours = schema_resolver.generate_tree_from("NXobject")
        assert schema_resolver.generate_tree_from("NXobject") is ours
        assert not collector.has_validation_problems()
    collector.data = before
    ((told, theirs),) = seen
    assert len(told) == 1
    assert theirs is not ours
    assert [breach.path for breach in heard] == ["/entry/z"]


def test_a_reserved_prefix_is_told_at_its_path():
    from emfair.validation.judge import _breach

    problem = ValidationProblem.ReservedPrefixInWrongContext
    breach = _breach("/entry", "DECTRIS_", problem.name, "NXem", ("/entry/DECTRIS_x", "NXmx"))
    (finding,) = tell([breach])
    assert finding.path == "/entry/DECTRIS_x"


def test_importing_the_room_imports_no_pynxtools():
    code = (
        "import sys; from emfair.validation import validate, report, own_checks; "
        "sys.exit(any(name.split('.')[0] in ('pynxtools', 'jinja2') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_file_is_never_written_to(container):
    path = container()
    before = path.read_bytes()
    path.chmod(0o400)
    judged(path)
    assert path.read_bytes() == before
    with h5py.File(path, "r+"):
        pass  # nobody holds it open any more
