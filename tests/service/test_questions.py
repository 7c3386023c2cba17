"""What can be asked of the index, and what whoever asks hears of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from emfair.catalogue.asker import AT_ONCE
from emfair.catalogue.search import Search
from emfair.client.engine import deposit
from emfair.errors import BadQuery
from emfair.identity.principal import Kind, Principal
from emfair.identity.roles import Membership, Role
from emfair.registry import ExperimentEdit
from emfair.service import deposits, questions, searches
from emfair.service.access import Access
from emfair.service.depository import LocalDepository
from tests.service.lab import Lab, open_lab, someone

ADA = "ada@https://login.test/"
NAMES = ("plain", "restricted", "elsewhere", "own", "own restricted", "withdrawn")


def test_every_table_is_described_for_people():
    tables = questions.tables()
    assert len(tables) == 6
    assert all(column.description for table in tables for column in table.columns)


@pytest.fixture(scope="module")
def made(
    corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lab, dict[str, str]]]:
    """Return a lab, and experiments of two projects by what is odd about them."""
    folder = tmp_path_factory.mktemp("asked")
    with open_lab(folder / "home", corpus) as lab:
        yield lab, {name: experiment(lab, name, folder) for name in NAMES}


def experiment(lab: Lab, name: str, folder: Path) -> str:
    """Deposit and process a text, which is all that a row of the index takes."""
    file = folder / f"{name}.txt"
    file.write_text(name)
    mine = name.startswith("own")
    depositor = ada(lab, "emfair-project-glass-editor") if mine else someone(lab.services)
    project = "Glass" if mine or name == "elsewhere" else "Minerals"
    request = replace(lab.request(file), project=project)
    identifier = deposit(LocalDepository(depositor), request).place.experiment
    lab.process(identifier)
    row, registry = lab.row(identifier), lab.services.registry
    if "restricted" in name:
        edit = ExperimentEdit(restricted=True)
        registry.experiments.edit(identifier, row.version, edit, actor="local:ada")
    if name == "withdrawn":
        version, reason = row.version, "a wrong sample"
        deposits.withdraw(depositor, identifier, expected_version=version, reason=reason)
    return identifier


def ada(lab: Lab, *groups: str, scopes: frozenset[str] | None = None, **granted: Role) -> Access:
    """Return the access of a person with these groups, and these roles in projects."""
    who = Principal(ADA, Kind.PERSON, "Ada", groups=frozenset(groups), scopes=scopes)
    members = tuple(Membership(project, ADA, role) for project, role in granted.items())
    return Access(lab.services, who, members)


def seen(access: Access, made: tuple[Lab, dict[str, str]]) -> set[str]:
    """Return what the index tells someone of; every table, and a search, the same."""
    names = {identifier: name for name, identifier in made[1].items()}
    told = [
        {row[0] for row in questions.query(access, f"FROM {table}", limit=100).rows}
        for table in ("experiments", "files", "findings")
    ]
    found = searches.find(access, Search(), limit=100).column("experiment_id").to_pylist()
    assert all(one == told[0] for one in (*told, set(found)))
    assert searches.counts(access, Search()).total == len(found)
    return {names[one] for one in told[0]}


MINE = {"own", "own restricted"}


@pytest.mark.parametrize(
    ("groups", "granted", "hears_of"),
    [
        ([], {}, MINE),
        ([], {"minerals": Role.VIEWER}, {"plain", *MINE}),
        ([], {"minerals": Role.EDITOR}, {"plain", "restricted", *MINE}),
        ([], {"minerals": Role.OWNER}, {"plain", "restricted", *MINE}),
        ([], {"glass": Role.VIEWER}, {"elsewhere", *MINE}),
        (["emfair-project-minerals-viewer"], {}, {"plain", *MINE}),
        (["emfair-project-minerals-editor"], {}, {"plain", "restricted", *MINE}),
        (["emfair-admin"], {}, {"plain", "elsewhere", *MINE}),
        (["emfair-admin"], {"minerals": Role.OWNER}, {"plain", "restricted", "elsewhere", *MINE}),
        (["emfair-steward"], {}, {"plain", "restricted", "elsewhere", *MINE}),
    ],
)
def test_whoever_asks_hears_of_what_they_may_see(made, groups, granted, hears_of):
    assert seen(ada(made[0], *groups, **granted), made) == hears_of


def test_the_local_user_hears_of_all_that_is_not_withdrawn(made):
    assert seen(someone(made[0].services), made) == set(NAMES) - {"withdrawn"}


def test_a_token_that_may_only_ask_hears_of_what_its_holder_may_see(made):
    token = ada(made[0], scopes=frozenset({"query"}), minerals=Role.VIEWER)
    assert seen(token, made) == {"plain", *MINE}


def test_a_membership_that_has_ended_shows_nothing_any_more(made):
    lab = made[0]
    over = Membership("minerals", ADA, Role.OWNER, lab.services.now())
    assert seen(replace(ada(lab), granted=(over,)), made) == MINE


def test_a_file_of_the_index_is_told_to_nobody_whose_sight_has_bounds(made):
    lab, experiments = made
    path = lab.services.index.files()["files"][0]
    for words in (f"FROM read_parquet('{path}')", "FROM 'emfair://files/0.parquet'"):
        with pytest.raises(BadQuery) as refused:
            questions.query(ada(lab), words, limit=100)
        assert experiments["plain"] not in str(refused.value)


def test_what_is_restricted_is_not_told_any_more_from_the_next_question_on(made):
    lab, experiments = made
    viewer, registry = ada(lab, minerals=Role.VIEWER), lab.services.registry
    for restricted, hears_of in ((True, MINE), (False, {"plain", *MINE})):
        row = lab.row(experiments["plain"])
        edit = ExperimentEdit(restricted=restricted)
        registry.experiments.edit(row.id, row.version, edit, actor="local:ada")
        assert seen(viewer, made) == hears_of


def test_a_search_waits_for_nobodys_long_question(made):
    access = someone(made[0].services)
    long = "SELECT count(*) FROM range(4000000) a(i), range(100) b(j) WHERE (i * 31 + j) % 7 = 3"

    def ask():
        with suppress(BadQuery):  # on a slow machine its time is over first
            questions.query(access, long, limit=1)

    asking = [threading.Thread(target=ask) for _ in range(AT_ONCE)]
    searches.counts(access, Search())  # a process that has begun is quick
    for one in asking:
        one.start()
    assert searches.counts(access, Search()).total > 0
    assert all(one.is_alive() for one in asking), "the questions were too short for this test"
    for one in asking:
        one.join()
