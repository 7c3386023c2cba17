"""What people and the registry's records say of a measurement, as facts: form, profile, record.

What does not belong here: which of several values is used (`facts`), and how a quantity is read
(`annotations`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from emfair import __version__
from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.context import Context
from emfair.model.facts import Fact, Source
from emfair.nxem.annotations import number_of, quantity_of
from emfair.nxem.keys import Key, keys


def form_facts(notes: Annotations, file: str) -> list[Fact]:
    """Return what the annotations say about one file; the file's own part comes first."""
    facts = []
    own = notes.about(file)
    if own is not None:
        facts += [
            _measured(name, text, f"files.{file}.measurement.{name}")
            for name, text in own.measurement.items()
        ]
        if own.title:
            facts.append(_text(keys()["title"], own.title, f"files.{file}.title"))
        if own.start_time:
            facts.append(
                _text(keys()["start_time"], own.start_time.isoformat(), f"files.{file}.start_time")
            )
    facts += [
        _measured(name, text, f"measurement.{name}") for name, text in notes.measurement.items()
    ]
    facts += [fact for key in keys().values() if key.form for fact in _form_fact(notes, key)]
    return facts


def profile_facts(profile: InstrumentNotes) -> list[Fact]:
    """Return what an instrument's profile says."""
    rows = [key for key in keys().values() if key.form.startswith("instrument.")]
    facts = [fact for key in rows for fact in _form_fact(Annotations(instrument=profile), key)]
    return [fact.model_copy(update={"source": Source.PROFILE}) for fact in facts]


def record_facts(context: Context) -> list[Fact]:
    """Return what the cards of an experiment's instrument and sample say; a profile comes first."""
    return [*_instrument_facts(context), *_sample_facts(context)]


def _instrument_facts(context: Context) -> Iterator[Fact]:
    if context.instrument is None:
        return
    where = f"instrument {context.instrument.id}, version {context.instrument.version}: "
    card = context.instrument.card
    for fact in profile_facts(card.profile.instrument):
        yield fact.model_copy(update={"source_path": f"{where}profile.{fact.source_path}"})
    for name, text in card.profile.measurement.items():
        if name in keys():  # as it was when the card was written
            yield _recorded(Source.PROFILE, name, text, f"{where}profile.measurement.{name}")
    said = {
        "vendor": ("manufacturers", [each.name for each in card.manufacturers]),
        "model": ("model", [card.model.name] if card.model else []),
        "serial_number": ("alternate_identifiers", list(card.serial_numbers)),
        "instrument_name": ("title", [card.title]),
    }
    for name, (field, texts) in said.items():
        if len(texts) == 1:  # of several, no file says which
            yield _recorded(Source.PROFILE, name, texts[0], where + field)


def _sample_facts(context: Context) -> Iterator[Fact]:
    where = f"sample {context.sample.id}, version {context.sample.version}: "
    for key in keys().values():
        section, _, name = key.form.partition(".")
        if section != "sample":
            continue
        field = _CARD_FIELDS.get(name, name)
        value = getattr(context.sample.card, field)
        if value not in (None, ()):
            yield _recorded(Source.RECORD, key.key, _words(value), where + field)


_CARD_FIELDS = {"name": "title", "atom_types": "elements"}
"""Fields of a sample's card that an annotation document calls otherwise."""


def _recorded(source: Source, name: str, text: str, where: str) -> Fact:
    """Return what a card says; a quantity that cannot be read costs this value alone."""
    key, number, warning = keys()[name], None, ""
    if key.kind == "number":
        try:
            number = quantity_of(key, text, where)
        except BadAnnotations as error:
            warning = f"{error.message.rstrip('.')}: not used"
    fact = _text(key, text if number is None else "", where, raw=text, number=number)
    return fact.model_copy(update={"source": source, "warning": warning})


def _form_fact(notes: Annotations, key: Key) -> list[Fact]:
    part: object = notes
    for name in key.form.split("."):
        part = getattr(part, name)
    if part is None or key.form == "title":
        return []
    if key.kind == "number":
        number = quantity_of(key, str(part), key.form)
        return [_text(key, "", key.form, raw=str(part), number=number)]
    return [_text(key, _words(part), key.form)]


def _words(part: object) -> str:
    if isinstance(part, tuple):
        return ",".join(part)
    return part.isoformat() if isinstance(part, datetime) else str(part)


def _measured(name: str, text: str, where: str) -> Fact:
    number = number_of(name, text, where)
    return _text(keys()[name], "" if number is not None else text, where, raw=text, number=number)


def _text(key: Key, text: str, where: str, *, raw: str = "", number: float | None = None) -> Fact:
    return Fact(
        key=key.key,
        value_num=number,
        value_text=text,
        unit=key.unit if number is not None else "",
        source=Source.FORM,
        source_path=where,
        raw=raw or text,
        extractor="emfair.nxem.said",
        extractor_version=__version__,
    )
