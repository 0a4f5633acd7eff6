"""A paid picture is filed whatever letters its prompt has, in any locale and on any disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from services import environment

HERE = Path(__file__).parent
Asked = Callable[..., "dict[str, Any]"]

POOR = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
RICH = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


@pytest.fixture(scope="session")
def latin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Latin-1 locale; one is made where the system has none.

    Where it can't be made, the C locale stands in for it: it has even fewer letters.
    """
    folder = tmp_path_factory.mktemp("locales")
    make = shutil.which("localedef")
    words = [make or "", "-i", "en_US", "-f", "ISO-8859-1", str(folder / "latin")]
    if make is None or subprocess.run(words, capture_output=True).returncode > 1:
        return POOR
    return {
        "LOCPATH": str(folder),
        "LC_ALL": "latin",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Run `other_locale.py` in a locale; a text file opened without an encoding is an error."""

    def ask(locale: dict[str, str], what: str = "ask") -> dict[str, Any]:
        words = [sys.executable, "-X", "warn_default_encoding", "-W", "error::EncodingWarning"]
        path = os.pathsep.join([environment()["PYTHONPATH"], str(HERE)])
        program = [str(HERE / "programs" / "other_locale.py"), str(tmp_path / "store"), what]
        done = subprocess.run(
            [*words, *program], env={**environment(), "PYTHONPATH": path, **locale},
            capture_output=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return ask


def stems(told: dict[str, Any]) -> set[str]:
    """The readable part of each name."""
    return {name.split("_")[1] for name in told["names"]}


IN_ASCII = {"a-fox-in-the-snow", "deja-vu", "picture", "plain", "left-behind"}
READABLE = {"a-fox-in-the-snow-雪", "déjà-vu", "注意", "plain", "left-behind-雪"}
PROMPTS = sorted(["a fox in the snow 雪", "déjà vu", "注意 🦊", "plain", "left behind 雪"])


def test_in_a_locale_without_letters_a_paid_picture_has_a_plain_name(asked: Asked) -> None:
    told = asked(POOR)
    assert told["encoding"] == "ascii"
    assert stems(told) == IN_ASCII
    assert told["prompts"] == PROMPTS  # what was asked stays whole, in UTF-8
    assert told["asked"] == 5


def test_in_a_latin_locale_too(asked: Asked, latin: dict[str, str]) -> None:
    told = asked(latin)
    assert told["encoding"] in ("iso8859-1", "ascii")
    assert stems(told) == IN_ASCII
    assert told["prompts"] == PROMPTS


def test_where_the_disk_refuses_letters_a_paid_picture_has_a_plain_name(asked: Asked) -> None:
    told = asked(RICH, "refused")
    assert told["encoding"] == "utf-8"
    assert stems(told) == IN_ASCII
    assert told["prompts"] == PROMPTS


@pytest.mark.parametrize("poor", ["C", "latin"])
def test_what_one_locale_has_filed_another_one_finds_and_does_not_buy_again(
    poor: str, asked: Asked, latin: dict[str, str], tmp_path: Path
) -> None:
    first = asked(RICH)
    assert stems(first) == READABLE
    second = asked(POOR if poor == "C" else latin, "read")
    assert second["asked"] == 0
    assert stems(second) == READABLE
    assert second["prompts"] == PROMPTS
    assert len(list((tmp_path / "store" / "copies").iterdir())) == 5
    third = asked(RICH, "read")
    assert third["asked"] == 0
    assert third["names"] == first["names"]


def test_a_store_whose_own_name_the_locale_lacks_is_used_all_the_same(
    tmp_path: Path, asked: Asked
) -> None:
    program = (
        "import os, sys; from evolink_widgets.store import Store\n"
        "store = Store(os.path.join(sys.argv[1], '\\u96ea'))\n"
        "store.journal.remember('a', {}); store.close()\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], env={**environment(), **POOR}, check=True
    )
    assert (tmp_path / "雪" / "evolink.sqlite").is_file()
