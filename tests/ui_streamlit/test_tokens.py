"""One's own access tokens: made with what they may do, shown once, and ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from emfair.service.reception import Reception
from tests.ui_streamlit.lab import as_referee, enter, fill, labels, press, shown, subject
from ui_streamlit import stores

MAKE = "Make the token"


def kept(lab, name="ada"):
    return lab.registry.tokens.list(subject(name))


def secret(app):
    return next(one.value for one in app.code if one.value.startswith("emf_"))


def wanted(app, name="FIB's *PC*", *scopes):
    fill(app, "What it is for", name)
    for box in app.checkbox:
        if any(scope in box.label for scope in scopes):
            box.check()
    return app


def test_a_token_is_made_within_its_scopes_and_shown_once(lab):
    app = press(wanted(enter("tokens", "ada"), "FIB's *PC*", "deposit", "annotate"), MAKE)
    back = Reception(lab).access(f"Bearer {secret(app)}")
    assert (back.subject, back.known.scopes) == (subject("ada"), {"deposit", "annotate"})
    assert r"FIB's \*PC\*" in shown(app)
    assert "EMFAIR_TOKEN" in shown(app)
    assert secret(app) not in shown(enter("tokens", "ada")), "another window never sees it"
    app.run()
    text = secret(app)
    press(app, "I have copied it")
    assert text not in shown(app)
    assert "FIB&#39;s *PC*" in shown(app), "it stands in the list"


def test_a_secret_is_gone_once_the_page_was_left(lab):
    app = press(wanted(enter("tokens", "ada"), "script", "read"), MAKE)
    text = secret(app)
    app.switch_page("../pages/home.py").run()
    app.switch_page("../pages/tokens.py").run()
    assert not app.exception
    assert "script" in shown(app)
    assert text not in shown(app)


def test_it_counts_through_the_last_day_that_was_chosen(lab):
    app = wanted(enter("tokens", "ada"), "script", "read")
    day = (lab.now() + timedelta(days=3)).date()
    press(fill(app, "Last day", day), MAKE)
    (one,) = kept(lab)
    assert one.expires_at.isoformat() == f"{day + timedelta(days=1)}T00:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "scopes", "told"),
    [("", ("read",), "needs a name"), (" \x00", ("read",), "text")],
)
def test_a_token_that_should_not_be_is_a_notice(lab, name, scopes, told):
    app = press(wanted(enter("tokens", "ada"), name, *scopes), MAKE)
    assert told in shown(app)
    assert kept(lab) == []


def test_without_anything_that_it_may_do_the_form_asks_for_it_in_place(lab):
    app = press(wanted(enter("tokens", "ada"), "script"), MAKE)
    assert not app.error
    assert not app.warning
    assert ":red[Choose at least one thing that it may do.]" in [one.value for one in app.caption]
    assert kept(lab) == []
    press(wanted(app, "script", "read"), MAKE)
    assert len(kept(lab)) == 1


def test_what_is_sent_twice_makes_one_token(lab):
    app = wanted(enter("tokens", "ada"), "script", "read")
    old = next(one for one in app.button if one.label == MAKE)
    press(app, MAKE)
    new = next(one for one in app.button if one.label == MAKE)
    assert old.id != new.id, "the form that was sent is not there any more"
    app.run()
    assert len(kept(lab)) == 1


def test_a_token_is_revoked_and_stays_in_the_list(lab):
    app = press(wanted(enter("tokens", "ada"), "script", "read"), MAKE)
    press(app, "Revoke it")
    assert kept(lab)[0].revoked_at is not None
    assert ">revoked</span>" in shown(app)
    assert "Revoke" not in labels(app)


def test_tokens_of_others_are_not_shown(lab):
    press(wanted(enter("tokens", "bob"), "zebra", "read"), MAKE)
    assert "zebra" not in shown(enter("tokens", "ada"))


@pytest.mark.parametrize(
    "page", ["tokens", "people", "instruments", "audit", "deposit", "discover", "sql"]
)
def test_what_is_not_for_a_referee_says_so(lab, page):
    app = AppTest.from_function(as_referee, default_timeout=30)
    app.query_params["page"] = page
    app.run()
    assert not app.exception
    assert len(app.warning) == 1
    assert not app.error
    assert not labels(app)


def test_the_local_user_has_tokens_too(empty, opened):
    app = empty("tokens")
    press(wanted(app, "script", "read"), MAKE)
    back = Reception(opened).access(f"Bearer {secret(app)}")
    assert (back.subject, back.known.scopes) == (stores.access().subject, {"read"})
