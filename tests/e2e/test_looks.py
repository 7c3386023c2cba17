"""What everyone can use: axe-core on every page, in light and dark; pictures of all for eyes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.browser import ROOT, Shown, show

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
AXE = ROOT / "ui_streamlit" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "home": "",
    "deposit": "deposit",
    "board": "board?project=quartz&proposal=2026-a&sample=quartz-lamella",
    "experiments": "experiments",
    "experiment": "experiment?id={valid}",
    "sealed": "experiment?id={sealed}",
    "annotate": "annotate?id={needs-input}",
    "dashboard": "dashboard?period=12-months",
    "discover": "discover?element=Si&where=acceleration_voltage:80+kV..&columns=detector",
    "found": "discover?level=measurements&view=table",
    "sql": "sql?sql=SELECT+1",
    "instruments": "instruments",
    "people": "people",
    "person": "people?subject=local%3Aada",
    "members": "members?project=quartz",
    "tokens": "tokens",
    "audit": "audit?project=quartz",
    "lake": "lake?path=project%3Dquartz%2Fproposal%3D2026-a",
    "lake-files": "lake?path=project%3Dquartz%2Fproposal%3D2026-a%2Fsample%3Dquartz-lamella"
    "%2Fexperiment%3D{valid}%2Fnexus",
}
NOT_OURS = (
    "[data-testid=stDataFrame]",
    "[data-testid=stMainMenu]",
    "[data-testid=stSidebarNav]",
)
"""Drawn by Streamlit, and told there."""


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on a page."""
    page.evaluate(AXE.read_text("utf-8"))  # no script tag: pages run none but their own
    found = page.evaluate(
        "exclude => axe.run({exclude: exclude.map(one => [one])}, "
        "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})",
        list(NOT_OURS),
    )
    return [
        f"{one['impact']} {one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everyone_can_use_it(shown: Shown, window: Page, name: str, scheme: str):
    show(window, shown.at(PAGES[name]), scheme=scheme)
    ARTIFACTS.mkdir(exist_ok=True)
    window.screenshot(path=ARTIFACTS / f"{name}-{scheme}.png", full_page=True)
    assert violations(window) == []


def test_a_container_is_looked_into_by_ranges(shown: Shown, window: Page):
    show(window, shown.at("experiment?id={valid}"), height=1400)
    asked: list[str] = []
    window.on("request", lambda one: asked.append(one.url))
    window.get_by_role("link", name="test_STEM_image").click()
    window.get_by_text("H5Web").click()
    viewer = window.frame_locator("iframe")
    viewer.get_by_text("NX Heatmap").wait_for()
    ARTIFACTS.mkdir(exist_ok=True)
    window.screenshot(path=ARTIFACTS / "viewer.png")
    assert any("/h5/meta?" in url for url in asked)
    assert not any(url.split("?")[0].endswith(".nxs") for url in asked)
