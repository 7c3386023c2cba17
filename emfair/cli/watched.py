"""What is asked and changed beside a watcher: its sessions, its status.

What does not belong here: watching (`watch`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json

if TYPE_CHECKING:
    from emfair.client.watch.rules import Rules
    from emfair.client.watch.spool import Spool
    from emfair.client.watch.standing import Session

Folder = Annotated[
    str, typer.Argument(metavar="DIR", help="The watched folder, with the sessions in it.")
]
State = Annotated[
    Path | None,
    typer.Option(
        help="Where the watcher keeps its notes, log and status; by default in the user's folder "
        "for such things.",
    ),
]
Number = Annotated[int, typer.Argument(help="A session's number, as `sessions` shows it.")]
Project = Annotated[str, typer.Option(help="The project's title or identifier.")]
Proposal = Annotated[str, typer.Option(help="The proposal's.")]
Sample = Annotated[str, typer.Option(help="The sample's.")]
Instrument = Annotated[str, typer.Option(help="The instrument's identifier.")]


def sessions(folder: Folder, state: State = None, as_json: Json = False) -> None:
    """Show the sessions as they are proposed, and those that are sealed."""
    with screen.errors_end_the_process(), _spool(folder, state) as opened:
        rows = _shown(opened, opened.spool.sessions(every=True))
    if as_json:
        screen.print_json(rows)
        return
    if not rows:
        screen.out.print("There are no sessions yet.")
        return
    screen.print_rows(
        ["no.", "state", "title", "place", "first", "last", "sent", "waiting", "experiment"],
        [
            (
                one["session"], screen.state_text(one["state"]), one["title"], _place(one),
                one["first"][:16], one["last"][:16], one["sent"], one["waiting"],
                one["experiment"],
            )
            for one in rows
        ],
    )  # fmt: skip
    for one in rows:
        if one["why"] and one["state"] != "open":
            screen.say(f"session {one['session']}: {one['why']}")


def edit(
    folder: Folder,
    session: Number,
    title: Annotated[str, typer.Option(help="What the experiment shall be called.")] = "",
    project: Project = "",
    proposal: Proposal = "",
    sample: Sample = "",
    instrument: Instrument = "",
    split: Annotated[
        list[str] | None,
        typer.Option(help="Files (or a pattern) that shall be a session of their own."),
    ] = None,
    merge: Annotated[
        int | None, typer.Option(help="Another session, whose files shall belong to this one.")
    ] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Change a session that is not sealed: what it is called, where it belongs, its files."""
    from emfair.client.watch import edits
    from emfair.client.watch.rules import Where
    from emfair.errors import BadCall

    words = Where(project, proposal, sample, title, instrument)
    with screen.errors_end_the_process(), _spool(folder, state) as opened:
        if merge is None and not split and not words.said():
            raise BadCall(
                "there is nothing to change.",
                subject=f"session {session}",
                remedy="Say what: --title, --project, --proposal, --sample, --instrument, --split "
                "or --merge.",
            )
        if merge is not None:
            edits.merge(opened.spool, session, merge)
        if split:
            session = edits.split(opened.spool, session, split).id
        changed = edits.edit(opened.spool, session, words)
        _tell(opened, changed.id, as_json=as_json)


def seal(folder: Folder, session: Number, state: State = None, as_json: Json = False) -> None:
    """End a session now: it is sealed as soon as all of its files have been sent."""
    from emfair.client.watch.edits import ask_to_seal

    with screen.errors_end_the_process(), _spool(folder, state) as opened:
        ask_to_seal(opened.spool, session)
        _tell(opened, session, as_json=as_json)


def status(folder: Folder, state: State = None, as_json: Json = False) -> None:
    """Tell what the watcher is doing; ends with 3 if none is at work."""
    from emfair.client.watch.state import is_watched
    from emfair.client.watch.status import read_status

    with screen.errors_end_the_process():
        _, notes = places(folder, state)
        alive = is_watched(notes)
        found = (read_status(notes) or {}) | {"watching": alive, "state_folder": str(notes)}
        if as_json:
            screen.print_json(found)
        else:
            _tell_status(found)
    if not alive:
        raise typer.Exit(screen.UNAVAILABLE)


@dataclass(frozen=True)
class _Opened:
    root: Path
    spool: Spool
    rules: Rules


@contextmanager
def _spool(folder: str, state: Path | None) -> Iterator[_Opened]:
    """Open the notes that a watcher keeps of a folder, beside it."""
    from emfair.client.watch.rules import Rules
    from emfair.client.watch.spool import FILE, Spool
    from emfair.errors import NotFound

    root, notes = places(folder, state)
    if not (notes / FILE).exists():
        raise NotFound(
            "no watcher has looked at this folder.",
            subject=str(root),
            remedy=f"Start one: `{screen.program()} watch {folder}`; or name its --state.",
        )
    with closing(Spool(notes / FILE)) as spool:
        kept = spool.kept("rules")
        yield _Opened(root, spool, Rules.of(kept) if kept else Rules())


def places(folder: str, state: Path | None) -> tuple[Path, Path]:
    """Return the watched folder, and where its notes lie. Raises `BadCall`, `BadSetting`."""
    from emfair.client.watch.state import folder_of, state_folder

    root = folder_of(folder)
    return root, state_folder(root, state)


def _shown(opened: _Opened, sessions: Sequence[Session]) -> list[dict[str, Any]]:
    """Return sessions as people see them, with what their folders say now."""
    from emfair.client.watch.look import NOTES, stat_of
    from emfair.client.watch.said import Sayings
    from emfair.client.watch.shown import shown

    there = {}
    for folder in {one.folder for one in sessions}:
        with suppress(OSError):
            there[folder] = stat_of(opened.root, f"{folder}/{NOTES}" if folder else NOTES)
    sayings = Sayings(opened.root, replace(opened.rules, settle=0.0))
    sayings.note(there, 0.0)
    return [
        shown(one, sayings.of(one), root=opened.root.name, rules=opened.rules, now=time.time())
        for one in sessions
    ]


def _tell(opened: _Opened, number: int, *, as_json: bool) -> None:
    """Tell one session as it is now."""
    (one,) = _shown(opened, [opened.spool.session(number)])
    if as_json:
        screen.print_json(one)
        return
    screen.print_table(
        "", ["", " "],
        [
            ("session", one["session"]), ("state", one["state"]), ("title", one["title"]),
            ("place", _place(one)), ("experiment", one["experiment"] or "none yet"),
            ("sent", one["sent"]), ("waiting", one["waiting"]), ("why", one["why"]),
        ],
    )  # fmt: skip


def _place(one: dict[str, Any]) -> str:
    return " / ".join(filter(None, (one["project"], one["proposal"], one["sample"])))


def _tell_status(found: dict[str, Any]) -> None:
    """Tell what a watcher has written down last."""
    rows = [("watcher", "at work" if found["watching"] else "not at work")]
    for name in ("folder", "to", "page", "started", "looked", "files", "waiting", "refused"):
        rows += [(name, found[name])] if found.get(name) else []
    if (underway := found.get("underway") or {}).get("what") and found["watching"]:
        part = f"{underway['done']:,} of {underway['size']:,} bytes"
        rows.append((underway["what"], f"{underway['first']}, {part}"))
    rows += [("notes", found["state_folder"])]
    rows += [("problem", one["text"]) for one in found.get("problems", ())]
    screen.print_table("", ["", " "], rows)
