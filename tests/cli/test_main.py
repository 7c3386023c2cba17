"""The command line as a whole: its commands, its help, and how it ends."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.main import get_command

from emfair.cli.main import app

JSON = [
    "deposit",
    "inspect",
    "convert",
    "validate",
    "process",
    "rebuild",
    "query",
    "tags",
    "simulate",
    "whoami",
    "doctor",
    "cleanup",
]
COMMANDS = ["up", "serve", "demo", *JSON[:-3], "login", "logout", *JSON[-3:]]


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


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_a_call_that_can_be_copied(emfair, command):
    told = " ".join(emfair(command, "--help").out.split())
    program, name, *arguments = shlex.split(told.partition("Example: ")[2])
    assert (program, name) == ("emfair", command)
    get_command(app).commands[name].make_context(name, arguments)  # raises if it does not fit


def test_help_of_the_whole_tells_the_exit_codes(emfair):
    said = emfair("--help")
    assert re.search(r"0 done, 1 .*data.*, 2 .*call.*, 3 not available", said.out)
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
    assert "EMFAIR_APP_PORT" in said.one_error()


@pytest.mark.parametrize("command", ["query", "deposit"])
def test_a_store_that_does_not_answer_ends_with_3(
    emfair, monkeypatch, no_server, image, command, place
):
    monkeypatch.setenv("EMFAIR_LAKE_URL", "s3://bucket/lake")
    said = emfair(command, *{"query": ("SELECT 1",), "deposit": (image, *place)}[command])
    assert said.code == 3
    said.one_error()
    assert "secret" not in said.err
