"""A messy folder has what real ones have, and emfair says of each what the truth expects."""

from __future__ import annotations

import pytest

from emfair.model.annotations import Annotations
from emfair.model.findings import Severity
from emfair.service.conversion import convert_files
from emfair.simulate.mess import ANOTHER
from emfair.simulate.sessions import sessions
from emfair.simulate.truth import form

pytestmark = [
    pytest.mark.filterwarnings("ignore:The NestedDirectoryStore:FutureWarning"),
]
KINDS = {"zero bytes", "thumbnails", "truncated", "duplicate", "renamed companion"}


@pytest.fixture(scope="module", params=["tem", "sem", "tilt"])
def session(request, messy, tmp_path_factory):
    """Return a session's acquisitions, and what each of its folder's files became."""
    done = [one for one in messy.report.done if one.session == request.param]
    notes = Annotations.model_validate(form(sessions()[request.param], done))
    folder = messy.root / sessions()[request.param].folder
    out = tmp_path_factory.mktemp("out")
    return done, {
        outcome.file.rpartition("/")[2]: outcome
        for *_, outcome in convert_files([folder], out, notes)
    }


def test_each_kind_of_mess_happens(session):
    done, _ = session
    happened = {mess.kind for one in done for mess in one.mess}
    maps = any(one.format == "ripple" for one in done)
    assert happened == (KINDS if maps else KINDS - {"renamed companion"})


def test_each_mess_is_told_as_the_truth_expects(session):
    done, outcomes = session
    for mess in (mess for one in done for mess in one.mess):
        name = mess.files[0].name
        if mess.rule == "skipped":
            assert name not in outcomes
        elif mess.rule == "duplicate":
            assert not outcomes[name].failed
        else:
            assert {finding.rule for finding in outcomes[name].findings} == {mess.rule}


def test_good_files_between_them_are_converted_all_the_same(session):
    done, outcomes = session
    for one in done:
        outcome = outcomes[one.primary.name]
        assert len(outcome.containers) == 1
        assert not [f for f in outcome.findings if f.severity is Severity.ERROR]


def test_an_operator_is_left_over_and_names_are_as_people_give_them(messy, made):
    operators = {one.acquisition.operator for one in messy.report.done}
    assert ANOTHER in operators
    assert len(operators) > 2
    assert any("ä" in one.primary.name and " " in one.primary.name for one in messy.report.done)
    assert ANOTHER not in {one.acquisition.operator for one in made.report.done}
    assert not {mess for one in made.report.done for mess in one.mess}


def test_last_weeks_operator_is_kept_and_not_trusted(session):
    done, outcomes = session
    for one in done:
        if one.format == "tiff" and one.acquisition.operator == ANOTHER:
            ((_, measurement),) = outcomes[one.primary.name].containers
            (fact,) = [
                fact
                for fact in measurement.facts
                if fact.key == "operator" and fact.source == "vendor"
            ]
            assert fact.value_text == ANOTHER
            assert fact.warning
            return
    assert done[0].session != "sem"
