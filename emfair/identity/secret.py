"""Secrets that emfair makes: 256 random bits, with a checksum so that scanners find lost ones.

``emf_4k7m2x9qthw3fzya_<43 characters><6 characters>``: a prefix that belongs to nobody else, the
identifier, the secret in base 62, and CRC-32 of all before it in base 62. A scanner of repositories
needs no more than `SCANNED`, and the checksum spares it false alarms. Only SHA-256 of the whole is
kept: 256 random bits can neither be guessed nor looked up, so that no slow hash is needed.

What does not belong here: what a secret opens (`emfair.identity.tokens`, `referees`,
`capabilities`).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
SECRET_LENGTH = 43  # 62⁴³ > 2²⁵⁶
CHECK_LENGTH = 6  # 62⁶ > 2³²
PREFIXES = {"token": "emf", "referee": "emr", "upload": "emu"}
SCANNED = re.compile(
    rf"(?P<prefix>em[fru])_(?:(?P<id>[a-z0-9-]{{1,40}})_)?"
    rf"(?P<secret>[0-9A-Za-z]{{{SECRET_LENGTH}}})(?P<check>[0-9A-Za-z]{{{CHECK_LENGTH}}})"
)
_PLAIN = "abcdefghjkmnpqrstvwxyz23456789"  # no look-alikes: people read identifiers aloud


def new_identifier() -> str:
    """Return a new identifier: 30¹⁶ possibilities."""
    return "".join(secrets.choice(_PLAIN) for _ in range(16))


def new_secret(prefix: str, identifier: str = "") -> str:
    """Return a new secret: shown once to whoever asked for it, and never again."""
    body = "_".join(filter(None, (prefix, identifier, _base62(secrets.randbits(256)))))
    return body + _checksum(body)


def digest(text: str) -> str:
    """Return what is kept of a secret: SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parts(text: str) -> re.Match[str] | None:
    """Return prefix, id and secret if `text` is whole and its checksum is right."""
    found = SCANNED.fullmatch(text)
    right = found is not None and _checksum(text[:-CHECK_LENGTH]) == found["check"]
    return found if right else None


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECK_LENGTH)


def _base62(number: int, length: int = SECRET_LENGTH) -> str:
    digits = []
    for _ in range(length):
        number, place = divmod(number, 62)
        digits.append(BASE62[place])
    return "".join(reversed(digits))
