"""The settings of one process, read once by its composition root.

What does not belong here: defaults of an algorithm (they live beside it) and anything read at
import time.
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from emfair.errors import BadSetting

COOKIE_SECRET_BYTES = 32
"""Fewer can be guessed, by whoever has one cookie to try with."""


class Settings(BaseSettings):
    """Where emfair keeps things, and how its faces are reached.

    Every field is an environment variable with the prefix ``EMFAIR_``; an empty one counts as
    unset, as container files write it. S3 endpoint and keys are
    the AWS variables (``AWS_ENDPOINT_URL``, ``AWS_ACCESS_KEY_ID``, …), read by boto3 itself.

    `server` and `token` are for whoever sends files to an emfair elsewhere.
    """

    model_config = SettingsConfigDict(
        env_prefix="EMFAIR_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(default=Path(".emfair"), validate_default=True)
    lake_url: str = ""
    registry_url: str = ""
    app_port: int = Field(default=8501, ge=0, le=65535)
    dagster_port: int = Field(default=3000, ge=0, le=65535)
    app_url: str = ""
    dagster_url: str = ""
    trusted_proxies: str = ""
    server: str = ""
    token: SecretStr = SecretStr("")
    oidc_issuer: str = ""
    oidc_client_id: str = "emfair"
    oidc_audience: str = ""
    oidc_web_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid profile email"
    cookie_secret: SecretStr = SecretStr("")
    login_hours: float = Field(default=12.0, gt=0, le=720)
    contact: str = ""
    projects: Literal["anyone", "groups"] | None = None

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        try:
            home = value.expanduser().absolute()
            home.as_posix().encode()
        except RuntimeError as error:  # ``~someone`` who does not exist
            raise ValueError(str(error)) from error
        except UnicodeEncodeError as error:  # no URL and no database can name such a folder
            raise ValueError("the folder's name is no UTF-8 text") from error
        return home

    @field_validator("app_url", "dagster_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            _check_address(value)
        return value

    @field_validator("cookie_secret")
    @classmethod
    def _unguessable(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value().encode()) < COOKIE_SECRET_BYTES:
            raise ValueError(f"has fewer than {COOKIE_SECRET_BYTES} bytes")
        return value

    @field_validator("oidc_scopes")
    @classmethod
    def _identifies(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("lacks 'openid'; without it nobody's name comes with a login")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for one in filter(None, map(str.strip, value.split(","))):
            ip_network(one)
        return value

    @property
    def lake(self) -> str:
        """URL of the lake: ``file:///…`` or ``s3://bucket/prefix``."""
        return self.lake_url or (self.home / "lake").as_uri()

    @property
    def registry(self) -> str:
        """SQLAlchemy URL of the registry."""
        return self.registry_url or f"sqlite:///{quote(str(self.home / 'registry.db'))}"

    @property
    def public_url(self) -> str:
        """Where people reach the app; links in reports and in the Dagster UI begin with it."""
        return self.app_url.rstrip("/") or f"http://127.0.0.1:{self.app_port}"

    @property
    def dagster(self) -> str:
        """Where engineers reach Dagster; empty for people from elsewhere who were told of none."""
        beside = "" if self.oidc_issuer else f"http://127.0.0.1:{self.dagster_port}"
        return self.dagster_url.rstrip("/") or beside

    @property
    def proxies(self) -> list[str]:
        """Addresses and networks whose word on where a request comes from is believed."""
        return [name for one in self.trusted_proxies.split(",") if (name := one.strip())]

    @property
    def oidc_audiences(self) -> tuple[str, ...]:
        """Whom a token may be meant for; Authentik writes the client's identifier."""
        named = [name.strip() for name in self.oidc_audience.split(",")]
        return tuple(filter(None, named)) or (self.oidc_client_id,)

    @property
    def anyone_begins_projects(self) -> bool:
        """Whether whoever may deposit begins projects, too.

        Else only stewards do, and those whose groups name the project: as by default where people
        log in, for whoever begins one owns it, and reads what others whom a group names deposit.
        """
        usual = "groups" if self.oidc_issuer else "anyone"
        return (self.projects or usual) == "anyone"

    @property
    def web_client(self) -> str:
        """The provider's name for the app that people log in to with a browser."""
        return self.oidc_web_client_id or self.oidc_client_id

    @property
    def dagster_home(self) -> Path:
        """Directory of the embedded Dagster instance."""
        return self.home / "dagster"

    @property
    def scratch(self) -> Path:
        """Directory for files on their way into the lake; safe to delete while nothing runs."""
        return self.home / "scratch"


def _check_address(url: str) -> None:
    """Refuse what is no address that links can begin with, which everyone sees."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError(
            "holds a blank, or what is no ASCII; "
            "write a host's other letters as xn--…, a path's as %…"
        )
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0 and not parts.netloc.endswith(":")
    except ValueError as error:
        raise ValueError(f"is no address ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no address; it looks like https://emfair.example.org")
    if "*" in parts.netloc:
        raise ValueError("names no host")
    if not has_port:
        raise ValueError("names no port after the colon; it looks like https://lab.example:8443")
    if "@" in parts.netloc:
        raise ValueError("holds a name or a password, which everyone would see; leave it out")
    if "?" in url or "#" in url:
        raise ValueError("goes on after its path; leave out what begins with ? or #")


def read_settings(**overrides: object) -> Settings:
    """Read the environment once.

    Raises
    ------
    BadSetting
        A variable does not parse; the message names it.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "EMFAIR_" + "_".join(str(part) for part in first["loc"]).upper()
        said = first.get("input")
        hidden = _is_secret(first["loc"]) or _holds_password(said)
        given = "" if hidden else f" (given: {said!r})"
        raise BadSetting(
            f"{first['msg'].removeprefix('Value error, ')}{given}.",
            subject=name,
            remedy="Correct or unset this environment variable.",
        ) from error


def _is_secret(place: tuple[int | str, ...]) -> bool:
    """Whether what was given there must not be repeated."""
    field = Settings.model_fields.get(str(place[0])) if place else None
    return field is not None and field.annotation is SecretStr


def _holds_password(said: object) -> bool:
    """Whether it is an address with an account in it."""
    return isinstance(said, str) and "://" in said and "@" in said
