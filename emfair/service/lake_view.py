"""The lake as whoever asks may see it: level by level, and object by object.

Above experiments the levels are the registry's, because only it knows who may see what; an
experiment's folders are the lake's own, one at a time. The READMEs above experiments are not shown:
they name experiments that not everyone may see. What does not belong here: HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emfair.errors import NotFound
from emfair.identity.table import Action
from emfair.lake.keys import check_key
from emfair.model.identifiers import PATTERN
from emfair.registry import ExperimentRow
from emfair.service import browse, downloads
from emfair.service.access import Access, check_there, experiment_resource
from emfair.service.downloads import Download
from emfair.service.holdings import LEVELS, Branch, Part, is_sealed
from emfair.service.nouns import projects
from emfair.service.nouns.samples import samples
from emfair.service.pages import PAGE, check_limit


@dataclass(frozen=True)
class Node:
    """What lies directly in a level: a folder, whose size is None, or an object.

    `title` is what people call a level; `may_download` and `modified` are about objects, and the
    latter only where the store tells.
    """

    name: str
    path: str
    size: int | None = None
    title: str = ""
    may_download: bool = False
    modified: datetime | None = None


@dataclass(frozen=True)
class LakeLevel:
    """A page of a level.

    Attributes
    ----------
    next
        The cursor of the page after it.
    way
        What people call the levels down to here, from the project to the experiment.
    """

    path: str
    nodes: tuple[Node, ...]
    next: str | None
    way: tuple[str, ...] = ()


def level(access: Access, path: str, *, limit: int = PAGE, after: str | None = None) -> LakeLevel:
    """Return what lies directly at `path` (empty: the lake's root) that someone may see.

    Parameters
    ----------
    after
        `LakeLevel.next` of the page before.

    Raises
    ------
    BadName
        `path` is no path in a lake.
    BadCall
        `limit` is out of bounds.
    NotFound
        Nothing is there that they may see, or `after` is no cursor.
    """
    check_limit(limit)
    path = path.removesuffix("/")
    levels, rest = _parse(path)
    if len(levels) == len(LEVELS):
        return _folder(access, path, levels, rest, limit, after or "")
    found, cursor = _children(access, levels, limit, after)
    word = LEVELS[len(levels)]
    names = [(f"{word}={identifier}", title) for identifier, title in found]
    nodes = (Node(name, f"{path}/{name}" if path else name, title=title) for name, title in names)
    return LakeLevel(path, tuple(nodes), cursor, _way(access, levels))


def lake_object(access: Access, path: str) -> Download:
    """Return an object below an experiment: of raw files and containers for whoever may download.

    Raises
    ------
    BadName
        `path` is no path in a lake.
    NotFound, Unauthenticated, Forbidden
        It is not there, or they may not.
    """
    levels, rest = _parse(path)
    if not rest:
        raise _nothing(path)
    row = _experiment(access, path, levels, _action(rest))
    if rest.startswith("previews/"):
        check_there(row)
    raw = rest.removeprefix("raw/files/")
    file = None if raw == rest else access.services.registry.files.find(row.id, raw)
    name = path.rpartition("/")[2]
    try:
        return downloads.download(
            access.services, path, name, sha256="" if file is None else file.sha256
        )
    except NotFound as error:
        raise _nothing(path) from error


def branch(path: str) -> Branch | None:
    """Return the level that a path names, of a project down to an experiment; None for others.

    Raises `BadName` or `NotFound` as `level` does.
    """
    levels, rest = _parse(path.removesuffix("/"))
    return None if rest or not levels else Branch(levels)


def parts(access: Access, of: Branch) -> tuple[Part, ...]:
    """Return which parts of a level someone may take away as a whole; they may see the level."""
    if len(of.levels) < len(LEVELS):
        return tuple(Part)
    row = access.services.registry.experiments.get(of.name)
    if not is_sealed(row):
        return ()
    resource = experiment_resource(row)
    may = {part: all(access.may(one, resource) for one in part.actions) for part in Part}
    return tuple(part for part in Part if may[part])


def _parse(path: str) -> tuple[tuple[str, ...], str]:
    """Return the identifiers that a path names, and what follows an experiment's."""
    segments = check_key(path).split("/") if path else []
    levels = []
    for word, segment in zip(LEVELS, segments, strict=False):
        found, _, identifier = segment.partition("=")
        if found != word or not PATTERN.fullmatch(identifier):
            raise _nothing(path)
        levels.append(identifier)
    return tuple(levels), "/".join(segments[len(LEVELS) :])


def _children(
    access: Access, levels: tuple[str, ...], limit: int, after: str | None
) -> tuple[list[tuple[str, str]], str | None]:
    """Return identifiers and titles of the next level, and the cursor after them."""
    match levels:
        case ():
            found = projects.projects(access, limit=limit, after=after)
            return [(row.id, row.card.title) for row in found.rows], found.next
        case (project,):
            below = projects.proposals(access, project, limit=limit, after=after)
            return [(row.id, row.card.title) for row in below.rows], below.next
        case (project, proposal):
            held = samples(access, project, proposal, limit=limit, after=after)
            return [(row.id, row.card.title) for row in held.rows], held.next
    project, proposal, sample = levels
    page = browse.experiments(
        access, project=project, proposal=proposal, sample=sample, limit=limit, after=after
    )
    if not page.rows:
        access.sample(Action.READ_SAMPLE, (project, proposal, sample))
    return [(row.id, row.title) for row in page.rows], page.next


def _way(access: Access, levels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the titles of levels, the last of which whoever asks may see."""
    registry = access.services.registry
    if len(levels) == len(LEVELS):
        _, titles = registry.experiments.place(levels[-1])
        return (titles.project, titles.proposal, titles.sample, titles.experiment)
    of = (registry.projects, registry.proposals, registry.samples)
    return tuple(
        cards.get(*levels[:depth]).card.title for depth, cards in enumerate(of[: len(levels)], 1)
    )


def _folder(
    access: Access, path: str, levels: tuple[str, ...], rest: str, limit: int, after: str
) -> LakeLevel:
    row = _experiment(access, path, levels, Action.READ_EXPERIMENT)
    found = access.services.lake.level(path, after=after, limit=limit + 1)
    if not found and rest and not after:
        raise _nothing(path)
    shown = found[:limit]
    nodes = (
        Node(
            one.name.removesuffix("/"),
            f"{path}/{one.name.removesuffix('/')}",
            one.size,
            may_download=one.size is not None
            and access.may(_action(f"{rest}/{one.name}"), experiment_resource(row)),
            modified=one.modified,
        )
        for one in shown
    )
    cursor = shown[-1].name if len(found) > limit else None
    return LakeLevel(path, tuple(nodes), cursor, _way(access, levels))


def _experiment(
    access: Access, path: str, levels: tuple[str, ...], action: Action
) -> ExperimentRow:
    """Return the experiment that lies there; one that lies elsewhere is not there."""
    row = access.experiment(action, levels[-1])
    if (row.project, row.proposal, row.sample) != levels[:-1]:
        raise _nothing(path)
    return row


def _action(rest: str) -> Action:
    """Return what somebody must be allowed to do to get an object below an experiment."""
    folder = rest.lstrip("/")
    if folder.startswith("raw/files/"):
        return Action.DOWNLOAD_RAW
    return Action.DOWNLOAD_CONTAINERS if folder.startswith("nexus/") else Action.READ_EXPERIMENT


def _nothing(path: str) -> NotFound:
    return NotFound(
        "there is nothing here, or it was not shared with you.",
        subject=path,
        remedy="Go down from the root: project=…/proposal=…/sample=…/experiment=….",
    )
