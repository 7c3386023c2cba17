"""Lists for programs that fetch and check many files: aria2's input, and SHA-256 sums.

Paths are those of `archives`: below the level's own folder, as in the lake. What does not belong
here: the addresses of this server, which a face knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.holdings import Branch, Holding, Part, checksum, experiments, holdings
from emfair.service.services import Services


def sha256sums(access: Access, branch: Branch, part: Part) -> Iterator[str]:
    """Return the lines that ``sha256sum -c`` checks, in the level's folder.

    Documents that the chain writes anew have the sums of what they are now.

    Raises
    ------
    NotFound, Unauthenticated, Forbidden
        They may not take it of this experiment, or it has nothing to take yet.
    """
    found = _each(access.services, experiments(access, branch, part), part)
    return (f"{checksum(access.services, one)}  {branch.within(one.key)}\n" for one in found)


def aria2_input(
    access: Access, branch: Branch, part: Part, address: Callable[[str], str]
) -> Iterator[str]:
    """Return the lines of an input file for ``aria2c -i``.

    Objects of a store that has addresses of its own come straight from there, by links that need no
    login and hold for a short time; others by `address`, which returns this server's for a key.

    Raises
    ------
    NotFound, Unauthenticated, Forbidden
        They may not take it of this experiment, or it has nothing to take yet.
    """
    found = _each(access.services, experiments(access, branch, part), part)
    return _aria2(access.services, branch, found, address)


def _each(services: Services, rows: Iterator[ExperimentRow], part: Part) -> Iterator[Holding]:
    for row in rows:
        yield from holdings(services, row, part)


def _aria2(
    services: Services, branch: Branch, found: Iterator[Holding], address: Callable[[str], str]
) -> Iterator[str]:
    yield f"# aria2c -i FILE -d {branch.name} --continue fetches what is listed here.\n"
    if link := services.lake.link(branch.folder):
        yield (
            f"# The links need no login, and hold until {link.expires_at:%Y-%m-%d %H:%M} UTC or a "
            "little longer: keep\n# them to yourself. Afterwards fetch this list again; --continue "
            "goes on where it stopped.\n"
        )
    else:
        yield (
            "# This server wants to know who asks: add --header='Authorization: Bearer TOKEN'\n"
            "# with an access token that may download. Where nobody logs in, none is needed.\n"
        )
    for one in found:
        there = services.lake.link(one.key)
        yield f"{there.url if there else address(one.key)}\n"
        yield f"  out={branch.within(one.key)}\n"
        yield f"  checksum=sha-256={checksum(services, one)}\n"
