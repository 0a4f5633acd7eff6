"""Completion behind `%evolink` and `%%evolink`, as a person who types meets it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

import evolink_widgets as ew
from evolink_widgets.magic.completion import Completions, complete
from evolink_widgets.magic.magic import _older_matcher
from evolink_widgets.magic.words import ASKING, LINES
from evolink_widgets.rules.request.sizes import AUTO, RATIOS

from .shells import Shell, shell_in


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    for one in shell_in(tmp_path_factory.mktemp("typing")):
        one.run("animal, season, _hidden, table = 'fox', 'winter', 'x', {}")
        ew.presets["poster"] = {"size": "2:3"}
        yield one


@pytest.mark.parametrize(
    ("typed", "place", "words"),
    [
        ("%%evolink ", "", [one.name for one in ASKING]),
        ("%%evolink --s", "--s", ["--size"]),
        ("%%evolink --size ", "", [AUTO, *RATIOS]),
        ("%%evolink --size 16:", "16:", ["16:9"]),
        ("%%evolink --size=2:", "2:", ["2:1", "2:3"]),
        ("%%evolink --quality h", "h", ["high"]),
        ("%%evolink -n 1", "1", ["1", "10"]),
        ("%%evolink --model gpt-image-2-", "gpt-image-2-", ["gpt-image-2-beta"]),
        ("%%evolink --preset p", "p", ["poster"]),
        ("%%evolink --fresh --res", "--res", ["--resolution"]),
        ("%%evolink --references {an", "an", ["animal"]),
        ("\n%%evolink --as fox --dry", "--dry", ["--dry-run"]),
        ("%%evolink\na {sea", "sea", ["season"]),
        ("%%evolink\na fox\nin {", "", ["animal", "season", "table"]),
        ("%evolink re", "re", ["recover"]),
        ("%evolink ", "", list(LINES)),
        ("tasks = %evolink rec", "rec", ["recover"]),
        ("x = 1\n%evolink spending --by d", "d", ["day"]),
        ("%evolink weather repl", "repl", ["reply lost"]),
        ("%evolink weather reply l", "l", ["lost"]),
        ("%evolink weather reply lost --t", "--t", ["--times"]),
    ],
)
def test_what_may_come_next(typed: str, place: str, words: list[str], shell: Shell) -> None:
    replaced, found = shell.complete(typed)
    assert (replaced, found) == (place, words)


def test_an_option_that_stands_there_is_not_offered_again(shell: Shell) -> None:
    assert "--size" not in shell.complete("%%evolink --size 16:9 --s")[1]
    assert "--n" not in shell.complete("%%evolink -n 2 --")[1]


@pytest.mark.parametrize("typed", ["%%evolink\na fox in the s", "seaso"])
def test_what_is_not_ours_is_left_to_ipython(typed: str, shell: Shell) -> None:
    assert {"animal", "table", "--size"} & set(shell.complete(typed)[1]) == set()


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("%%evolink --qu", "%%evolink --quality"),
        ("%%evolink --size 16:", "%%evolink --size 16:9"),
        ("%%evolink --quality h", "%%evolink --quality high"),
        ("%%evolink --model gpt-image-2-", "%%evolink --model gpt-image-2-beta"),
        ("%evolink re", "%evolink recover"),
        ("%evolink weather 429 r", "%evolink weather 429 retry-after"),
    ],
)
def test_an_older_ipython_completes_the_line_too(
    typed: str, whole: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    magics = shell.ipython.magics_manager.magics["line"]["evolink"]
    magic = inspect.getclosurevars(magics).nonlocals["magic"]
    monkeypatch.setattr(shell.ipython.Completer, "custom_matchers", [_older_matcher(magic)])
    monkeypatch.setattr(shell.ipython.Completer, "use_jedi", False)
    replaced, found = shell.complete(typed)
    kept = typed[: len(typed) - len(replaced)]
    assert whole in [f"{kept}{one}" for one in found]


def test_doubled_braces_name_nothing() -> None:
    names = {"animal": "a fox"}
    assert complete("%%evolink\na {{{an", names, {}) == Completions("an", ("animal",))
    assert complete("%%evolink\na {{an", names, {}) is None
