"""The registry: what changes under many hands, in SQLite or PostgreSQL.

Deposits in progress, experiments and their states, the annotations' history, the audit log and
the outbox the sensor reads. `open_registry` is the door; every method of what it returns is one
transaction. What does not belong here: bytes (``lake``), and the rules of a use case that touches
lake and registry together (``service``).
"""

from emfair.registry.annotations import AnnotationRow
from emfair.registry.audit import AuditRow
from emfair.registry.deposits import OpenDeposit
from emfair.registry.experiments import ExperimentRow
from emfair.registry.outbox import OutboxCursor, OutboxRow, advance
from emfair.registry.registry import Registry, open_registry

__all__ = [
    "AnnotationRow",
    "AuditRow",
    "ExperimentRow",
    "OpenDeposit",
    "OutboxCursor",
    "OutboxRow",
    "Registry",
    "advance",
    "open_registry",
]
