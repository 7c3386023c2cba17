"""Logging in where there is no browser: device codes (RFC 8628), refreshing, logging out.

What does not belong here: the screen (`emfair.cli.login`) and the file
(`emfair.identity.credentials`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emfair.errors import BadSetting, Unauthenticated, Unavailable
from emfair.identity.credentials import Credentials, load, save
from emfair.identity.issuer import Issuer
from emfair.identity.web import check_url, post

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SCOPES = "openid profile email offline_access"
"""offline_access: a refresh token, so that a login lasts longer than an access token."""

INTERVAL = 5.0  # seconds between two questions, if the issuer does not say (RFC 8628, 3.2)
SLOWER = 5.0  # seconds more, each time it says slow_down (RFC 8628, 3.5)
_AGAIN = "Run `emfair login` again."


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person is shown, and what is asked with meanwhile.

    Attributes
    ----------
    address, user_code
        Where to go and what to type there; `direct` is both in one.
    expires_in, interval
        Seconds.
    """

    device_code: str
    user_code: str
    address: str
    direct: str
    expires_in: float
    interval: float


def begin(issuer: Issuer, client_id: str) -> DeviceCode:
    """Ask the issuer for a code.

    Raises
    ------
    BadSetting
        It offers no device codes, or not to this client.
    Unavailable
        It does not answer.
    """
    address = issuer.endpoint("device_authorization_endpoint")
    if not address:
        raise BadSetting(
            "this login service offers no device codes.",
            subject=issuer.url,
            remedy="Enable the device code flow there, or use an access token (emf_…).",
        )
    status, said = post(issuer.client, address, {"client_id": client_id, "scope": SCOPES})
    if status != 200:
        raise BadSetting(
            f"the login service refuses device codes to this client ({_error(said)}).",
            subject=client_id,
            remedy="Check EMFAIR_OIDC_CLIENT_ID: a public client that may use device codes.",
        )
    try:
        where = check_url(str(said["verification_uri"]), "verification_uri")
        direct = check_url(str(said.get("verification_uri_complete") or where), "verification_uri")
        return DeviceCode(
            device_code=str(said["device_code"]),
            user_code=str(said["user_code"]),
            address=where,
            direct=direct,
            expires_in=float(said["expires_in"]),
            interval=max(1.0, float(said.get("interval", INTERVAL))),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(
            "the login service's answer is incomplete.", subject=address, remedy=_AGAIN
        ) from error


def wait(
    issuer: Issuer,
    client_id: str,
    code: DeviceCode,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Credentials:
    """Return the tokens when the person has logged in.

    Raises
    ------
    Unauthenticated
        They declined, or the code ended before.
    """
    address = issuer.endpoint("token_endpoint")
    form = {"grant_type": GRANT, "device_code": code.device_code, "client_id": client_id}
    interval, end = code.interval, clock() + code.expires_in
    while clock() < end:
        sleep(interval)
        try:
            status, said = post(issuer.client, address, form)
        except Unavailable:  # RFC 8628, 3.5: ask less often
            interval *= 2
            continue
        if status == 200:
            return _credentials(issuer, client_id, said)
        match _error(said):
            case "authorization_pending":
                pass
            case "slow_down":
                interval += SLOWER
            case "access_denied":
                raise Unauthenticated("the login was declined.", remedy=_AGAIN)
            case "expired_token":
                break
            case other:
                raise Unauthenticated(f"the login was refused ({other}).", remedy=_AGAIN)
    raise Unauthenticated("nobody logged in before the code ended.", remedy=_AGAIN)


def refresh(issuer: Issuer, credentials: Credentials) -> Credentials:
    """Return new tokens for a login.

    Raises
    ------
    Unauthenticated
        The login is over.
    """
    if not credentials.refresh_token:
        raise Unauthenticated("the login has ended.", remedy=_AGAIN)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token,
        "client_id": credentials.client_id,
    }
    status, said = post(issuer.client, issuer.endpoint("token_endpoint"), form)
    if status != 200:
        raise Unauthenticated(f"the login has ended ({_error(said)}).", remedy=_AGAIN)
    return _credentials(
        issuer, credentials.client_id, {"refresh_token": form["refresh_token"]} | said
    )


def fresh(issuer: Issuer, file: Path, now: datetime) -> Credentials | None:
    """Return the file's login, refreshed (and the file with it) if it must be; None without one.

    Raises
    ------
    BadSetting
        The file is of another issuer: its tokens are not shown to this one.
    Unauthenticated
        The login is over.
    """
    credentials = load(file)
    if credentials is None:
        return None
    if credentials.issuer != issuer.url:
        raise BadSetting(
            f"this login is one at {credentials.issuer}.", subject=issuer.url, remedy=_AGAIN
        )
    if credentials.good(now):
        return credentials
    renewed = refresh(issuer, credentials)
    save(renewed, file)
    return renewed


def end(issuer: Issuer, credentials: Credentials) -> None:
    """Have the issuer end a login (RFC 7009), if it can. Raises `Unavailable`."""
    address = issuer.endpoint("revocation_endpoint")
    token = credentials.refresh_token or credentials.access_token
    if address:
        post(issuer.client, address, {"token": token, "client_id": credentials.client_id})


def _credentials(issuer: Issuer, client_id: str, said: dict[str, Any]) -> Credentials:
    try:
        lasts = timedelta(seconds=float(said.get("expires_in", 300)))
        return Credentials(
            issuer=issuer.url,
            client_id=client_id,
            access_token=said["access_token"],
            refresh_token=said.get("refresh_token") or "",
            expires_at=datetime.now(UTC) + lasts,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Unavailable(
            "the login service's answer holds no token.", subject=issuer.url, remedy=_AGAIN
        ) from error


def _error(said: dict[str, Any]) -> str:
    """Return the error's code (RFC 6749, 5.2)."""
    return str(said.get("error") or "no reason given")[:100]
