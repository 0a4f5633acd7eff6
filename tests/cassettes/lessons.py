"""A service that stands for the live one: an emulator in a process of its own, over HTTP."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services import KEY, environment

import evolink_widgets as ew

SMALL = {"size": "1024x640", "quality": "low"}


class Live:
    """A service that stands for the live one."""

    def __init__(self, api: str) -> None:
        self.api = api

    def use(self, store: Path) -> None:
        """Ask it from now on."""
        ew.configure(api_key=KEY, base_url=self.api, store=store)

    def play(self, fault: str, **how: Any) -> None:
        """Play a fault there."""
        self._ask("/emulator/weather", {"play": fault, **how})

    @property
    def posts(self) -> float:
        """How many requests for pictures have reached it."""
        return float(self._ask("/emulator/counts").get("posts", 0))

    @property
    def counts(self) -> dict[str, float]:
        """All that has reached it."""
        return dict(self._ask("/emulator/counts"))

    def _ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.api + path, data), timeout=20) as r:
            return json.load(r)


@contextlib.contextmanager
def serving(*options: str) -> Iterator[Live]:
    """Serve an emulator that takes one key."""
    command = [
        *(sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--media-port", "0"),
        *("--no-rate-limit", "--credits", "1000000", "--key", KEY, *options),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        api = re.findall(r"http://[\d.:]+", process.stdout.readline())[0]
        try:
            yield Live(api)
        finally:
            process.kill()
