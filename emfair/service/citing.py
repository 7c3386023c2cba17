"""How an experiment is cited, from what is known of it.

What does not belong here: how a citation is written (`emfair.records.citation`).
"""

from __future__ import annotations

from emfair.nxem.facts import used
from emfair.nxem.session import operator, started
from emfair.records.citation import Citation
from emfair.service.annotations import current
from emfair.service.browse import ExperimentPage
from emfair.service.services import Services


def citation(services: Services, page: ExperimentPage) -> Citation:
    """Return the citation: who measured, then who deposited; the year of the measurement.

    Who measured and when is as in the index; the year of the deposit where nothing says when.
    """
    notes, _ = current(services, page.row.id)
    facts = [used(one.facts) for one in page.measurements]
    depositor = page.depositor or (page.manifest.deposited_by.name if page.manifest else "")
    people = dict.fromkeys(filter(None, (operator(notes, facts), depositor or page.row.depositor)))
    sealed = page.manifest.sealed_at if page.manifest else page.row.created_at
    return Citation(
        people=tuple(people),
        year=(started(notes, facts) or sealed).year,
        title=notes.title or page.titles.experiment,
        identifier=page.row.id,
        address=f"{services.settings.public_url}/experiment?id={page.row.id}",
    )
