"""The side panel in a page of a host."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def wait_for_launcher(page: Page) -> None:
    """JupyterLab's launcher takes the focus once, a while after its page has come."""
    page.wait_for_function("() => document.activeElement?.closest('.jp-Launcher')")


def open_panel(page: Page) -> Locator:
    """Open it by its command, and wait until it is filled."""
    shows = "() => window.jupyterapp?.commands?.hasCommand('evolink-widgets:show-panel')"
    page.wait_for_function(shows)
    page.evaluate("() => void jupyterapp.commands.execute('evolink-widgets:show-panel')")
    panel = page.locator(".evolink-side")
    expect(panel.get_by_label("Search prompts")).to_be_enabled()
    return panel
