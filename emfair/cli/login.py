"""``emfair login``, ``logout`` and ``whoami``: who the command line is at the login service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from emfair.cli import screen
from emfair.cli.arguments import Json, settings
from emfair.errors import BadSetting, Unavailable

if TYPE_CHECKING:
    from emfair.identity.issuer import Issuer
    from emfair.identity.principal import Principal
    from emfair.settings import Settings


def login() -> None:
    """Log in at the login service, with any browser."""
    from emfair.identity.credentials import save
    from emfair.identity.device import begin, wait

    with screen.errors_end_the_process():
        read = settings()
        with _issuer(read) as issuer:
            code = begin(issuer, read.oidc_client_id)
            screen.err.print("Open this address in any browser, also on another machine:")
            screen.err.print(f"  {screen.printable(code.direct)}", soft_wrap=True, markup=False)
            screen.say(f"and see that it shows the code {code.user_code}.", to=screen.err)
            with screen.err.status("waiting for you to log in …"):
                credentials = wait(issuer, read.oidc_client_id, code)
            who = _proven(issuer, read, credentials.access_token)
            save(credentials, credentials_file())
    screen.say(f"Logged in as {who.name}.")


def logout() -> None:
    """End the login, here and at the login service."""
    from emfair.identity.credentials import forget, load
    from emfair.identity.device import end
    from emfair.identity.issuer import Issuer

    file = credentials_file()
    try:
        credentials = load(file)
        if credentials is not None:
            issuer = Issuer(credentials.issuer)
            try:
                end(issuer, credentials)
            finally:
                issuer.close()
    except (BadSetting, Unavailable) as error:
        forget(file)
        screen.out.print("Logged out here only: the login service was not told.")
        screen.show_error(error)
        return
    said = "Logged out." if forget(file) else "You were not logged in."
    screen.out.print(said)


def whoami(as_json: Json = False) -> None:
    """Tell who you are to emfair."""
    from emfair.identity.device import fresh
    from emfair.identity.principal import local_principal

    with screen.errors_end_the_process():
        read = settings()
        who = local_principal()
        if read.oidc_issuer:
            with _issuer(read) as issuer:
                credentials = fresh(issuer, credentials_file(), datetime.now(UTC))
                if credentials is None:
                    raise _not_logged_in(read)
                who = _proven(issuer, read, credentials.access_token)
    _tell(who, as_json=as_json)


def credentials_file() -> Path:
    """Return where the login is kept: in the folder for settings that this system gives a user."""
    from emfair.identity.credentials import FILE

    return Path(typer.get_app_dir("emfair")) / FILE


@contextmanager
def _issuer(read: Settings) -> Iterator[Issuer]:
    from emfair.identity.issuer import Issuer

    if not read.oidc_issuer:
        raise BadSetting(
            "is not set: there is no login service to log in at.",
            subject="EMFAIR_OIDC_ISSUER",
            remedy="An emfair of your own machine needs no login; of another one, ask its people.",
        )
    issuer = Issuer(read.oidc_issuer)
    try:
        yield issuer
    finally:
        issuer.close()


def _proven(issuer: Issuer, read: Settings, token: str) -> Principal:
    """Return who the token proves; one that emfair's API would refuse is told now."""
    from emfair.identity.oidc import BearerTokens

    return BearerTokens(issuer, read.oidc_audiences).principal(token)


def _not_logged_in(read: Settings) -> Exception:
    from emfair.errors import Unauthenticated

    return Unauthenticated(
        "you are not logged in.",
        subject=read.oidc_issuer,
        remedy=f"Run `{screen.program()} login`.",
    )


def _tell(who: Principal, *, as_json: bool) -> None:
    told = {
        "subject": who.subject,
        "kind": who.kind.value,
        "name": who.name,
        "email": who.email,
        "orcid": who.orcid,
        "groups": sorted(who.groups),
    }
    if as_json:
        screen.print_json(told)
        return
    screen.print_table("", ["", " "], [(key, value) for key, value in told.items() if value])
