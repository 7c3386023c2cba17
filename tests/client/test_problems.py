"""What a server raises is raised by whoever asked it: the same class, words, subject, remedy."""

from __future__ import annotations

import json

import pytest

from emfair import errors
from emfair.api.problems import problem_of
from emfair.client.problems import error_of

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.EmfairError)
]


def through_the_api(error: errors.EmfairError) -> errors.EmfairError:
    problem = problem_of(error)
    return error_of(problem.status, problem.model_dump_json().encode(), "https://emfair.test/x")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_out_as_it_went_in_or_as_its_parent(kind):
    sent = kind("is gone.", subject="scan 1.dm4", remedy="Look elsewhere.")
    found = through_the_api(sent)
    assert str(found) == str(sent)
    if problem_of(sent).status < 500:
        assert issubclass(kind, type(found))
        assert type(found) is not errors.EmfairError
    else:
        assert isinstance(found, errors.Unavailable), "a server's trouble is no wrong call"


@pytest.mark.parametrize(
    "kind",
    [
        errors.NotFound, errors.Conflict, errors.Outdated, errors.Forbidden,
        errors.Unauthenticated, errors.TooMuch, errors.FixityMismatch, errors.BadName,
        errors.BadAnnotations, errors.Busy,
    ],
)  # fmt: skip
def test_what_senders_act_on_keeps_its_class(kind):
    assert type(through_the_api(kind("x.", remedy="y."))) is kind


def test_a_problem_without_a_subject_is_about_what_was_asked():
    found = error_of(404, b'{"detail": "nothing here."}', "https://emfair.test/x")
    assert isinstance(found, errors.NotFound)
    assert found.subject == "https://emfair.test/x"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"text"', b"{}", b"\xff", b"[" * 100_000])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, errors.BadSetting), (400, errors.BadSetting), (401, errors.Unauthenticated),
        (403, errors.Forbidden), (500, errors.Unavailable), (502, errors.Unavailable),
        (429, errors.Unavailable), (408, errors.Unavailable),
    ],
)  # fmt: skip
def test_answers_in_other_words_say_what_may_be_wrong(status, kind, body):
    found = error_of(status, body, "https://emfair.test")
    assert type(found) is kind
    assert found.remedy
    assert found.subject == "https://emfair.test"


def test_a_type_that_nobody_knows_is_read_by_its_status():
    body = json.dumps({"type": "urn:emfair:problem:new-thing", "detail": "x."}).encode()
    assert type(error_of(409, body, "x")) is errors.Conflict
    assert type(error_of(418, body, "x")) is errors.BadCall
    assert type(error_of(500, body, "x")) is errors.Unavailable
