"""The registry's tables as they are now.

How they came to be stands in ``migrations``; a test holds the two together. What does not belong
here: queries.
"""

from emfair.registry.tables.access import (
    ROLES,
    SHELVES,
    audit,
    idempotency,
    login,
    membership,
    person,
    referee_link,
    shelf,
    token,
)
from emfair.registry.tables.columns import (
    BARCODE_LIMIT,
    PERSON_LIMIT,
    RUN_KEY_LIMIT,
    TITLE_LIMIT,
    UtcDateTime,
    metadata,
)
from emfair.registry.tables.deposits import (
    KINDS,
    UNSEALED,
    annotation,
    experiment,
    file,
    outbox,
    upload,
)
from emfair.registry.tables.places import (
    barcode,
    derivation,
    instrument,
    project,
    proposal,
    sample,
)

VERSION_TABLE = "emfair_alembic_version"
"""Not Alembic's default name: Dagster stamps that one, and may share the database."""

__all__ = [
    "BARCODE_LIMIT",
    "KINDS",
    "PERSON_LIMIT",
    "ROLES",
    "RUN_KEY_LIMIT",
    "SHELVES",
    "TITLE_LIMIT",
    "UNSEALED",
    "VERSION_TABLE",
    "UtcDateTime",
    "annotation",
    "audit",
    "barcode",
    "derivation",
    "experiment",
    "file",
    "idempotency",
    "instrument",
    "login",
    "membership",
    "metadata",
    "outbox",
    "person",
    "project",
    "proposal",
    "referee_link",
    "sample",
    "shelf",
    "token",
    "upload",
]
