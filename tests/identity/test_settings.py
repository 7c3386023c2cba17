"""Where the login service is, and whom its tokens are meant for, are settings."""

from __future__ import annotations

import pytest

from emfair.settings import read_settings


@pytest.mark.parametrize(
    ("client", "audience", "audiences"),
    [
        ("", "", ("emfair",)),
        ("emfair-cli", "", ("emfair-cli",)),
        ("emfair-cli", "emfair-api", ("emfair-api",)),
        ("", " emfair-api, emfair-cli ,", ("emfair-api", "emfair-cli")),
    ],
)
def test_tokens_are_for_the_named_audiences_or_for_the_client(
    monkeypatch, client, audience, audiences
):
    monkeypatch.setenv("EMFAIR_OIDC_CLIENT_ID", client)
    monkeypatch.setenv("EMFAIR_OIDC_AUDIENCE", audience)
    assert read_settings().oidc_audiences == audiences
