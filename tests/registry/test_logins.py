"""The groups of someone's most recent login: kept, replaced by a later one, never by an older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from emfair.registry import open_registry, schema
from tests.registry.together import run_together

NOON = datetime(2026, 1, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OWNER, EDITOR = "emfair-project-steel-owner", "emfair-project-glass-editor"


def test_a_later_login_counts_and_an_older_one_changes_nothing(registry):
    logins = registry.logins
    logins.note("ada", {OWNER, EDITOR}, NOON)
    assert logins.groups_of("ada") == {OWNER, EDITOR}
    logins.note("ada", {EDITOR}, LATER)
    logins.note("ada", {OWNER, EDITOR}, NOON)
    assert logins.groups_of("ada") == registry.tokens.groups_of("ada") == {EDITOR}
    logins.note("ada", (), LATER)
    assert logins.groups_of("ada") == frozenset(), "of two at one moment whatever comes second"


def test_who_never_logged_in_has_brought_nothing(registry):
    registry.logins.note("ada", {OWNER}, NOON)
    assert registry.logins.groups_of("bob") == frozenset()


def test_of_logins_noted_together_the_latest_stays(registry):
    numbers = list(range(8))

    def note() -> None:
        number = numbers.pop()
        since = NOON + timedelta(seconds=number)
        registry.logins.note("ada", {f"emfair-project-p{number}-owner"}, since)

    run_together(note, 8)
    assert registry.logins.groups_of("ada") == {"emfair-project-p7-owner"}


@pytest.mark.parametrize("revision", ["0002", "0003", "0004"])
def test_tokens_of_an_earlier_emfair_stay_and_carry_no_group_until_their_holder_logs_in(
    url, database, revision
):
    row = {
        "id": "t-1", "subject": "ada", "name": "script", "secret_sha256": "0" * 64,
        "scopes": '["read"]', "groups": f'["{OWNER}"]',
        "created_at": NOON, "expires_at": LATER,
    }  # fmt: skip
    with database.writing() as connection:
        schema.migrate(connection, revision)
        columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
        connection.execute(text(f"INSERT INTO token ({columns}) VALUES ({values})"), row)
    with open_registry(url) as registry:
        (kept,) = registry.tokens.list("ada")
        assert (kept.groups, registry.tokens.groups_of("ada")) == ({OWNER}, frozenset())
        registry.logins.note("ada", {OWNER}, NOON)
        assert registry.tokens.groups_of("ada") == {OWNER}
