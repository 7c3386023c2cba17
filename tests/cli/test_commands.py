"""Every command: what it answers, how it ends, what it says when something is wrong."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from rsciio.zspy import file_writer

from emfair.cli.main import app
from emfair.model.states import ExperimentState
from emfair.service.processing import open_chain
from emfair.service.services import open_services
from emfair.settings import read_settings

COMMANDS = ["up", "demo", "deposit", "inspect", "convert", "validate", "process", "query", "doctor"]
JSON = ["deposit", "inspect", "convert", "validate", "process", "query", "doctor"]
PLACE = ("--project", "Minerals", "--proposal", "2026-A", "--sample", "Quartz")
SCRIPT = Path(sys.executable).with_name("emfair")


def script(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real program, with nothing of this process' environment."""
    return subprocess.run(
        [SCRIPT, *(os.fspath(a) if isinstance(a, Path) else a for a in arguments)],
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "COLUMNS": "200", **environment},
        capture_output=True, text=True, errors="surrogateescape", check=False, timeout=120,
    )  # fmt: skip


def one_error(said) -> str:
    """Check that a command said one error, with what to do, and nothing else; return it."""
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    head, *rest = said.err.splitlines()
    assert any(line.startswith("  ") and line.strip() for line in rest), "no remedy"
    return head


# --- the whole


def test_commands_are_those_of_the_contract():
    assert [command.callback.__name__ for command in app.registered_commands] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does_and_explains_every_option(emfair, command):
    said = emfair(command, "--help")
    assert said.code == 0
    assert ("--json" in said.out) == (command in JSON)
    for option in re.findall(r"--[a-z][a-z-]+", said.out):
        line = next(one for one in said.out.splitlines() if option in one)
        assert re.search(rf"{option}.* [A-Za-z]\w+ ", line), option


def test_help_of_the_whole_tells_the_exit_codes(emfair):
    said = emfair("--help")
    assert re.search(r"0 done, 1 .*data.*, 2 .*call.*, 3 .*store does not answer", said.out)
    assert emfair("--version").out.startswith("emfair ")


@pytest.mark.parametrize(
    "call",
    [
        ("nope",),
        ("deposit",),
        ("query", "--limit", "0", "x"),
        ("query", "--limit", "9" * 20, "x"),
        ("convert", "x"),
    ],
)
def test_a_call_that_does_not_fit_ends_with_2_and_usage(emfair, call):
    said = emfair(*call)
    assert said.code == 2
    assert "Usage" in said.err
    assert said.out == ""


def test_a_wrong_setting_is_named(emfair, monkeypatch):
    monkeypatch.setenv("EMFAIR_APP_PORT", "many")
    said = emfair("query", "SELECT 1")
    assert said.code == 2
    assert "EMFAIR_APP_PORT" in one_error(said)


@pytest.fixture
def no_server(monkeypatch):
    """Name an S3 endpoint at which nobody listens."""
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("command", ["query", "deposit"])
def test_a_store_that_does_not_answer_ends_with_3(emfair, monkeypatch, no_server, image, command):
    monkeypatch.setenv("EMFAIR_LAKE_URL", "s3://bucket/lake")
    said = emfair(command, *{"query": ("SELECT 1",), "deposit": (image, *PLACE)}[command])
    assert said.code == 3
    one_error(said)
    assert "secret" not in said.err


# --- deposit


def test_a_deposit_answers_with_its_identifier_and_again_with_the_same(emfair, image, notes):
    first = emfair("deposit", image, *PLACE, "--annotations", notes, "--json")
    again = emfair("deposit", image, *PLACE, "--annotations", notes, "--json")
    assert (first.code, again.code) == (0, 0)
    assert first.json["experiment"] == again.json["experiment"]
    assert (first.json["already_there"], again.json["already_there"]) == (False, True)
    assert (first.json["files"], first.json["bytes"]) == (1, image.stat().st_size)
    assert (first.json["state"], again.json["sent"]) == ("sealed", 0)
    assert Path(first.json["where"]).is_dir()


def test_a_deposit_tells_a_person_what_to_do_next(emfair, image, notes):
    said = emfair("deposit", image, *PLACE, "--title", "[bold]not markup", "-a", notes)
    assert "Deposited 1 file" in said.out
    assert "[bold]not markup" in said.out
    assert "emfair process --pending" in said.out
    assert "Nothing to do" in emfair("deposit", image, *PLACE, "--title", "[bold]not markup").out


def test_other_annotations_are_said(emfair, image, notes):
    emfair("deposit", image, *PLACE)
    said = emfair("deposit", image, *PLACE, "-a", notes)
    assert "the annotations are new" in said.out


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("sample: [", "not valid YAML in line 2"),
        ("sampel: {}", "sampel"),
        ("start_time: 2026-01-22", "start_time"),
        ("measurement: {acceleration_voltage: 200 mm}", "acceleration_voltage"),
        ("- a list", "document"),
        ("sample: {atom_types: [Qq]}", "Qq"),
    ],
)
def test_annotations_that_do_not_fit_are_a_wrong_call(emfair, image, tmp_path, document, words):
    path = tmp_path / "bad.yaml"
    path.write_text(document + "\n")
    said = emfair("deposit", image, *PLACE, "-a", path)
    assert said.code == 2
    one_error(said)
    assert words in said.err
    assert not (tmp_path / "home" / "lake").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_annotations_that_cannot_be_read_are_a_wrong_call(emfair, image, tmp_path, content):
    path = tmp_path / "bad.yaml"
    if content is not None:
        path.write_bytes(content)
    said = emfair("deposit", image, *PLACE, "-a", path)
    assert said.code == 2
    assert "bad.yaml" in one_error(said)


def test_bad_paths_are_wrong_calls_that_name_the_file(emfair, tmp_path, image):
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    (tmp_path / "empty").mkdir()
    for path, words in (
        (tmp_path / "nowhere.dm3", "nowhere.dm3: does not exist"),
        (tmp_path / ("x" * 300), "cannot be looked at"),
        (fifo, "neither a file nor a folder"),
        (tmp_path / "empty", "no file to deposit"),
    ):
        said = emfair("deposit", path, *PLACE)
        assert said.code == 2
        assert words in one_error(said)
    assert emfair("deposit", image, image, *PLACE).code == 2
    assert emfair("deposit", image, "--project", "🔬", *PLACE[2:]).code == 2


def test_an_empty_path_is_not_the_current_folder(emfair, tmp_path, monkeypatch, image):
    monkeypatch.chdir(image.parent)
    for paths in ([""], [image, ""]):
        said = emfair("deposit", *paths, *PLACE)
        assert said.code == 2
        assert "path" in one_error(said)
        assert "empty" in said.err
    assert not (tmp_path / "home" / "lake").exists()


def test_waiting_ends_with_the_verdict_that_another_process_finds(emfair, home, image, notes):
    def process() -> None:
        settings = read_settings(home=home)
        with open_services(settings) as services, open_chain(settings) as chain:
            while not (pending := services.registry.experiments.pending()):
                threading.Event().wait(0.1)
            list(chain.process([pending[0].id]))

    thread = threading.Thread(target=process)
    thread.start()
    said = emfair("deposit", image, *PLACE, "-a", notes, "--wait", "--json")
    thread.join()
    assert (said.code, said.json["state"]) == (0, "valid")


def test_waiting_for_bad_data_ends_with_1(emfair, tmp_path, notes):
    broken = tmp_path / "broken.dm3"
    broken.write_bytes(b"nothing a microscope wrote" * 40)
    experiment = emfair("deposit", broken, *PLACE, "-a", notes, "--json").json["experiment"]
    assert emfair("process", experiment).code == 1
    said = emfair("deposit", broken, *PLACE, "-a", notes, "--wait", "--json")
    assert (said.code, said.json["state"]) == (1, "invalid")
    assert said.json["reason"]


# --- process


def test_pending_experiments_are_processed_once(emfair, image, notes):
    experiment = emfair("deposit", image, *PLACE, "-a", notes, "--json").json["experiment"]
    said = emfair("process", "--pending", "--json")
    assert said.code == 0
    assert [(one["experiment"], one["state"]) for one in said.json] == [(experiment, "valid")]
    assert emfair("process", "--pending", "--json").json == []
    assert "Nothing is pending" in emfair("process", "--pending").out
    assert experiment in emfair("process", experiment).out


def test_what_cannot_be_processed_is_told_with_its_reason_and_ends_with_1(emfair, home, image):
    answer = emfair("deposit", image, *PLACE, "--json").json
    (raw,) = Path(answer["where"], "raw", "files").iterdir()
    raw.chmod(0o644)
    raw.write_bytes(b"overwritten")
    said = emfair("process", answer["experiment"], "--json")
    assert said.code == 1
    (one,) = said.json
    assert one["state"] == "failed"
    assert "test-1.dm3" in one["reason"]
    with open_services(read_settings(home=home)) as services:
        services.registry.experiments.set_state(answer["experiment"], ExperimentState.TOMBSTONED)
    said = emfair("process", answer["experiment"], "--json")
    assert (said.code, said.json[0]["state"]) == (1, "tombstoned")
    assert "cannot go from tombstoned" in said.json[0]["reason"]


def test_processing_nothing_and_the_unknown_are_wrong_calls(emfair):
    assert "no experiment is named" in one_error(emfair("process"))
    said = emfair("process", "e-20260122-nope")
    assert said.code == 2
    assert "e-20260122-nope: there is no such experiment" in one_error(said)


# --- inspect


def test_inspecting_shows_signals_facts_and_what_is_missing(emfair, corpus):
    path = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    (one,) = emfair("inspect", path, "--json").json
    (signal,) = one["signals"]
    assert (signal["kind"], signal["shape"]) == ("image_2d", [512, 512]) or signal["kind"]
    assert "acceleration_voltage" in {fact["key"] for fact in signal["facts"]}
    assert "sample.atom_types" in one["missing"]
    said = emfair("inspect", path)
    assert said.code == 0
    assert "200 kV" in said.out
    assert "Missing for NXem" in said.out


def test_annotations_count_when_inspecting(emfair, image, notes):
    (one,) = emfair("inspect", image, "-a", notes, "--json").json
    assert "sample.atom_types" not in one["missing"]


def test_files_read_together_are_named_together(emfair, corpus, tmp_path):
    for name in ("128x128-TEM_search.emi", "128x128-TEM_search_1.ser"):
        (tmp_path / name).write_bytes((corpus / "FEI_new" / name).read_bytes())
    (one,) = emfair("inspect", *tmp_path.glob("128*"), "--json").json
    assert (one["file"], one["companions"]) == (
        "128x128-TEM_search.emi", ["128x128-TEM_search_1.ser"],
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*Zarr-Python version 3:FutureWarning")  # RosettaSciIO's store
def test_a_format_that_is_a_folder_is_inspected_and_converted(emfair, tmp_path):
    store = tmp_path / "made.zspy"
    write_store(store)
    (one,) = emfair("inspect", store, "--json").json
    assert (one["file"], one["problem"], len(one["signals"])) == ("made.zspy", "", 1)
    (one,) = emfair("convert", store, "-o", tmp_path / "out", "--json").json
    assert len(one["containers"]) == 1


def write_store(folder: Path) -> None:
    """Write what HyperSpy saves as ``.zspy``: a folder of many files."""
    data = np.arange(48, dtype="uint16").reshape(6, 8)
    axes = [
        {"name": name, "scale": 0.5, "offset": 0.0, "units": "nm", "size": size, "navigate": False,
         "is_binned": False}
        for name, size in zip("yx", data.shape, strict=True)
    ]  # fmt: skip
    file_writer(
        str(folder),
        {
            "data": data,
            "axes": axes,
            "metadata": {"General": {"title": "made"}},
            "original_metadata": {},
            "package_info": {"package": "emfair", "package_version": "0"},
            "learning_results": {},
            "attributes": {"_lazy": False},
            "models": {},
        },
    )


def test_files_that_cannot_be_read_are_told_and_the_others_shown(emfair, image, tmp_path):
    broken, empty = tmp_path / "broken.dm3", tmp_path / "empty.dm3"
    broken.write_bytes(image.read_bytes()[:300])
    empty.write_bytes(b"")
    said = emfair("inspect", broken, empty, image, "--json")
    assert said.code == 1
    problems = {one["file"]: one["problem"] for one in said.json}
    assert problems["test-1.dm3"] == ""
    assert problems["broken.dm3"]
    assert "empty" in problems["empty.dm3"]
    assert all(one["remedy"] for one in said.json if one["problem"])
    assert emfair("inspect", broken).code == 1


# --- convert and validate


def test_what_is_converted_with_all_annotations_is_valid(emfair, image, notes, tmp_path):
    out = tmp_path / "out"
    said = emfair("convert", image, "-o", out, "-a", notes, "--json")
    assert said.code == 0
    (one,) = said.json
    (container,) = one["containers"]
    assert Path(container["path"]).parent == out
    verdict = emfair("validate", out, "--json")
    assert (verdict.code, verdict.json["files"][0]["verdict"]) == (0, "valid")
    assert verdict.json["nxdl"]
    assert "valid" in emfair("validate", container["path"]).out


def test_a_verdict_that_is_not_valid_ends_with_1_and_says_what_to_do(emfair, image, tmp_path):
    emfair("convert", image, "-o", tmp_path / "out")
    said = emfair("validate", tmp_path / "out", "--json")
    assert said.code == 1
    (one,) = said.json["files"]
    assert one["verdict"] == "needs-input"
    assert all(finding["hint"] for finding in one["findings"] if finding["severity"] == "missing")
    assert "needs-input" in emfair("validate", tmp_path / "out").out


def test_converting_a_bad_file_is_a_finding_and_the_good_one_goes_on(emfair, image, tmp_path):
    broken = tmp_path / "broken.dm3"
    broken.write_bytes(image.read_bytes()[:300])
    said = emfair("convert", broken, image, "-o", tmp_path / "out", "--json")
    assert said.code == 1
    by_file = {one["file"]: one for one in said.json}
    assert by_file["broken.dm3"]["findings"][0]["severity"] == "error"
    assert len(by_file["test-1.dm3"]["containers"]) == 1
    assert "broken.dm3" in emfair("convert", broken, "-o", tmp_path / "out").out


def test_a_profile_fills_in_the_instrument(emfair, image, home, tmp_path):
    (home / "instruments").mkdir(parents=True)
    (home / "instruments" / "titan.yaml").write_text("{vendor: FEI, model: Titan}")
    said = emfair("convert", image, "-o", tmp_path / "out", "--instrument", "titan", "--json")
    facts = said.json[0]["containers"][0]["facts"]
    assert {"FEI", "Titan"} <= {fact["value_text"] for fact in facts if fact["source"] == "profile"}


@pytest.mark.parametrize("content", [None, "[", "- list", "vendr: x", "text"])
def test_a_profile_that_cannot_be_read_is_a_wrong_call(emfair, image, tmp_path, content):
    profile = tmp_path / "profile.yaml"
    if content is not None:
        profile.write_text(content)
    said = emfair("convert", image, "-o", tmp_path / "out", "--instrument", profile)
    assert said.code == 2
    one_error(said)


def test_a_folder_that_cannot_be_made_is_a_wrong_call(emfair, image):
    said = emfair("convert", image, "-o", image / "below")
    assert said.code == 2
    assert "cannot be made a folder" in one_error(said)


def test_validating_what_is_no_container_is_told(emfair, image, tmp_path):
    said = emfair("validate", image, "--json")
    assert (said.code, said.json["files"][0]["verdict"]) == (1, "invalid")
    said = emfair("validate", tmp_path / "nowhere.nxs")
    assert said.code == 2
    one_error(said)
    (tmp_path / "empty").mkdir()
    assert "holds no .nxs file" in one_error(emfair("validate", tmp_path / "empty"))


# --- query


def test_a_question_is_answered_before_anything_was_indexed(emfair):
    assert emfair("query", "SELECT count(*) AS n FROM experiments", "--json").json == [{"n": 0}]


def test_an_answer_is_json_whatever_it_holds(emfair):
    sql = (
        "SELECT 1 AS a, 2 AS a, 'nan'::DOUBLE AS nan, 'inf'::DOUBLE AS inf, now() AS t, "
        "1.5::DECIMAL(9, 2) AS d, [1, NULL] AS l, {'k': 'nan'::DOUBLE} AS s, "
        "'ü\U0001f600' AS text, '\\xAB'::BLOB AS b, NULL AS nothing, INTERVAL 1 DAY AS i"
    )
    (row,) = emfair("query", sql, "--json").json
    assert (row["a"], row["a_2"], row["nan"], row["inf"]) == (1, 2, None, None)
    assert (row["text"], row["b"], row["nothing"], row["s"]) == ("ü😀", "ab", None, {"k": None})


def test_no_column_is_lost_where_names_repeat(emfair):
    sql = "SELECT 1 a, 2 a, 3 a_2, repeat('x', 300) AS b, repeat('y', 300) AS b, 5 AS \"[/c]\""
    (row,) = emfair("query", sql, "--json").json
    assert list(row.values()) == [1, 2, 3, "x" * 300, "y" * 300, 5]
    assert (row["a"], row["a_2"]) == (1, 3)
    head, cells = (line.split() for line in emfair("query", sql).out.splitlines() if line.strip())
    assert head == ["a", "a", "a_2", "b", "b", "[/c]"]
    assert cells == ["1", "2", "3", "x" * 300, "y" * 300, "5"]


@pytest.mark.parametrize("value", ["DATE '290000-01-01'", "TIMESTAMP 'infinity'"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_time_that_python_cannot_hold_is_told(emfair, value, form):
    said = emfair("query", f"SELECT {value}", *form)
    assert said.code == 1
    assert "outside the years 1 to 9999" in one_error(said)


def test_an_answer_that_is_cut_says_so(emfair):
    said = emfair("query", "SELECT * FROM range(50)", "--limit", "10")
    assert "10 rows, more are there: --limit 100" in said.err


def test_what_a_cell_holds_cannot_steer_the_terminal(emfair):
    said = emfair("query", "SELECT chr(27) || '[31m' || chr(10) || '[bold]x[/bold]' AS x")
    assert "\x1b" not in said.out
    assert "\\x1b[31m\\n[bold]x[/bold]" in said.out


def test_bad_sql_ends_with_1_and_duckdbs_own_words(emfair):
    for sql in ("SELEC 1", "SELECT nope FROM experiments", "DROP TABLE experiments"):
        said = emfair("query", sql)
        assert said.code == 1
        one_error(said)


def test_without_a_question_the_tables_are_told(emfair):
    tables = emfair("query", "--json").json
    assert list(tables) == ["experiments", "measurements", "facts", "findings", "files"]
    assert all(text for columns in tables.values() for text in columns.values())
    assert "acceleration_voltage_V" in emfair("query").out


# --- doctor


def test_the_doctor_finds_a_fresh_home_fine(emfair):
    said = emfair("doctor", "--json")
    trouble = [one for one in said.json if not one["fine"]]
    assert (trouble, said.code) == ([], 0)
    assert {"Python", "lake", "registry", "chain", "home"} <= {one["what"] for one in said.json}


@pytest.mark.parametrize(
    ("variable", "value", "what"),
    [
        ("EMFAIR_LAKE_URL", "ftp://nowhere", "lake"),
        ("EMFAIR_LAKE_URL", "s3://bucket", "lake"),
        ("EMFAIR_LAKE_URL", "file:///proc/emfair", "lake"),
        ("EMFAIR_REGISTRY_URL", "mysql://x", "registry"),
        ("EMFAIR_REGISTRY_URL", "sqlite:////proc/emfair/registry.db", "registry"),
    ],
)
def test_the_doctor_names_the_store_that_is_sick(
    emfair, monkeypatch, no_server, variable, value, what
):
    monkeypatch.setenv(variable, value)
    said = emfair("doctor", "--json")
    assert said.code == 1
    (trouble,) = [one for one in said.json if not one["fine"]]
    assert trouble["what"] == what
    assert trouble["found"]
    assert trouble["remedy"]
    assert "✗" in emfair("doctor").out


def test_the_doctor_sees_a_registry_that_is_none(emfair, home):
    home.mkdir()
    (home / "registry.db").write_bytes(b"no database at all" * 100)
    said = emfair("doctor", "--json")
    assert said.code == 1
    assert [one["what"] for one in said.json if not one["fine"]] == ["registry"]


def test_the_doctor_sees_a_home_that_is_a_file(emfair, home):
    home.write_text("a file")
    said = emfair("doctor", "--json")
    assert said.code == 1
    assert "home" in [one["what"] for one in said.json if not one["fine"]]


# --- the real program


def test_a_name_that_no_terminal_can_show_ends_no_program(tmp_path):
    nowhere = os.fsdecode(b"caf\xe9\x1b[31m.dm3")
    done = script("deposit", nowhere, *PLACE, EMFAIR_HOME=str(tmp_path), PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    assert "caf\\xe9" in done.stderr


def test_the_program_answers_in_any_encoding(tmp_path):
    done = script("query", "SELECT 'µ😀' AS x", EMFAIR_HOME=str(tmp_path), PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "\\xb5\\U0001f600" in done.stdout


def test_in_a_pipe_every_row_is_one_line_and_no_column_is_lost(tmp_path):
    sql = "SELECT 'a' AS first, repeat('x', 200) AS long, 'z' AS last"
    done = script("query", sql, EMFAIR_HOME=str(tmp_path), COLUMNS="40")
    head, row = (line.split() for line in done.stdout.splitlines() if line.strip())
    assert head == ["first", "long", "last"]
    assert row == ["a", "x" * 200, "z"]


def test_the_program_starts_without_heavy_imports(tmp_path):
    heavy = "dagster numpy h5py pyarrow sqlalchemy rsciio pydantic"
    code = f"import sys, emfair.cli.main; print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_reader_that_stops_early_is_no_crash(tmp_path):
    done = subprocess.run(
        ["/bin/bash", "-c", '"$0" query "$1" --limit 100000 --json | head -1', str(SCRIPT),
         "SELECT * FROM range(100000)"],
        env={"EMFAIR_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stdout == "[\n"
    assert "Traceback" not in done.stderr


def test_the_registry_is_made_where_the_home_is(tmp_path):
    script("query", "SELECT 1", EMFAIR_HOME=str(tmp_path / "home"))
    with sqlite3.connect(tmp_path / "home" / "registry.db") as connection:
        assert connection.execute("SELECT count(*) FROM experiment").fetchone() == (0,)
    connection.close()
