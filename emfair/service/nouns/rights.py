"""What may whoever asks do to a thing: for faces, which offer that and no more.

It decides nothing: each thing that is done asks the policy itself.
"""

from __future__ import annotations

from emfair.identity.policy import Resource
from emfair.identity.table import About, Action, table
from emfair.service.access import Access
from emfair.service.new_projects import may_create_some


def rights(access: Access, resource: Resource) -> list[Action]:
    """Return the actions that they may do to `resource`, in the table's order."""
    about = [row.action for row in table().rows.values() if row.about is resource.about]
    found = [action for action in about if access.may(action, resource)]
    if resource.about is About.SERVICE and may_create_some(access):
        return [*found, Action.CREATE_PROJECT]
    return [action for action in found if action is not Action.CREATE_PROJECT]  # it is there
