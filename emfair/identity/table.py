"""The policy's table ``policy.yaml``, checked and typed: a wrong row is refused by its name.

What does not belong here: deciding (`emfair.identity.policy`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from emfair.errors import BadSetting
from emfair.identity.roles import PROJECT_ROLES, Role


class Action(StrEnum):
    """Everything that can be asked for; each route and each page names one, and some route each."""

    SEE_SERVICE = "see-service"
    QUERY_INDEX = "query-index"
    KEEP = "keep"
    ADMIN = "admin"
    CREATE_PROJECT = "create-project"
    READ_PROJECT = "read-project"
    EDIT_PROJECT = "edit-project"
    DELETE_PROJECT = "delete-project"
    SHARE_PROJECT = "share-project"
    MANAGE_MEMBERSHIP = "manage-membership"
    READ_MEMBERS = "read-members"
    READ_AUDIT = "read-audit"
    CREATE_PROPOSAL = "create-proposal"
    READ_PROPOSAL = "read-proposal"
    EDIT_PROPOSAL = "edit-proposal"
    DELETE_PROPOSAL = "delete-proposal"
    CREATE_SAMPLE = "create-sample"
    READ_SAMPLE = "read-sample"
    EDIT_SAMPLE = "edit-sample"
    DELETE_SAMPLE = "delete-sample"
    CREATE_EXPERIMENT = "create-experiment"
    READ_EXPERIMENT = "read-experiment"
    EDIT_EXPERIMENT = "edit-experiment"
    DELETE_EXPERIMENT = "delete-experiment"
    SHARE_EXPERIMENT = "share-experiment"
    DEPOSIT = "deposit"
    UPLOAD = "upload"
    ANNOTATE = "annotate"
    DOWNLOAD_RAW = "download-raw"
    DOWNLOAD_CONTAINERS = "download-containers"
    CREATE_INSTRUMENT = "create-instrument"
    READ_INSTRUMENT = "read-instrument"
    EDIT_INSTRUMENT = "edit-instrument"
    DELETE_INSTRUMENT = "delete-instrument"
    SHARE_INSTRUMENT = "share-instrument"
    MANAGE_TOKENS = "manage-tokens"
    READ_PERSON = "read-person"
    MANAGE_PEOPLE = "manage-people"
    END_TOKENS = "end-tokens"


class About(StrEnum):
    """What an action is done to."""

    SERVICE = "service"
    PROJECT = "project"
    PROPOSAL = "proposal"
    SAMPLE = "sample"
    EXPERIMENT = "experiment"
    INSTRUMENT = "instrument"
    TOKEN = "token"  # noqa: S105  a word
    PERSON = "person"


IN_PROJECT = frozenset({About.PROJECT, About.PROPOSAL, About.SAMPLE, About.EXPERIMENT})


class Condition(StrEnum):
    """To which ones a role may do it; the comment on top of the table says it for people."""

    ANY = "any"
    PLAIN = "plain"
    OWN = "own"
    OPEN = "open"
    NEVER = "never"


LOGIN, FREE = "login", "free"


@dataclass(frozen=True, slots=True)
class Row:
    """One action: to what, with which scope, who helps, and each role's condition."""

    action: Action
    about: About
    scope: str
    ask: str
    cells: dict[Role, Condition]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table."""

    rows: dict[Action, Row]
    shown_by: dict[About, Action]
    scopes: dict[str, str]
    ask_words: dict[str, str]
    role_words: dict[Role, str]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: list[str]
    rows: list[list[str]]
    shown_by: dict[About, Action]
    scopes: dict[str, str]
    ask_words: dict[str, str]
    role_words: dict[Role, str]


@cache
def table() -> Table:
    """Return emfair's own table."""
    return read_table(files("emfair.identity").joinpath("policy.yaml").read_text("utf-8"))


def read_table(text: str) -> Table:
    """Return the table that a YAML text holds.

    Raises
    ------
    BadSetting
        It is not such a table: an unknown role, action, condition or scope, a row twice or missing.
    """
    try:
        written = _Written.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise _wrong("the table", str(error)) from error
    leading, roles = written.columns[:4], written.columns[4:]
    if leading != ["action", "about", "scope", "ask"] or sorted(roles) != sorted(Role):
        raise _wrong("columns", f"are action, about, scope, ask and the roles {', '.join(Role)}")
    if set(written.role_words) != set(Role):
        raise _wrong("role_words", "has a word for each role")
    rows: dict[Action, Row] = {}
    for cells in written.rows:
        row = _row(cells, [Role(name) for name in roles], written)
        if row.action in rows:
            raise _wrong(f"row {row.action}", "stands there twice")
        rows[row.action] = row
    if missing := [str(action) for action in Action if action not in rows]:
        raise _wrong(f"row {missing[0]}", "is missing")
    return Table(rows, written.shown_by, written.scopes, written.ask_words, written.role_words)


def _row(cells: Sequence[str], roles: Sequence[Role], written: _Written) -> Row:
    name = f"row {cells[0] if cells else '(empty)'}"
    if len(cells) != len(written.columns):
        raise _wrong(name, f"has {len(cells)} cells, and there are {len(written.columns)} columns")
    try:
        row = Row(
            action=Action(cells[0]),
            about=About(cells[1]),
            scope=cells[2],
            ask=cells[3],
            cells={role: Condition(cell) for role, cell in zip(roles, cells[4:], strict=True)},
        )
    except ValueError as error:
        raise _wrong(name, str(error)) from error
    if row.scope not in {LOGIN, FREE, *written.scopes}:
        raise _wrong(name, f"{row.scope!r} is no scope")
    if row.ask not in written.ask_words:
        raise _wrong(name, f"{row.ask!r} is nobody to ask")
    idle = frozenset() if row.about in IN_PROJECT else PROJECT_ROLES
    if granted := [str(role) for role in idle if row.cells[role] is not Condition.NEVER]:
        raise _wrong(name, f"nobody is {granted[0]} of a {row.about}: write never")
    return row


def _wrong(where: str, what: str) -> BadSetting:
    return BadSetting(
        f"{what}.".replace("..", "."),
        subject=f"policy.yaml, {where}",
        remedy="Mend the table; its comments say how it is read.",
    )
