"""What is empty is removed, with what only tells of it; what something hangs on stays."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from emfair.errors import Conflict, NotFound, Outdated
from emfair.model.deposits import Opened
from emfair.model.manifest import Place, RawFile, Titles
from emfair.model.nouns import InstrumentCard, ProjectCard, ProposalCard, SampleCard
from emfair.registry import ExperimentEdit
from tests.registry.together import run_together

SOME_DAY = datetime(2026, 1, 20, 8, tzinfo=UTC)


@pytest.fixture
def empty(registry):
    """Return a registry with one of each kind, on which nothing hangs but the next one."""
    registry.projects.create("glass", card=ProjectCard(title="Glass"), actor="ada")
    registry.proposals.create("glass", "p", card=ProposalCard(title="P"), actor="ada")
    registry.samples.create("glass", "p", "s", card=SampleCard(title="S"), actor="ada")
    registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor="ada")
    return registry


def deposit(registry, experiment="e-1", **other) -> Opened:
    """Open a deposit on the sample ``glass/p/s``."""
    return registry.deposits.open(
        Place(project="glass", proposal="p", sample="s", experiment=experiment),
        Titles(project="Glass", proposal="P", sample="S", experiment=experiment),
        depositor=other.get("depositor", "ada"),
        files=(RawFile(name="a", path="a", size=1, sha256="0" * 64, modified_at=SOME_DAY),),
    )


def remove(cards, *key, version=1):
    cards.remove(*key, expected_version=version, actor="bob")


def test_what_is_empty_goes_from_below_and_the_deeds_stay(empty):
    kinds = [
        (empty.samples, ("glass", "p", "s")),
        (empty.proposals, ("glass", "p")),
        (empty.projects, ("glass",)),
        (empty.instruments, ("titan",)),
    ]
    for cards, key in kinds:
        assert cards.hanging(*key) == ()
        remove(cards, *key)
        with pytest.raises(NotFound):
            cards.get(*key)
        deed, made = empty.audit.list(subject=cards.subject(key))
        assert (deed.actor, deed.action) == ("bob", f"{cards.noun}-removed")
        assert list(deed.detail) == ["title"]
        assert made.action == f"{cards.noun}-created"


def test_a_level_is_not_empty_while_another_lies_in_it_and_that_is_named(empty):
    for cards, key, held in (
        (empty.projects, ("glass",), r"1 proposal \(p\)"),
        (empty.proposals, ("glass", "p"), r"1 sample \(s\)"),
    ):
        with pytest.raises(Conflict, match=f"this {cards.noun} is not empty: {held}"):
            remove(cards, *key)
        assert cards.hanging(*key)
        cards.get(*key)


def test_of_many_some_are_named(empty):
    for name in ("q", "r", "t"):
        empty.proposals.create("glass", name, card=ProposalCard(title=name), actor="ada")
    with pytest.raises(Conflict, match=r"4 proposals \(p, q, r, …\)"):
        remove(empty.projects, "glass")


def test_an_experiment_that_was_given_up_holds_its_sample(empty):
    experiment = deposit(empty).place.experiment
    empty.withdrawals.give_up(experiment, actor="ada", reason="a typing error")
    with pytest.raises(Conflict, match=r"1 experiment \(e-1\).*given up or withdrawn"):
        remove(empty.samples, "glass", "p", "s")


def test_a_restricted_experiment_is_counted_and_not_named(empty):
    experiment = deposit(empty).place.experiment
    row = empty.experiments.get(experiment)
    empty.experiments.edit(experiment, row.version, ExperimentEdit(restricted=True), actor="ada")
    with pytest.raises(Conflict, match="1 experiment still"):
        remove(empty.samples, "glass", "p", "s")


def test_a_sample_goes_with_its_labels_and_origins_and_not_before_what_was_made_from_it(empty):
    ingot, part = ("glass", "p", "s"), ("glass", "p", "part")
    empty.samples.create(*part, card=SampleCard(title="Part"), actor="ada")
    empty.samples.derive(part, ingot, actor="ada")
    empty.samples.label(part, "0042", actor="ada")
    with pytest.raises(Conflict, match=r"1 derived sample \(glass/p/part\)"):
        remove(empty.samples, *ingot)
    remove(empty.samples, *part)
    assert empty.samples.by_barcode("0042") is None
    assert empty.samples.relatives(ingot).children == ()
    remove(empty.samples, *ingot)


def test_a_project_goes_with_its_members_and_links(empty, clock):
    empty.projects.create("clay", card=ProjectCard(title="Clay"), actor="ada")
    empty.memberships.grant("clay", "bob", "viewer", until=None, actor="ada")
    empty.referees.create(
        project="clay", secret_sha256="0" * 64, until=clock() + timedelta(days=1), actor="ada"
    )
    remove(empty.projects, "clay")
    assert empty.memberships.of_project("clay") == ()
    assert [one.project for one in empty.memberships.of_subject("ada")] == ["glass"]
    empty.projects.create("clay", card=ProjectCard(title="Clay"), actor="eve")
    assert [one.subject for one in empty.memberships.of_project("clay")] == ["eve"]


def test_an_instrument_stays_while_an_experiment_names_it_or_came_from_it(empty):
    experiment = deposit(empty).place.experiment
    row = empty.experiments.get(experiment)
    row = empty.experiments.edit(
        experiment, row.version, ExperimentEdit(instrument="titan"), actor="ada"
    )
    with pytest.raises(Conflict, match=r"1 experiment \(e-1\)"):
        remove(empty.instruments, "titan")
    empty.experiments.edit(experiment, row.version, ExperimentEdit(instrument=""), actor="ada")
    deposit(empty, "e-2", depositor="instrument:titan")
    with pytest.raises(Conflict, match=r"1 experiment \(e-2\)"):
        remove(empty.instruments, "titan")


def test_an_instruments_memberships_end_with_it_and_that_is_written(empty):
    empty.memberships.grant("glass", "instrument:titan", "editor", until=None, actor="ada")
    remove(empty.instruments, "titan")
    assert empty.memberships.of_subject("instrument:titan") == ()
    deed = empty.audit.list(subject="project:glass")[0]
    assert (deed.actor, deed.action) == ("bob", "membership-revoked")
    assert deed.detail == {"member": "instrument:titan"}


def test_a_removal_names_the_version_that_was_seen(empty):
    empty.instruments.edit(
        "titan", expected_version=1, card=InstrumentCard(title="Titan 2"), actor="eve"
    )
    with pytest.raises(Outdated):
        remove(empty.instruments, "titan")
    remove(empty.instruments, "titan", version=2)
    with pytest.raises(NotFound):
        remove(empty.instruments, "titan", version=2)


def test_a_deposit_and_a_removal_at_once_leave_no_experiment_without_its_sample(empty):
    turns, refused = [lambda: deposit(empty), lambda: remove(empty.samples, "glass", "p", "s")], []
    ready = threading.Barrier(2)

    def run():
        mine = turns.pop()
        ready.wait()
        try:
            mine()
        except Conflict as error:
            refused.append(error)

    run_together(run, 2)
    assert len(refused) <= 1
    for row in empty.experiments.list():
        assert empty.samples.get(row.project, row.proposal, row.sample)
    if not refused:
        assert empty.experiments.list(), "the deposit made the sample anew"
