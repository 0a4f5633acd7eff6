"""A Firefox as people have it, driven by WebDriver BiDi: real keys, real clicks, real files.

Only what the journeys need. A window is a page of the bench, served on loopback; a state is
waited for, and what never comes fails with what is there instead.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import websocket

SOON = 40.0
"""Seconds within which a state has to come; a quiet machine needs a fraction of one."""

#: WebDriver's names of keys that type nothing.
KEYS = {
    "Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Control": "\ue009",
    "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
    "Delete": "\ue017",
}  # fmt: skip

#: No first-run pages, no updates, no word with the browser's maker.
PREFERENCES = """
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("browser.safebrowsing.update.enabled", false);
"""


@contextlib.contextmanager
def started(path: str, folder: Path) -> Iterator[Firefox]:
    """Start a Firefox with a profile of its own; end it afterwards.

    Args:
        path: the program.
        folder: for its profile and its log.
    """
    profile = folder / "profile"
    profile.mkdir()
    (profile / "user.js").write_text(PREFERENCES)
    log = folder / "firefox.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--profile", str(profile),
             "--remote-debugging-port", "0"],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        firefox = Firefox(_address(process, log))
        yield firefox
        firefox.close()
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text("utf-8", "replace")
        told = re.search(r"WebDriver BiDi listening on (ws://\S+)", said)
        if told:
            return told[1]
        time.sleep(0.05)
    raise AssertionError(f"Firefox did not start.\n{log.read_text('utf-8', 'replace')}")


class Firefox:
    """A session with a running Firefox.

    Args:
        address: where it listens.
    """

    def __init__(self, address: str) -> None:
        self._line = websocket.create_connection(
            f"{address}/session", timeout=SOON, suppress_origin=True
        )
        self._count = 0
        self.events: list[dict[str, Any]] = []
        told = self.ask("session.new", capabilities={})
        self.version: str = told["capabilities"]["browserVersion"]
        self.ask("session.subscribe", events=["log.entryAdded"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and return its result."""
        self._count += 1
        self._line.send(json.dumps({"id": self._count, "method": method, "params": params}))
        while True:
            told = json.loads(self._line.recv())
            if told.get("type") == "event":
                self.events.append(told)
            elif told.get("id") == self._count:
                assert told["type"] == "success", f"{method}: {told.get('message')}"
                result: dict[str, Any] = told["result"]
                return result

    def open(self, address: str) -> Window:
        """A new window with a page."""
        context = self.ask("browsingContext.create", type="tab")["context"]
        self.ask("browsingContext.setViewport", context=context,
                 viewport={"width": 1000, "height": 900})  # fmt: skip
        self.ask("browsingContext.navigate", context=context, url=address, wait="complete")
        return Window(self, context)

    def close(self) -> None:
        """End the session."""
        self._line.close()


@dataclass
class Window:
    """One page; the names a journey speaks in."""

    firefox: Firefox
    context: str
    errors: list[str] = field(default_factory=list)

    def js(self, code: str) -> Any:
        """Evaluate an expression, whose value is JSON; a promise is awaited."""
        told = self.firefox.ask(
            "script.evaluate",
            expression=f"Promise.resolve({code}).then((value) => JSON.stringify(value ?? null))",
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        assert told["type"] == "success", told.get("exceptionDetails", {}).get("text")
        return json.loads(told["result"]["value"])

    def wait(self, code: str) -> Any:
        """Wait until an expression is true; return its value."""
        deadline = time.monotonic() + SOON
        while not (value := self.js(code)):
            if time.monotonic() > deadline:
                there = self.js("document.body.innerText")
                raise AssertionError(f"never true: {code}; the page says: {there}")
            time.sleep(0.05)
        return value

    def node(self, selector: str) -> dict[str, Any]:
        """Wait for the first element that fits, in view, as BiDi names it."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"!!{found}?.checkVisibility()")
        self.js(f"{found}.scrollIntoView({{ block: 'center' }})")
        return self._reference(found)

    def click(self, selector: str) -> None:
        """Move the mouse onto an element, and press."""
        origin = {"type": "element", "element": self.node(selector)}
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def press(self, *keys: str, held: str | None = None) -> None:
        """Press keys, one after the other, by their names or as letters."""
        steps = [{"type": "keyDown", "value": KEYS[held]}] if held else []
        for key in keys:
            value = KEYS.get(key, key)
            steps += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        if held:
            steps.append({"type": "keyUp", "value": KEYS[held]})
        self._act({"type": "key", "id": "keyboard", "actions": steps})

    def press_until(self, key: str, code: str) -> None:
        """Press a key until an expression is true: what has only just come is not pressed."""
        deadline = time.monotonic() + SOON
        while not self.js(code):
            assert time.monotonic() < deadline, f"never true: {code}"
            self.press(key)
            time.sleep(0.5)

    def focus_button(self, label: str) -> None:
        """Give a button the focus, by what it says."""
        found = f"[...document.querySelectorAll('button')].find((b) => b.innerText === '{label}')"
        self.wait(f"!!{found}")
        self.js(f"void {found}.focus()")

    def type(self, text: str) -> None:
        """Type letters."""
        self.press(*text)

    def choose(self, selector: str, *files: Path) -> None:
        """Choose files in a file field, hidden or not."""
        self.firefox.ask(
            "input.setFiles",
            context=self.context,
            element=self._reference(f"document.querySelector({json.dumps(selector)})"),
            files=[str(file) for file in files],
        )

    def complaints(self) -> list[str]:
        """What the page's console has against us."""
        told = [event["params"] for event in self.firefox.events]
        return [
            str(one["text"])
            for one in told
            if one["level"] == "error" and one["source"].get("context") == self.context
        ]

    def close(self) -> None:
        """Close the tab."""
        self.firefox.ask("browsingContext.close", context=self.context)

    def _reference(self, code: str) -> dict[str, Any]:
        told = self.firefox.ask(
            "script.evaluate", expression=code, target={"context": self.context},
            awaitPromise=False,
        )  # fmt: skip
        return {"sharedId": told["result"]["sharedId"]}

    def _act(self, source: dict[str, Any]) -> None:
        self.firefox.ask("input.performActions", context=self.context, actions=[source])


@contextlib.contextmanager
def served(files: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Serve a bench's page on loopback; gives its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = files.get(self.path, ("text/plain", ""))
            data = body.encode()
            self.send_response(200 if self.path in files else 404)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Opener = Callable[..., Window]
