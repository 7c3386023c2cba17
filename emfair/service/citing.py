"""How an experiment is cited, from what is known of it.

What does not belong here: how a citation is written (`emfair.records.citation`).
"""

from __future__ import annotations

from emfair.nxem.facts import used
from emfair.nxem.session import operators, started
from emfair.records.citation import Citation, Contributor
from emfair.service.annotations import current
from emfair.service.browse import ExperimentPage
from emfair.service.services import Services


def citation(services: Services, page: ExperimentPage) -> Citation:
    """Return the citation: who measured, and in which year; what the deposit tells where none says.

    Whoever deposited what others measured is a contributor, and no creator.
    """
    notes, _ = current(services, page.row.id)
    facts = [used(one.facts) for one in page.measurements]
    depositor = page.depositor or (page.manifest.deposited_by.name if page.manifest else "")
    depositor = depositor or page.row.depositor
    creators = operators(notes, facts) or (depositor,)
    sealed = page.manifest.sealed_at if page.manifest else page.row.created_at
    return Citation(
        people=creators,
        year=(started(notes, facts) or sealed).year,
        title=notes.title or page.titles.experiment,
        identifier=page.row.id,
        address=f"{services.settings.public_url}/experiment?id={page.row.id}",
        contributors=() if depositor in creators else (Contributor(depositor),),
    )
