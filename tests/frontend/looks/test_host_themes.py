"""Text can be read in every host and theme, whatever the operating system's scheme is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from bench import THEMES, Bench
from test_looks import MONEY, Opener, endings, money, settle, violations


@dataclass(frozen=True)
class Host:
    """What a host says of its looks.

    Attributes:
        system: the operating system's scheme.
        ground: the page's background, which is not always what its tokens say.
        values: custom properties of the root.
        body: class of the body.
        scheme: what the host sets as `color-scheme`; nothing in most.
    """

    system: str
    ground: str
    values: dict[str, str] = field(default_factory=dict)
    body: str = ""
    scheme: str = "normal"


#: The light values that ipywidgets brings where no JupyterLab is, whatever the host's theme.
BUNDLE = THEMES["light"] | {"--jp-brand-color1": "#2196f3"}
VS_CODE_DARK = BUNDLE | {
    "--vscode-editor-background": "#1f1f1f",
    "--vscode-foreground": "#cccccc",
    "--vscode-descriptionForeground": "#9d9d9d",
    "--vscode-disabledForeground": "rgba(204,204,204,.5)",
    "--vscode-input-background": "#313131",
    "--vscode-panel-border": "#2b2b2b",
    "--vscode-widget-border": "#313131",
    "--vscode-button-background": "#0078d4",
    "--vscode-button-foreground": "#ffffff",
    "--vscode-focusBorder": "#0078d4",
    "--vscode-errorForeground": "#f85149",
    "--vscode-editorWarning-foreground": "#cca700",
    "--vscode-testing-iconPassed": "#73c991",
}
VS_CODE_LIGHT = BUNDLE | {
    "--vscode-editor-background": "#ffffff",
    "--vscode-foreground": "#3b3b3b",
    "--vscode-descriptionForeground": "#3b3b3b",
    "--vscode-disabledForeground": "rgba(97,97,97,.5)",
    "--vscode-input-background": "#ffffff",
    "--vscode-panel-border": "#e5e5e5",
    "--vscode-widget-border": "#e5e5e5",
    "--vscode-button-background": "#005fb8",
    "--vscode-button-foreground": "#ffffff",
    "--vscode-focusBorder": "#005fb8",
    "--vscode-errorForeground": "#f85149",
    "--vscode-editorWarning-foreground": "#bf8803",
    "--vscode-testing-iconPassed": "#73c991",
}
VS_CODE_CONTRAST = BUNDLE | {
    "--vscode-editor-background": "#000000",
    "--vscode-foreground": "#ffffff",
    "--vscode-descriptionForeground": "rgba(255,255,255,.7)",
    "--vscode-disabledForeground": "#a5a5a5",
    "--vscode-contrastBorder": "#6fc3df",
    "--vscode-input-background": "#000000",
    "--vscode-panel-border": "#6fc3df",
    "--vscode-button-background": "#000000",
    "--vscode-button-foreground": "#ffffff",
    "--vscode-focusBorder": "#f38518",
    "--vscode-errorForeground": "#f48771",
    "--vscode-editorWarning-foreground": "#ffd370",
    "--vscode-testing-iconPassed": "#73c991",
}
HOSTS = {
    "marimo, dark on a light system": Host("light", "#181c1a", {}, "dark dark-theme", "dark"),
    "marimo, light on a dark system": Host("dark", "#ffffff", {}, "light light-theme", "light"),
    "a page that knows no dark, on a dark system": Host("dark", "#ffffff"),
    "a dark page that says so to nobody": Host("light", "#121212"),
    "nbclassic, on a dark system": Host("dark", "#ffffff", BUNDLE),
    "Colab, dark on a light system": Host("light", "#383838", BUNDLE, "", "dark"),
    "Colab, light on a dark system": Host("dark", "#ffffff", BUNDLE, "", "light"),
    "VS Code, dark, white outputs": Host("light", "#ffffff", VS_CODE_DARK, "vscode-dark"),
    "VS Code, dark, clear outputs": Host("dark", "#1f1f1f", VS_CODE_DARK, "vscode-dark"),
    "VS Code, light": Host("dark", "#ffffff", VS_CODE_LIGHT, "vscode-light"),
    "VS Code, contrast": Host("light", "#ffffff", VS_CODE_CONTRAST, "vscode-high-contrast"),
}


def live_in(one: Bench, host: Host) -> None:
    values = ";".join(f"{name}:{value}" for name, value in host.values.items())
    sheet = f":root{{{values}}} body{{color-scheme:{host.scheme}}}"
    one.page.emulate_media(color_scheme=host.system)  # type: ignore[arg-type]
    one.js(
        """([sheet, name, ground]) => {
            document.querySelector("#theme").textContent = sheet;
            document.body.removeAttribute("data-jp-theme-light");
            document.body.className = name;
            document.body.style.background = ground;
            document.querySelector("h1")?.remove();
            document.querySelector("[class^=ew-static]")?.remove();
        }""",
        [sheet, host.body, host.ground],
    )
    settle(one)


@pytest.mark.parametrize(
    ("enter", "how"), [(money, MONEY), (endings, {})], ids=["money", "endings"]
)
def test_text_has_contrast_in_every_host(bench: Opener, enter: Any, how: dict[str, Any]) -> None:
    one = bench(**how)
    enter(one)
    one.root.locator(".ew-run").hover()
    found = {}
    for name, host in HOSTS.items():
        live_in(one, host)
        if broken := violations(one, "color-contrast"):
            found[name] = broken
    assert found == {}


def test_a_dark_host_is_followed_on_a_light_system(bench: Opener) -> None:
    one = bench()
    lightness = "e => getComputedStyle(e).backgroundColor.match(/\\d+/)[0] / 255"
    for name, host in HOSTS.items():
        if "--jp-layout-color0" in host.values and not host.body:
            continue  # it says itself that it is light
        live_in(one, host)
        is_dark = "dark" in host.body or host.body == "vscode-high-contrast"
        assert (one.root.evaluate(lightness) < 0.5) == is_dark, name
