"""The annotation document as a JSON Schema, of which a form is made: from model and ``keys.yaml``.

JSON Schema says which fields there are, of which type, with which words. What it cannot say stands
in ``format`` (a time's offset and year, an ORCID iD's check digit, a quantity's unit and range): of
the rest, schema and parser decide alike, and a test holds them together. The schema wants each
value in one spelling: true, not ``yes``. ``x-emfair`` of a field holds what a form shows besides.
What does not belong here: checking a document (`annotations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel

from emfair.model.annotations import (
    ELEMENTS,
    Annotations,
    FileNotes,
    InstrumentNotes,
    SampleNotes,
    UserNotes,
    time_zones,
)
from emfair.nxem.keys import Key, keys

Schema = dict[str, Any]
IDENTIFIER = "urn:emfair:schema:annotations:1"
GLOSSARY = "https://purls.helmholtz-metadaten.de/emg/"
QUDT = "http://qudt.org/vocab/unit/"
TEXT = r"^\s*\S([\s\S]{0,1998}\S)?\s*$"
"""One to 2,000 characters, not counting white space around them."""
_NUMBER = r"[+\-−]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_UNIT = r"(\s+\S[\s\S]*|[^\s0-9.,][\s\S]*)"
QUANTITY = rf"^\s*{_NUMBER}{_UNIT}$"
NUMBER = rf"^\s*{_NUMBER}({_UNIT})?\s*$"
TIME = (
    r"^\s*(1[89][0-9]{2}|2[01][0-9]{2}|2200)-[0-9]{2}-[0-9]{2}[Tt ]"
    r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})\s*$"
)
ORCID = r"^\s*(https://orcid\.org/)?([0-9]{4}-){3}[0-9]{3}[0-9X]\s*$"

_SECTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "sample": ("Sample", SampleNotes),
    "instrument": ("Instrument", InstrumentNotes),
    "user": ("Person at the instrument", UserNotes),
}
_GROUPS = {
    "electron_source": "Electron source",
    "optics": "Optics",
    "scan_controller": "Scan",
    "stage1": "Stage",
    "detector": "Detector",
}
"""Where in NXem a quantity of a measurement stands, and what that part of a form is called."""
_PLAIN = {"title": "Title", "description": "Description", "set_aside": "Set aside, because"}


def annotation_schema() -> Schema:
    """Return the schema: JSON Schema, draft 2020-12."""
    parts = {name: _section(name, *about) for name, about in _SECTIONS.items()}
    top = {name: _field(name, name) for name in Annotations.model_fields if name not in _OBJECTS}
    listed = {"title": "Files", "additionalProperties": {"$ref": "#/$defs/file"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "What people say of an experiment",
        **_object(
            {**top, **parts, "measurement": _measurement(), "files": _nullable("object") | listed}
        ),
        "x-emfair": {"required": [key.field for key in keys().values() if key.required]},
        "$defs": {"file": _nullable("object") | _object(_of_file()) | {"title": "One file"}},
    }


_OBJECTS = frozenset({*_SECTIONS, "measurement", "files"})


def _of_file() -> dict[str, Schema]:
    plain = [name for name in FileNotes.model_fields if name not in _OBJECTS]
    return {**{name: _field(name, name) for name in plain}, "measurement": _measurement()}


@cache
def form_fields() -> Mapping[str, tuple[str, str]]:
    """Return of each field that a key has in which part of the form it stands, and its title."""
    return {key.field: (_part(key), key.label) for key in keys().values()}


def _section(name: str, title: str, model: type[BaseModel]) -> Schema:
    fields = {field: _field(field, f"{name}.{field}") for field in model.model_fields}
    return _nullable("object") | {"title": title} | _object(fields)


def _measurement() -> Schema:
    """Return the part of the quantities, which the whole document and each file have."""
    fields = {key.key: _described(_value(key), key) for key in keys().values() if not key.form}
    return _nullable("object") | {"title": "Measurement"} | _object(fields)


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _field(name: str, form: str) -> Schema:
    """Return a field outside of ``measurement``, with what its key says, if it has one."""
    key = next((key for key in keys().values() if key.form == form), None)
    if key is None:
        return _text() | {"title": _PLAIN[name], "x-emfair": {"field": form, "part": "Experiment"}}
    return _described(_value(key), key)


def _value(key: Key) -> Schema:
    if key.key == "atom_types":
        items = {"type": "string", "enum": list(ELEMENTS)}
        return _nullable("array") | {"items": items, "minItems": 1}
    if key.key == "orcid":
        return _nullable("string") | {"pattern": ORCID, "format": "orcid"}
    if key.kind == "time":
        return _nullable("string") | {"pattern": TIME, "format": "date-time"}
    if key.kind == "flag":
        return _nullable("boolean")
    if key.kind == "number":
        return _number(key)
    words = time_zones() if key.zones else key.words
    return {"enum": [*words, None]} if words else _text()


def _number(key: Key) -> Schema:
    """Return a quantity as a person types it; without a unit it may be a number, too."""
    if key.unit:
        said = _nullable("string") | {"pattern": QUANTITY, "format": "quantity"}
        return said | {"examples": [f"1.5 {key.shown}"]}
    bounds = dict(zip(("minimum", "maximum"), key.range or (), strict=False))
    return _nullable("number", "string") | {"pattern": NUMBER, "format": "quantity"} | bounds


def _text() -> Schema:
    return _nullable("string", "number") | {"pattern": TEXT}


def _nullable(*types: str) -> Schema:
    return {"type": [*types, "null"]}


def _described(schema: Schema, key: Key) -> Schema:
    """Return a field's schema with its title, and all that a form shows besides."""
    about: Schema = {
        "key": key.key,
        "field": key.field,
        "part": _part(key),
        "kind": key.kind,
        "required": key.required,
    }
    if key.path:
        about["nxem"] = f"entry/{key.path}"
    if key.unit:
        about["unit"] = {"stored": _unit(key.unit), "shown": _unit(key.shown)}
    if key.range:
        about["range"] = list(key.range)
    if key.since or key.until:
        bounds = (("since", key.since), ("until", key.until))
        about |= {name: bound.isoformat() for name, bound in bounds if bound}
    if key.emg:
        about["term"] = GLOSSARY + key.emg
    return schema | {"title": key.label, "x-emfair": about}


def _part(key: Key) -> str:
    section = key.form.partition(".")[0]
    if section in _SECTIONS:
        return _SECTIONS[section][0]
    if key.form:
        return "Experiment"
    within = key.path.split("/")
    return next((group for name, group in _GROUPS.items() if name in within), "Acquisition")


def _unit(text: str) -> Schema:
    """Return a unit as people write it, and QUDT's IRI of it, if it has one."""
    name = _qudt().get(text)
    return {"text": text, "qudt": QUDT + name if name else None}


@cache
def _qudt() -> dict[str, str]:
    text = files("emfair.nxem").joinpath("units.yaml").read_text("utf-8")
    return {str(unit): str(name) for unit, name in yaml.load(text, yaml.CSafeLoader).items()}
