"""The partitions: one an experiment, added by the sensor, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dagster import DagsterInstance, DynamicPartitionsDefinition
from sqlalchemy.exc import IntegrityError

NAME = "experiment"
EXPERIMENTS = DynamicPartitionsDefinition(name=NAME)
PARTITION = "dagster/partition"
"""The tag by which Dagster knows a run's partition."""

AT_ONCE = 1000
"""Keys added in one call: some builds of SQLite refuse more than 32,000 (dagster #16260)."""


def add_experiments(instance: DagsterInstance, keys: Iterable[str]) -> None:
    """Make experiments known as partitions; those that are known already do no harm."""
    for some in _in_portions(sorted(set(keys))):
        known = instance.get_existing_dynamic_partitions(NAME, some)  # not all 10⁵ that there are
        new = [key for key in some if key not in known]
        try:
            if new:
                instance.add_dynamic_partitions(NAME, new)
        except IntegrityError:  # another process added one of them meanwhile
            for key in new:
                if not instance.has_dynamic_partition(NAME, key):
                    instance.add_dynamic_partitions(NAME, [key])


def _in_portions(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
