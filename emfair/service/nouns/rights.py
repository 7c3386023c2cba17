"""What may whoever asks do to a thing: for faces, which offer that and no more.

It decides nothing: each thing that is done asks the policy itself.
"""

from __future__ import annotations

from emfair.identity.policy import Resource
from emfair.identity.table import Action, table
from emfair.service.access import Access


def rights(access: Access, resource: Resource) -> list[Action]:
    """Return the actions that they may do to `resource`, in the table's order."""
    about = [row.action for row in table().rows.values() if row.about is resource.about]
    return [action for action in about if access.may(action, resource)]
