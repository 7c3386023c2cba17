"""``emfair process``: the chain in this process, without a daemon."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from emfair.cli import screen
from emfair.cli.arguments import Json, settings
from emfair.cli.progress import counting

JUDGED = ("needs-input", "invalid", "valid")
"""States that a report explains."""
SHOWN = 5
"""Reports that are named, of experiments that want something."""
_Row = tuple[str, str, float, str, str, str]


def process(
    experiments: Annotated[
        list[str] | None,
        typer.Argument(help="Identifiers, like e-20260122-k3f9zqmh."),
    ] = None,
    pending: Annotated[
        bool,
        typer.Option("--pending", help="Process all experiments that are new or have changed."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Convert, judge and index deposited experiments, here and now."""
    from itertools import chain as chain_of

    from emfair.errors import BadCall
    from emfair.lake import layout
    from emfair.model.identifiers import check_identifier
    from emfair.service.processing import open_chain
    from emfair.service.services import open_services

    with screen.errors_end_the_process():
        if not experiments and not pending:
            raise BadCall("no experiment is named.", remedy="Name some, or add --pending.")
        chosen = settings()
        with open_services(chosen) as stores, open_chain(chosen) as chain:
            named = [check_identifier(name) for name in dict.fromkeys(experiments or ())]
            rows = stores.registry.experiments.pending() if pending else ()
            others = [row.id for row in rows if row.id not in named]
            done, code = list[_Row](), screen.DONE
            with counting("processing", len(named) + len(others)) as tick:
                for one in chain_of(chain.process(named), chain.process(others, again=False)):
                    row = stores.registry.experiments.get(one.experiment)
                    why = one.reason or row.state_reason
                    report = (
                        stores.lake.locate(layout.report(row.place, "html"))
                        if row.state.value in JUDGED
                        else ""
                    )
                    done.append((row.id, row.state.value, one.seconds, row.title, why, report))
                    if one.busy:
                        code = code or screen.UNAVAILABLE
                    elif not one.succeeded or row.state.value == "invalid":
                        code = screen.BAD_DATA
                    tick(row.title)
    _tell(done, as_json=as_json)
    if code:
        raise typer.Exit(code)


def _tell(done: list[_Row], *, as_json: bool) -> None:
    if as_json:
        names = ("experiment", "state", "seconds", "title", "reason", "report")
        screen.print_json([dict(zip(names, row, strict=True)) for row in done])
        return
    if not done:
        screen.out.print("Nothing is pending.")
        return
    screen.print_table(
        "", ["experiment", "state", "seconds", "title", "reason"],
        [(i, screen.state_text(s), f"{t:.1f}", title, why) for i, s, t, title, why, _ in done],
        seconds="right",
    )  # fmt: skip
    wanting = [report for _, state, *_, report in done if report and state != "valid"]
    if wanting:
        others = len(wanting) - SHOWN
        screen.out.print("Reports:")
        for report in wanting[:SHOWN]:  # whole, to be copied
            screen.out.print(Text(f"  {screen.printable(report)}"), soft_wrap=True)
        if others > 0:
            screen.say(f"  and {others} more, in each experiment's folder.")
    if any(state == "needs-input" for _, state, *_ in done):
        screen.say(
            "Next: write what is missing into a YAML file, and deposit the same files again with "
            "it (-a)."
        )
