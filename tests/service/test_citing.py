"""A citation of what people wrote, and else of what the measurements say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emfair.model.annotations import Annotations
from emfair.records.citation import Contributor
from emfair.service import browse
from emfair.service.access import local_access
from emfair.service.annotations import annotate, current
from emfair.service.citing import citation
from tests.catalogue.conftest import a_measurement, documents, text


@pytest.fixture
def cited(services, sealed):
    """Return a function that cites an experiment whose measurements have these facts."""
    row = services.registry.experiments.get(sealed.experiment)

    def cited(*facts):
        measurements = [a_measurement(f"m{n}", some) for n, some in enumerate(facts)]
        conversion, _ = documents(row.id, measurements)
        page = replace(browse.experiment(services, row), conversion=conversion)
        return page, citation(services, page)

    return cited


def test_the_year_is_that_of_the_earliest_measurement(cited):
    _, found = cited(
        [text("start_time", "2019-03-04T10:00:00+01:00")],
        [text("start_time", "2018-12-31T23:00:00Z")],
        [text("start_time", "2017-01-01T10:00:00Z", warning="impossible")],
    )
    assert found.year == 2018


def test_all_who_measured_are_creators_and_whoever_deposited_it_is_a_contributor(cited):
    grace, ada = [text("operator", "Grace")], [text("operator", "Ada B.")]
    page, found = cited(ada, grace, grace, [])
    assert found.people == ("Grace", "Ada B.")
    assert found.contributors == (Contributor(page.manifest.deposited_by.name, "DataCurator"),)
    assert page.manifest.deposited_by.name not in found.text + found.bibtex


def test_whoever_measured_and_deposited_is_named_once(cited):
    page, _ = cited()
    _, found = cited([text("operator", page.manifest.deposited_by.name)])
    assert found.people == (page.manifest.deposited_by.name,)
    assert found.contributors == ()


def test_where_nobody_else_is_known_it_is_whoever_deposited_it_and_when(cited):
    page, found = cited([])
    assert found.people == (page.manifest.deposited_by.name,)
    assert found.contributors == ()
    assert found.year == page.manifest.sealed_at.year


def test_what_a_person_wrote_comes_first(services, sealed, cited):
    notes = Annotations.model_validate(
        {"start_time": "2015-01-22T12:00:00+01:00", "user": {"name": "Ada"}}
    )
    _, version = current(services, sealed.experiment)
    access = local_access(services)
    annotate(access, sealed.experiment, notes, expected_version=version, reason="known")
    facts = [text("operator", "Grace"), text("start_time", "2018-01-01T10:00:00Z")]
    _, found = cited(facts)
    assert (found.people, found.year) == (("Ada",), 2015)
