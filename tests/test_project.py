"""The project's own files: locks that work anywhere, verbs that people were promised."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
VERBS = [
    "setup",
    "demo",
    "up",
    "test",
    "guide",
    "check",
    "bench",
    "corpus",
    "fuzz",
    "lock",
    "clean",
]
FOREIGN = re.compile(r"://|--(?:extra-)?index|--find-links|(?:^|\s|@)(?:file:|/)\S", re.MULTILINE)


def _tree(folder: Path) -> Iterator[Path]:
    """Yield the tree's files, without what is installed or made in it."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            if entry.name != "node_modules" and (entry.name == ".ci" or entry.name[0] != "."):
                yield from _tree(entry)
        else:
            yield entry


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=plain, capture_output=True, text=True, check=False
    )


def _resolved(lock: Any) -> list[str]:
    packages = lock.get("packages", {})
    return [name for name, package in packages.items() if "resolved" in package]


def test_a_python_lock_names_no_index_host_or_path() -> None:
    locks = [path for path in _tree(ROOT) if path.suffix == ".lock"]
    assert {"requirements.lock", "bootstrap.lock"} <= {path.name for path in locks}
    assert {path.name: FOREIGN.findall(path.read_text()) for path in locks} == {
        path.name: [] for path in locks
    }


def test_a_node_lock_names_no_host() -> None:
    locks = [path for path in _tree(ROOT) if path.name == "package-lock.json"]
    found = {str(path): _resolved(json.loads(path.read_text())) for path in locks}
    assert not any(found.values()), f"{found}. Remove every 'resolved': npm finds them by hash."


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://mirror.example/simple",
        "--extra-index-url file:///srv/mirror",
        "# --find-links /srv/wheels",
        "emfair @ file:///home/x/emfair",
        "-e /home/x/emfair",
        "#    uv pip compile /home/x/emfair/pyproject.toml",
    ],
)
def test_the_search_for_foreign_lines_finds_them(line) -> None:
    assert FOREIGN.search(line)


def test_the_search_for_resolved_finds_them() -> None:
    lock = {"packages": {"": {}, "node_modules/a": {"resolved": "https://mirror.example/a.tgz"}}}
    assert _resolved(lock) == ["node_modules/a"]


def test_every_locked_package_is_pinned_with_hashes() -> None:
    for name in ("requirements.lock", "bootstrap.lock", "node.lock"):
        text = re.sub(r"\\\n", " ", (ROOT / name).read_text())
        pins = [line for line in text.splitlines() if re.match(r"[a-z]", line)]
        assert pins
        assert [line for line in pins if "==" not in line or "--hash=sha256:" not in line] == []


def test_make_alone_lists_every_verb() -> None:
    listed = re.findall(r"^make (\w+) +\S", _make().stdout, re.MULTILINE)
    assert listed == ["help", *VERBS]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_known_to_make(verb) -> None:
    done = _make("--dry-run", verb)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", sorted({*VERBS} - {"clean", "lock"}))
def test_every_verb_sets_up_what_it_needs(verb) -> None:
    planned = _make("--dry-run", "--always-make", verb).stdout
    assert "-m venv" in planned
    assert "bootstrap.lock" in planned
    assert "requirements.lock" in planned
    assert "--editable ." in planned


def test_the_licence_is_the_gpl_3() -> None:
    head, *_ = (ROOT / "LICENSE").read_text().split("Preamble")
    assert "GNU GENERAL PUBLIC LICENSE" in head
    assert "Version 3, 29 June 2007" in head
    assert len((ROOT / "LICENSE").read_text().splitlines()) > 600


def test_the_gate_runs_tests_and_checks() -> None:
    gate = ROOT / ".ci/run"
    assert os.access(gate, os.X_OK)
    assert subprocess.run(["bash", "-n", gate], check=False).returncode == 0
    text = gate.read_text()
    assert "make test" in text
    assert "make check" in text
