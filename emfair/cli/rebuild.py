"""``emfair rebuild``: the proof that containers follow from their raw files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, settings
from emfair.cli.progress import counting

if TYPE_CHECKING:
    from emfair.service.rebuild import Rebuilt


def rebuild(
    experiments: Annotated[
        list[str], typer.Argument(help="Identifiers, like e-20260122-k3f9zqmh.")
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Only compare, and change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Convert again and compare each byte; process what differs."""
    from emfair.service.rebuild import rebuild as rebuilt_from
    from emfair.service.services import open_services

    chosen = settings()
    with screen.errors_end_the_process(), open_services(chosen) as stores:
        names = list(dict.fromkeys(experiments))
        done = []
        with counting("converting again", len(names)) as tick:
            for name in names:
                done.append(rebuilt_from(stores, name))
                tick(name)
        mended = [] if check else [one.experiment for one in done if not one.is_same]
        failed = _process(mended)
    if as_json:
        screen.print_json(
            [{**one.model_dump(mode="json"), "processed": one.experiment in mended} for one in done]
        )
    else:
        for one in done:
            _show(one)
            if one.experiment in mended:
                screen.say("  It was processed anew: its containers are those of today.")
    if failed or (check and not all(one.is_same for one in done)):
        raise typer.Exit(screen.BAD_DATA)


def _process(experiments: list[str]) -> bool:
    """Run the chain for them; return whether one failed."""
    from emfair.service.processing import open_chain

    if not experiments:
        return False
    failed = False
    with open_chain(settings()) as chain:
        for one in chain.process(experiments):
            failed = failed or not one.succeeded
            if not one.succeeded:
                screen.say(f"{one.experiment}: {one.reason}", to=screen.err)
    return failed


def _show(one: Rebuilt) -> None:
    all_of_them = one.same + len(one.differences)
    screen.say(
        f"{one.experiment} {one.same} of {all_of_them} containers are byte for byte the same."
    )
    if one.differences:
        rows = [(it.measurement, it.file, it.what) for it in one.differences]
        screen.print_table("", ["measurement", "file", "what"], rows)
        for name, (then, now) in one.software.items():
            screen.say(f"  {name} was {then} then, and is {now} now.")
