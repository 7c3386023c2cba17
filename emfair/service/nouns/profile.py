"""What an instrument's profile can say: fields of an annotation document that hold for all files.

From the same schema as the form of an experiment. What does not belong here: reading what was said
(`emfair.nxem.annotations`), and what becomes of it (`emfair.nxem.said`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from emfair.nxem.annotation_schema import annotation_schema
from emfair.service.form import Field

_PARTS = ("instrument", "measurement")


@cache
def profile_fields() -> tuple[Field, ...]:
    """Return the fields, named by where they stand in the instrument's card.

    None is required: what the profile does not say, files or people say.
    """
    parts = annotation_schema()["properties"]
    return tuple(
        Field(f"profile.{part}.{name}", _optional(schema))
        for part in _PARTS
        for name, schema in parts[part]["properties"].items()
    )


def _optional(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**schema, "x-emfair": {**schema["x-emfair"], "required": False}}
