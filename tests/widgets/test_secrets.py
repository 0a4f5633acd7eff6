"""The key is in nothing that leaves Python for a page or a notebook."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evolink_widgets as ew

from .conftest import Browser

KEY = "sk-evo-" + "Zq7Xw9Lm2Vb4Tn8Rk3Jd6Hs1"  # in two parts: nothing in git looks like a key


@pytest.fixture
def live(tmp_path: Path) -> Iterator[str]:
    """A service on a port, which is asked with a key."""
    command = [sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--media-port", "0"]
    with subprocess.Popen(
        [*command, "--speed", "300"], stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        (url, *_) = re.findall(r"http://[\d.:]+", service.stdout.readline())
        ew.configure(mode="live", api_key=KEY, base_url=url, store=tmp_path / "live")
        yield url
        service.kill()


def test_no_six_characters_of_the_key_are_in_any_message_or_state(live: str) -> None:
    studio = ew.ImageStudio(prompt="a fox", size="1024x640", quality="low")
    page = Browser(studio)
    told, _ = page.ask("hello")
    assert told["keySource"] == "configure(api_key=…)"
    assert live.endswith(told["service"])
    key = page.ask("run", fields={})[0]["run"]["key"]
    page.run(key, stage="done")
    page.pictures(key, 1)
    page.ask("facts", picture=f"{key}.0")
    page.ask("code", picture=f"{key}.0")
    page.ask("bytes", picture=f"{key}.0", what="original", offset=0)
    ew.weather("401")
    failed = page.ask("run", fields={})[0]["run"]["key"]
    assert page.run(failed, stage="failed")["charge"]["kind"] == "not charged"
    said = json.dumps([page.line.messages, page.line.states, studio.get_state()], default=repr)
    said += repr(studio) + studio._static_html() + repr(vars(studio)) + studio.error
    assert len(said) > 5000
    pieces = {KEY[i : i + 6] for i in range(len("sk-evo-"), len(KEY) - 5)}
    assert [piece for piece in pieces if piece in said] == []
