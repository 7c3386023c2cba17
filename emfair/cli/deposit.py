"""``emfair deposit``: files go into the lake; again is the same; cut short goes on."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from emfair.cli import screen
from emfair.cli.arguments import AnnotationFile, Files, Json, named, read_notes
from emfair.cli.destination import Destination, Rate, Server, destination, resumable, say_once
from emfair.cli.progress import bytes_bar, stage
from emfair.errors import Unavailable

if TYPE_CHECKING:
    from emfair.client.engine import Deposited, DepositRequest
    from emfair.model.deposits import Standing

PATIENCE = 60.0
"""Seconds after which --wait gives up on a deposit that nothing has begun to process."""
OFTEN, SELDOM = 0.5, 5.0
"""Seconds between two questions whether it is processed: at first, and after a while."""
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
    server: Server = "",
    limit_rate: Rate = "",
    as_json: Json = False,
) -> None:
    """Deposit files as one experiment.

    Repeat the same command after an interruption: it goes on where it stopped. The same files
    again are recognised, and nothing is stored twice.
    """
    with resumable(), screen.errors_end_the_process():
        from emfair.client.engine import DepositRequest

        request = DepositRequest(
            paths=named(paths),
            project=project,
            proposal=proposal,
            sample=sample,
            title=title,
            annotations=read_notes(annotation_file),
        )
        with destination(server, limit_rate, tell=say_once()) as to:
            done = _with_bar(to, request)
            standing = to.depository.state(done.place.experiment)
            try:
                standing = _wait(to, done.place.experiment) if wait else standing
            except Unavailable:
                _tell(done, standing, to, waited=wait, as_json=as_json)
                raise
            _tell(done, standing, to, waited=wait, as_json=as_json)
            unmended = done.already_there and standing.state.value == "failed"
            if unmended or (wait and standing.state.value in ("failed", "invalid")):
                raise typer.Exit(screen.BAD_DATA)


def _with_bar(to: Destination, request: DepositRequest) -> Deposited:
    from emfair.client.engine import DepositProgress
    from emfair.client.engine import deposit as deposit_files

    with bytes_bar() as bar:
        reading = bar.add_task("reading", total=None)
        sending = bar.add_task("storing", total=None)

        def total(size: int) -> None:
            bar.update(reading, total=size)
            bar.update(sending, total=size)

        return deposit_files(
            to.depository,
            request,
            DepositProgress(
                total=total,
                hashed=lambda done: bar.advance(reading, done),
                sent=to.limited(lambda done: bar.advance(sending, done)),
            ),
        )


def _wait(to: Destination, experiment: str) -> Standing:
    """Wait until the present content is processed; return how far it has come."""
    begun = since = time.monotonic()
    last: Standing | None = None
    with stage().status("waiting for the chain …"):
        while not (standing := to.depository.state(experiment)).processed:
            now = time.monotonic()
            if standing != last:
                last, since = standing, now
            if standing.state.value == "sealed" and now - since > PATIENCE:
                raise Unavailable(
                    f"is deposited, but nothing has begun to process it for {PATIENCE:.0f} s.",
                    subject=experiment,
                    remedy=f"{to.next} Nothing needs to be sent again.",
                )
            time.sleep(min(SELDOM, max(OFTEN, (now - begun) / 20)))
    return standing


def _tell(
    done: Deposited, standing: Standing, to: Destination, *, waited: bool, as_json: bool
) -> None:
    from emfair.units import human_size

    size = sum(file.size for file in done.files)
    if as_json:
        screen.print_json(
            {
                "experiment": done.place.experiment,
                "place": done.place.model_dump(),
                "state": standing.state.value,
                "reason": standing.reason,
                "files": len(done.files),
                "bytes": size,
                "sent": done.sent,
                "already_there": done.already_there,
                "annotations_changed": done.reannotated,
                "where": to.locate(done.place),
            }
        )
        return
    before = ""
    if done.reannotated:
        what = "These files were there; the annotations are new."
    elif done.already_there and done.sent:
        what = f"{human_size(done.sent)} of these files were lost or damaged; they are put back."
    elif done.already_there and standing.state.value == "failed":
        what = (
            "The same files were deposited already, and processing them has failed; "
            "no file was put back."
        )
    elif done.already_there:
        what = "Nothing to do: the same files are there already."
    else:
        number = len(done.files)
        there = size - done.sent
        more = f", of which {human_size(there)} were there already" if there else ""
        what = f"Deposited {number} file{'s' * (number != 1)}, {human_size(size)}{more}."
        before = _told_before(done, to)
    screen.out.print(what)
    if before:
        screen.say(before)
    screen.print_table(
        "", ["", " "],
        [("experiment", done.place.experiment), ("state", screen.state_text(standing.state.value)),
         *([("reason", standing.reason)] if standing.reason else []),
         ("title", done.titles.experiment)],
    )  # fmt: skip
    where = f" {'where':<10}  {screen.printable(to.locate(done.place))}"
    screen.out.print(Text(where), soft_wrap=True)  # whole, to be copied
    if not waited and not standing.processed:
        screen.say(f"Next: {to.next}")


def _told_before(done: Deposited, to: Destination) -> str:
    """Return which other experiment holds most of these files already; empty if none does."""
    number = Counter(file.sha256 for file in done.files if file.size)
    held: Counter[str] = Counter()
    for experiment, checksum in dict.fromkeys(to.known(number)):
        if experiment != done.place.experiment:
            held[experiment] += number[checksum]
    if not held:
        return ""
    ((experiment, many),) = held.most_common(1)
    files = f"{many} of these {len(done.files)} files lie{'s' * (many == 1)}"
    if many == len(done.files):
        files = "This file lies" if many == 1 else f"All {many} files lie"
    return f"{files} already in {experiment}; this is another experiment."
