"""The words and colours of states, severities and sources: the same on every page."""

from __future__ import annotations

from dataclasses import dataclass

from emfair.identity.roles import Role
from emfair.model.facts import Source
from emfair.model.findings import Severity, Verdict
from emfair.model.states import ExperimentState as State


@dataclass(frozen=True)
class Word:
    """How one thing is called, in which tone (a class of ``style.css``), and what it means."""

    label: str
    tone: str
    meaning: str


STATES = {
    State.DRAFT: Word("draft", "gray", "Begun; no file has been sent yet."),
    State.UPLOADING: Word("uploading", "blue", "Files are on their way."),
    State.SEALED: Word("sealed", "blue", "All files are there; processing begins by itself."),
    State.PROCESSING: Word("processing", "blue", "Its files are being converted and checked."),
    State.NEEDS_INPUT: Word("needs input", "orange", "NXem asks for values that no file carries."),
    State.INVALID: Word("invalid", "red", "Something is wrong with a file or a container."),
    State.VALID: Word("valid", "green", "Every container is valid NXem."),
    State.FAILED: Word("failed", "red", "Processing stopped; nothing was lost."),
    State.PUBLISHED: Word("published", "violet", "Open to others, with a record."),
    State.TOMBSTONED: Word("tombstoned", "gray", "Withdrawn; the record stays."),
}

VERDICTS = {
    Verdict.VALID: STATES[State.VALID],
    Verdict.NEEDS_INPUT: STATES[State.NEEDS_INPUT],
    Verdict.INVALID: STATES[State.INVALID],
}

SEVERITIES = {
    Severity.ERROR: Word("To mend", "red", "Wrong; makes the experiment invalid."),
    Severity.MISSING: Word("To fill in", "orange", "NXem requires it, and only a person knows."),
    Severity.WARNING: Word(
        "To look at", "orange", "Two things that cannot both be right; the data stay valid."
    ),
    Severity.RECOMMENDED: Word("Recommended", "blue", "Makes the data easier to find and reuse."),
    Severity.UNDOCUMENTED: Word("Undocumented", "violet", "NXem has no concept for it."),
    Severity.NOTE: Word("Good to know", "gray", "Nothing needs to be done."),
}

SOURCES = {
    Source.FORM: Word("form", "violet", "A person said so."),
    Source.PROFILE: Word("profile", "blue", "From the instrument's profile."),
    Source.RECORD: Word("record", "blue", "From the sample's record."),
    Source.CALENDAR: Word("calendar", "blue", "From the instrument's calendar."),
    Source.VENDOR: Word("file", "green", "Read from the vendor's file."),
    Source.DERIVED: Word("derived", "gray", "Computed from other values."),
}

ROLES = {
    Role.ADMIN: Word("administrator", "violet", "Keeps emfair running, and manages people."),
    Role.STEWARD: Word("steward", "blue", "Looks after data, instruments and projects."),
    Role.OWNER: Word("owner", "violet", "Says who works on the project, and publishes."),
    Role.EDITOR: Word("editor", "blue", "Deposits and edits."),
    Role.VIEWER: Word("viewer", "gray", "Looks and downloads; not what is restricted."),
}

TOKENS = {
    "good": Word("good", "green", "It can be used."),
    "ended": Word("ended", "gray", "Its time is over."),
    "revoked": Word("revoked", "gray", "Someone ended it."),
}
"""What has become of an access token or a referee link."""

STEPS = {
    "raw_upload": "Checksums of all raw files verified",
    "nxem_container": "Raw files converted to NXem containers",
    "validation_report": "Containers validated",
    "experiment_record": "README and record written",
    "metadata_index": "Indexed for search",
}
"""What each step of the chain did, by its name in provenance records."""

TO_DO = {
    "raw_upload": "Verify checksums",
    "nxem_container": "Convert to NXem",
    "validation_report": "Validate",
    "experiment_record": "Write README and record",
    "metadata_index": "Index for search",
}
"""The same steps before they are done."""
