"""The bench of the front-end tests: a page in Chromium with a widget on a stub model.

Nothing here starts a kernel or a server: the page is routed, the Python side is played by
`stub.js`, and the front end under test is the very text that a notebook would get.
"""

from __future__ import annotations

import base64
import io
import json
import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from axe_core import COLOURS, findings
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, TimeoutError

from evolink_widgets.widgets.base import assets

HERE = Path(__file__).parent
ORIGIN = "https://bench.test"
#: Milliseconds that a state is waited for; on a busy machine much passes in a moment.
SOON = 20_000
#: When it is, on a page whose clock stands still.
NOON = datetime(2026, 11, 24, 12)

#: Values that JupyterLab's themes set, as far as the panel reads them.
_FONTS = {
    "--jp-ui-font-size1": "13px",
    "--jp-ui-font-family": "system-ui, sans-serif",
    "--jp-content-font-family": "system-ui, sans-serif",
    "--jp-code-font-family": "monospace",
}
THEMES: dict[str, dict[str, str]] = {
    "light": _FONTS
    | {
        "--jp-layout-color0": "white",
        "--jp-layout-color1": "white",
        "--jp-layout-color2": "#eee",
        "--jp-ui-font-color1": "rgba(0,0,0,.87)",
        "--jp-ui-font-color2": "rgba(0,0,0,.54)",
        "--jp-ui-inverse-font-color1": "white",
        "--jp-brand-color1": "#1976d2",
        "--jp-border-color1": "#bdbdbd",
        "--jp-border-color2": "#e0e0e0",
        "--jp-border-color3": "#eee",
        "--jp-error-color1": "#d32f2f",
        "--jp-warn-color1": "#f57c00",
        "--jp-success-color1": "#388e3c",
    },
    "dark": _FONTS
    | {
        "--jp-layout-color0": "#111",
        "--jp-layout-color1": "#212121",
        "--jp-layout-color2": "#424242",
        "--jp-ui-font-color1": "rgba(255,255,255,.87)",
        "--jp-ui-font-color2": "rgba(255,255,255,.54)",
        "--jp-ui-inverse-font-color1": "rgba(0,0,0,.8)",
        "--jp-brand-color1": "#2196f3",
        "--jp-border-color1": "#616161",
        "--jp-border-color2": "#424242",
        "--jp-border-color3": "#212121",
        "--jp-error-color1": "#f44336",
        "--jp-warn-color1": "#ff9800",
        "--jp-success-color1": "#4caf50",
    },
    "contrast": _FONTS
    | {
        "--jp-layout-color0": "#111",
        "--jp-layout-color1": "#111",
        "--jp-layout-color2": "#424242",
        "--jp-ui-font-color1": "white",
        "--jp-ui-font-color2": "white",
        "--jp-ui-inverse-font-color1": "black",
        "--jp-brand-color1": "#319bf2",
        "--jp-border-color1": "white",
        "--jp-border-color2": "#e0e0e0",
        "--jp-border-color3": "white",
        "--jp-error-color1": "#f44336",
        "--jp-warn-color1": "#ff9800",
        "--jp-success-color1": "#4caf50",
    },
    "none": {},
}

LANDSCAPE = ("3:1", "21:9", "2:1", "16:9", "3:2", "4:3", "5:4")
RATIOS = [*LANDSCAPE, "1:1", *(":".join(reversed(r.split(":"))) for r in reversed(LANDSCAPE))]


def pixels(ratio: str, target: int) -> list[int]:
    """The service's rule for ratio and tier, as far as these tests need it."""
    a, b = map(int, ratio.split(":"))
    w, h = math.sqrt(target * a / b), math.sqrt(target * b / a)
    edges = [round(w / 16) * 16, round(h / 16) * 16]
    if max(edges) > 3840 or edges[0] * edges[1] > 8_294_400:
        shrink = min(1, 3840 / max(w, h))
        edges = [int(w * shrink // 16) * 16, int(h * shrink // 16) * 16]
    return edges


RULES: dict[str, Any] = {
    "ratios": [
        {"ratio": r, "1K": pixels(r, 2**20), "2K": pixels(r, 2**22), "4K": pixels(r, 8_294_400)}
        for r in RATIOS
    ],
    "tiers": ["1K", "2K", "4K"],
    "qualities": ["low", "medium", "high"],
    "models": ["gpt-image-2", "gpt-image-2-beta"],
    "limits": {
        "prompt": 32_000,
        "n": [1, 10],
        "edge": [16, 3840],
        "step": 16,
        "references": 16,
        "file": 50 * 2**20,
    },
}

TRAITS: dict[str, Any] = {
    "prompt": "",
    "size": "3:2",
    "resolution": "1K",
    "quality": "medium",
    "n": 4,
    "model": "gpt-image-2",
    "references": [],
    "selected": [],
    "busy": False,
    "error": "",
    "_key": "k3j2",
}

FACTS = [
    ["Prompt", "A lighthouse on a rocky headland at dusk, gouache on paper"],
    ["Size", "1248 × 832 px · 3:2 · 1K"],
    ["Quality", "Medium"],
    ["Charged", "2.4 of 9.7 credits"],
    ["Made in", "38 s"],
    ["Task", "task-unified-1757156493-imcg5zqt"],
]

#: Four quiet scenes: sky, low sky, sun, land.
_SCENES = (
    ((38, 48, 79), (217, 138, 118), (255, 226, 176), (27, 33, 56)),
    ((11, 23, 48), (75, 127, 155), (238, 243, 234), (7, 16, 34)),
    ((185, 210, 208), (245, 236, 217), (255, 246, 226), (82, 127, 136)),
    ((61, 74, 76), (201, 199, 174), (228, 228, 210), (36, 56, 61)),
)


def scene(index: int, width: int, height: int) -> bytes:
    """A stand-in picture: a sky that fades, a sun and a hill."""
    high, low, sun, land = _SCENES[index % len(_SCENES)]
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        share = y / height
        draw.line(
            (0, y, width, y),
            tuple(round(a + (b - a) * share) for a, b in zip(high, low, strict=True)),
        )
    r, x = height * 0.1, width * (0.3 + 0.13 * index)
    draw.ellipse((x - r, height * 0.4 - r, x + r, height * 0.4 + r), sun)
    draw.ellipse((-width * 0.3, height * 0.68, width * 0.9, height * 1.7), land)
    draw.ellipse(
        (width * 0.3, height * 0.78, width * 1.4, height * 1.8), tuple(c + 14 for c in land)
    )
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@cache
def files() -> dict[str, Any]:
    """Thumbnails, a preview, an original and a copy to save, as the stub hands them out."""
    return {
        "thumbs": [_text(scene(i, 384, 256)) for i in range(4)],
        "preview": _text(scene(1, 624, 416)),
        "original": _text(scene(1, 1248, 832)),
        "copy": _text(scene(2, 1248, 832)),
    }


def host_values(theme: str) -> str:
    """A theme as a rule."""
    values = ";".join(f"{k}:{v}" for k, v in THEMES[theme].items())
    return f":root{{color-scheme:light dark;{values}}}"


def marker(theme: str) -> str | None:
    """What JupyterLab writes on the body; without it nothing says which theme there is."""
    return {"light": "true", "dark": "false", "contrast": "false"}.get(theme)


def page_html(theme: str, width: int, direction: str) -> str:
    """A page as bare as a notebook's output area: host values, a heading, a box of a width."""
    ground = "var(--jp-layout-color0, light-dark(#fff, #111))"
    ink = "var(--jp-ui-font-color1, light-dark(#1f1f1f, #e4e4e4))"
    mark = marker(theme)
    attribute = f' data-jp-theme-light="{mark}"' if mark else ""
    return f"""<!doctype html><html lang="en" dir="{direction}"><head><meta charset="utf-8">
<title>Bench</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/widget.css">
<style id="theme">{host_values(theme)}</style>
<style>body{{margin:24px;background:{ground};color:{ink};font:13px system-ui}}
#cell{{inline-size:{width}px}}</style></head>
<body{attribute}><main><h1 style="font-size:13px">Bench</h1><div id="cell"></div>
<div class="ew-static-k3j2">The saved pictures</div></main>
<script type="module">
import {{ Kernel, Model }} from "/stub.js";
import widget from "/widget.js";
const {{ traits, plan }} = await (await fetch("/plan.json")).json();
window.model = new Model(traits, plan.delay);
window.kernel = new Kernel(model, plan);
window.widget = widget;
for (const run of plan.runs ?? []) kernel.run(run);
kernel.pictures.push(...(plan.pictures ?? []));
window.ending = new AbortController();
const {{ initialize, render }} = typeof widget === "function" ? await widget() : widget;
await initialize?.({{ model, signal: ending.signal }});
window.draw = () => render({{ model, el: document.querySelector("#cell"), signal: ending.signal }});
window.spoken = [];
window.view = await draw();
new MutationObserver((changes) => {{
  for (const {{ addedNodes }} of changes) spoken.push(...[...addedNodes].map((n) => n.textContent));
}}).observe(document.querySelector("[role=status]"), {{ childList: true }});
window.ready = true;
</script></body></html>"""


@dataclass
class Bench:
    """One page with one widget; the names a test speaks in."""

    page: Page
    errors: list[str] = field(default_factory=list)

    @property
    def root(self) -> Locator:
        """The live panel."""
        return self.page.locator("section.ew")

    def js(self, code: str, argument: Any = None) -> Any:
        """Evaluate in the page; `model`, `kernel` and `view` are there."""
        return self.page.evaluate(code, argument)

    def sent(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one kind that the browser has sent."""
        messages: list[dict[str, Any]] = self.js("kind => model.heard(kind)", kind)
        return messages

    def wear(self, theme: str) -> None:
        """Change the host's theme."""
        script = """([values, mark, scheme]) => {
            document.querySelector("#theme").textContent = values;
            if (mark) document.body.dataset.jpThemeLight = mark;
            else delete document.body.dataset.jpThemeLight;
        }"""
        self.js(script, [host_values(theme), marker(theme), None])

    def saved(self) -> dict[str, Any]:
        """The traits that the browser has saved so far, the last value of each."""
        merged: dict[str, Any] = self.js("() => Object.assign({}, ...model.saved)")
        return merged

    def told(self) -> list[str]:
        """What the live region has said, oldest first."""
        lines: list[str] = self.js("() => window.spoken")
        return lines

    def bought(self) -> list[str]:
        """What Python was asked to buy: the kind of each purchase."""
        kinds: list[str] = self.js("() => kernel.bought")
        return kinds

    def show(self, **run: Any) -> str:
        """Python tells of a new run."""
        key: str = self.js("run => kernel.show(run).key", run)
        return key

    def change(self, key: str, **changes: Any) -> None:
        """Python tells that a run has changed."""
        self.js("([key, changes]) => kernel.change(key, changes)", [key, changes])

    def land(self, key: str, *indexes: int, **more: Any) -> None:
        """Pictures land."""
        for index in indexes:
            self.js("([key, index, more]) => kernel.land(key, index, more)", [key, index, more])

    def done(self, n: int = 4, **run: Any) -> str:
        """A finished run with all its pictures."""
        key = self.show(n=n, **run)
        self.land(key, *range(n))
        self.change(key, **DONE)
        return key

    def menu(self, cell: Locator) -> Locator:
        """Open the menu of a picture's place."""
        cell.hover()
        cell.get_by_role("button", name="More").click(force=True)
        return self.root.get_by_role("menu", name="More actions")

    def choose(self, cell: Locator, name: str) -> None:
        """Take one line of that menu."""
        self.menu(cell).get_by_role("menuitem", name=name, exact=True).click()

    def count_urls(self) -> None:
        """Keep the blob URLs that are made from now on in `alive`, until they are given back."""
        self.js(
            """() => {
                window.alive = new Set();
                const make = URL.createObjectURL, free = URL.revokeObjectURL;
                URL.createObjectURL = (blob) => {
                    const url = make.call(URL, blob);
                    alive.add(url);
                    return url;
                };
                URL.revokeObjectURL = (url) => { alive.delete(url); free.call(URL, url) };
            }"""
        )

    def press(self, *keys: str) -> None:
        """Keys, one after another, to whatever has the focus."""
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self) -> str:
        """The accessible label, text or id of what has the focus."""
        found: str = self.js(
            "() => { const e = document.activeElement;"
            " return e.getAttribute('aria-label') || e.innerText || e.id || e.tagName }"
        )
        return found


def settle(one: Bench) -> None:
    """Everything that moves is at its end."""
    one.js(
        "() => document.getAnimations().forEach(a => { try { a.finish() } catch { a.cancel() } })"
    )


def findings_in_every_theme(one: Bench, where: str | None = None) -> list[str]:
    """What axe-core finds on a page that was opened in light, and then in each other theme.

    By all of its rules in light, by those of colours after. The page ends in light.
    """
    settle(one)
    found = [f"light: {told}" for told in findings(one.page, where)]
    for theme in [*list(THEMES)[1:], "light"]:
        one.wear(theme)
        one.page.emulate_media(color_scheme="dark" if marker(theme) == "false" else "light")
        settle(one)
        if theme != "light":
            found += [f"{theme}: {told}" for told in findings(one.page, where, rules=COLOURS)]
    return found


DONE: dict[str, Any] = {
    "stage": "done",
    "title": "Done",
    "progress": 100,
    "left": None,
    "startedAt": 1000.0,
    "at": 1038.0,
    "endedAt": 1038.0,
    "charge": {"kind": "charged", "text": "9.7 credits"},
    "actions": ["saveAll", "runAgain"],
}

ENDINGS: dict[str, dict[str, Any]] = {
    "failed": {
        "title": "Failed",
        "message": "The service stopped with an internal error.",
        "advice": "Nothing in the prompt has to change.",
        "charge": {"kind": "not charged", "text": "Not charged"},
        "actions": ["runAgain", "copyDetails"],
    },
    "refused": {
        "title": "Refused by content policy",
        "message": "The prompt or a reference picture breaks the policy.",
        "advice": "Unchanged, it is refused again.",
        "charge": {"kind": "not charged", "text": "Not charged"},
        "actions": ["editPrompt", "copyDetails"],
    },
    "stopped": {
        "title": "Waiting stopped",
        "message": "You stopped waiting after 0:52.",
        "advice": "The task goes on, and its pictures can be collected later.",
        "charge": {"kind": "later", "text": "Charged when it finishes"},
        "actions": ["resume", "copyTaskId"],
    },
    "unknown": {
        "title": "Outcome unknown",
        "message": "The connection broke after the request was sent, and no task ID came back.",
        "advice": "Look again, or send it again under the same key.",
        "charge": {"kind": "may", "text": "May have been charged"},
        "actions": ["lookAgain", "sendAgain"],
    },
}


def ending(stage: str) -> dict[str, Any]:
    """A run that ended without pictures."""
    return ENDINGS[stage] | {
        "stage": stage,
        "progress": None,
        "left": None,
        "endedAt": 1052.0,
        "at": 1052.0,
        "startedAt": 1000.0,
    }


def page_files(
    widget: str,
    theme: str = "light",
    width: int = 900,
    direction: str = "ltr",
    *,
    traits: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
) -> dict[str, tuple[str, str]]:
    """What a bench's page is made of: the media type and the text of each path."""
    whole = {
        "simulated": False,
        "keySource": None,
        "rules": RULES,
        "facts": FACTS,
        "files": files(),
    }
    return {
        "/": ("text/html", page_html(theme, width, direction)),
        "/stub.js": ("text/javascript", (HERE / "stub.js").read_text()),
        "/widget.js": ("text/javascript", assets.esm(widget)),
        "/widget.css": ("text/css", assets.css(widget)),
        "/plan.json": (
            "application/json",
            json.dumps({"traits": TRAITS | (traits or {}), "plan": whole | (plan or {})}),
        ),
    }


def open_bench(
    browser: Browser,
    *,
    widget: str = "studio",
    theme: str = "light",
    width: int = 900,
    direction: str = "ltr",
    clock: bool = False,
    origin: str = ORIGIN,
    traits: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
    **context: Any,
) -> tuple[Bench, BrowserContext]:
    """A new page with the widget drawn in it.

    Args:
        browser: where.
        widget: "studio" or "image_grid".
        theme: one of `THEMES`.
        width: the width of the output area, in pixels.
        direction: "ltr" or "rtl", of the whole page.
        clock: whether the page's timers are moved by `page.clock` alone.
        origin: https, or http for a page without a clipboard.
        traits: values of the model's traits, over the defaults.
        plan: what the stub's Python side does, over the defaults.
        context: passed on to Playwright's new context.
    """
    context.setdefault("viewport", {"width": max(width + 48, 388), "height": 900})
    if theme in ("dark", "contrast"):
        context.setdefault("color_scheme", "dark")
    window = browser.new_context(**context)
    page = window.new_page()
    page.set_default_timeout(SOON)
    bench = Bench(page)
    page.on(
        "console", lambda m: bench.errors.append(m.text) if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda e: bench.errors.append(str(e)))
    bodies = page_files(widget, theme, width, direction, traits=traits, plan=plan)

    def answer(route: Route) -> None:
        kind, body = bodies["/" + route.request.url.split("/", 3)[3]]
        route.fulfill(status=200, content_type=f"{kind}; charset=utf-8", body=body)

    if clock:
        page.clock.install(time=NOON)
    page.route("**/*", answer)
    page.goto(f"{origin}/")
    try:
        page.wait_for_function("window.ready")
    except TimeoutError as exc:
        raise AssertionError(f"the widget was not drawn: {bench.errors}") from exc
    if clock:
        page.clock.pause_at(NOON + timedelta(minutes=1))
    return bench, window
