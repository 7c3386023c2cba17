"""The registry: what changes under many hands, in SQLite or PostgreSQL.

Projects, proposals, samples and instruments; deposits in progress, experiments and their states,
the annotations' history; people, their rights and tokens; the audit log and the outbox the sensor
reads. `open_registry` is the door; every method of what it returns is one transaction. What does
not belong here: bytes (``lake``), who may do what (``identity``), and the rules of a use case that
touches lake and registry together (``service``).
"""

from emfair.registry.annotations import AnnotationEdit, AnnotationRow
from emfair.registry.audit import AuditRow
from emfair.registry.cards import CardRow
from emfair.registry.deposits import ClosedDeposit
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.experiments import ExperimentEdit
from emfair.registry.files import Duplicate, FileRow
from emfair.registry.idempotency import Answer
from emfair.registry.incoming import NewFile, UploadRow
from emfair.registry.memberships import MembershipRow
from emfair.registry.outbox import OutboxCursor, OutboxRow, advance
from emfair.registry.referees import RefereeLink
from emfair.registry.registry import Registry, open_registry
from emfair.registry.samples import Relatives, SampleKey
from emfair.registry.shelves import Kept
from emfair.registry.sight import EVERYTHING, Sight

__all__ = [
    "EVERYTHING",
    "AnnotationEdit",
    "AnnotationRow",
    "Answer",
    "AuditRow",
    "CardRow",
    "ClosedDeposit",
    "Duplicate",
    "ExperimentEdit",
    "ExperimentRow",
    "FileRow",
    "Kept",
    "MembershipRow",
    "NewFile",
    "OutboxCursor",
    "OutboxRow",
    "RefereeLink",
    "Registry",
    "Relatives",
    "SampleKey",
    "Sight",
    "UploadRow",
    "advance",
    "open_registry",
]
