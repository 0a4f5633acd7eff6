"""What axe-core has against a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that look at colours: a theme changes what these find, and nothing else."""


def findings(page: Page, where: str | None = None, *, rules: tuple[str, ...] = ()) -> list[str]:
    """What it has against a page, or one part of it, each with the element that it means.

    Args:
        where: a selector of the parts that it looks at.
        rules: those that it goes by, instead of all.
    """
    # What passes is not looked at more closely: that takes longer than the rules.
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = Axe().run(page, context=where, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}: {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]
