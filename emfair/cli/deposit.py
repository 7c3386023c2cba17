"""``emfair deposit``: files go into the lake; again is the same; cut short goes on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes, services
from emfair.cli.progress import bytes_bar, stage
from emfair.errors import Unavailable

if TYPE_CHECKING:
    from emfair.client.engine import Deposited, DepositRequest
    from emfair.service.services import Services

PATIENCE = 60.0
"""Seconds after which --wait gives up on a deposit that nothing has begun to process."""
WAIT_HELP = (
    "Wait until it is processed (by emfair up); "
    f"given up if nothing has begun to within {PATIENCE:.0f} s."
)


def deposit(
    paths: Files,
    project: Annotated[
        str, typer.Option(help="The project's title or identifier; made if it is new.")
    ],
    proposal: Annotated[
        str, typer.Option(help="The proposal, within the project; made if it is new.")
    ],
    sample: Annotated[
        str, typer.Option(help="The sample, within the proposal; made if it is new.")
    ],
    title: Annotated[str, typer.Option(help="What the experiment shall be called.")] = "",
    annotation_file: AnnotationFile = None,
    wait: Annotated[bool, typer.Option(help=WAIT_HELP)] = False,
    as_json: Json = False,
) -> None:
    """Deposit files as one experiment.

    Repeat the same command after an interruption: it goes on where it stopped. The same files
    again are recognised, and nothing is stored twice.
    """
    from emfair.client.engine import DepositRequest

    with screen.errors_end_the_process():
        request = DepositRequest(
            paths=named(paths),
            project=project,
            proposal=proposal,
            sample=sample,
            title=title,
            annotations=read_notes(annotation_file),
        )
        with services() as stores:
            done = _with_bar(stores, request)
            try:
                state = _wait(stores, done.place.experiment) if wait else None
            except Unavailable:
                _tell(stores, done, "sealed", as_json=as_json)
                raise
            _tell(stores, done, state, as_json=as_json)
            if state in ("failed", "invalid"):
                raise typer.Exit(screen.BAD_DATA)


def _with_bar(stores: Services, request: DepositRequest) -> Deposited:
    from emfair.client.engine import DepositProgress
    from emfair.client.engine import deposit as deposit_files
    from emfair.service.access import local_access
    from emfair.service.depository import LocalDepository

    with bytes_bar() as bar:
        reading = bar.add_task("reading", total=None)
        sending = bar.add_task("storing", total=None)

        def total(size: int) -> None:
            bar.update(reading, total=size)
            bar.update(sending, total=size)

        return deposit_files(
            LocalDepository(local_access(stores)),
            request,
            DepositProgress(
                total=total,
                hashed=lambda done: bar.advance(reading, done),
                sent=lambda done: bar.advance(sending, done),
            ),
        )


def _wait(stores: Services, experiment: str) -> str:
    """Wait until the present content is processed; return the state."""
    since, last = time.monotonic(), None
    with stage().status("waiting for the chain …"):
        while True:
            row = stores.registry.experiments.get(experiment)
            if row.processed_key == row.run_key or row.state.value == "failed":
                return row.state.value
            if row.state != last:
                last, since = row.state, time.monotonic()
            if row.state.value == "sealed" and time.monotonic() - since > PATIENCE:
                raise Unavailable(
                    f"is deposited, but nothing has begun to process it for {PATIENCE:.0f} s.",
                    subject=experiment,
                    remedy=f"Run `{screen.program()} up` for the daemon, or "
                    f"`{screen.program()} process --pending`; nothing needs to be sent again.",
                )
            time.sleep(0.5)


def _tell(stores: Services, done: Deposited, state: str | None, *, as_json: bool) -> None:
    from emfair.lake import layout
    from emfair.records.readme import human_size

    experiment = done.place.experiment
    row = stores.registry.experiments.get(experiment)
    where = stores.lake.locate(layout.experiment_prefix(done.place))
    if as_json:
        screen.print_json(
            {
                "experiment": experiment,
                "place": done.place.model_dump(),
                "state": row.state.value,
                "reason": row.state_reason,
                "files": len(done.files),
                "bytes": sum(file.size for file in done.files),
                "sent": done.sent,
                "already_there": done.already_there,
                "annotations_changed": done.reannotated,
                "where": where,
            }
        )
        return
    size = human_size(sum(file.size for file in done.files))
    if done.reannotated:
        what = "These files were there; the annotations are new."
    elif done.already_there and done.sent:
        what = f"The lake had lost {human_size(done.sent)} of these files; they are put back."
    elif done.already_there:
        what = "Nothing to do: the same files are there already."
    else:
        number = len(done.files)
        what = f"Deposited {number} file{'s' * (number != 1)}, {size}."
    screen.out.print(what)
    screen.print_table(
        "", ["", " "],
        [("experiment", experiment), ("state", screen.state_text(row.state.value)),
         *([("reason", row.state_reason)] if row.state_reason else []),
         ("title", done.titles.experiment), ("where", where)],
    )  # fmt: skip
    if state is None and not done.already_there:
        screen.out.print(
            f"Next: `{screen.program()} up` processes it by itself; "
            f"`{screen.program()} process --pending` now."
        )
