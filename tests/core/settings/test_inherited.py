"""What stands in `os.environ` for programs that are started from here, and what others write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, MutableMapping
from unittest import mock

import pytest
from services import KEY

import evolink_widgets as ew
from evolink_widgets.connect import state
from evolink_widgets.connect.current import buying_nothing_here
from evolink_widgets.core.settings.inherited import SPEND_VARIABLE, Inherited

pytestmark = pytest.mark.usefixtures("own_settings")

NEVER = {SPEND_VARIABLE: "never"}


class Watched(MutableMapping[str, str]):
    """An environment that lets another thread in between any two steps of who uses it."""

    def __init__(self, found: dict[str, str], between: Callable[[], None]) -> None:
        self._found, self._between = found, between

    def __getitem__(self, name: str) -> str:
        self._between()
        found = self._found[name]
        self._between()
        return found

    def __setitem__(self, name: str, word: str) -> None:
        self._between()
        self._found[name] = word
        self._between()

    def __delitem__(self, name: str) -> None:
        self._between()
        del self._found[name]
        self._between()

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._found))

    def __len__(self) -> int:
        return len(self._found)


@pytest.mark.parametrize("theirs", ["allow", "never", None])
def test_who_asks_in_the_middle_of_a_change_hears_what_others_wrote(theirs: str | None) -> None:
    heard: list[tuple[str, str | None]] = []
    inside: list[bool] = []

    def ask() -> None:
        if not inside:
            inside.append(True)
            whole = inherited.environment()
            heard.append((inherited.word(SPEND_VARIABLE), whole.get(SPEND_VARIABLE)))
            inside.clear()

    inherited = Inherited()
    found = {"PATH": "/bin"} | ({} if theirs is None else {SPEND_VARIABLE: theirs})
    with mock.patch.object(os, "environ", Watched(dict(found), ask)):
        for _ in range(2):
            inherited.write(NEVER)
            inherited.write({"EVOLINK_MODE": "emulator"})
            inherited.write(NEVER | {"EVOLINK_MODE": "replay"})
            inherited.write({})
        assert dict(os.environ) == found
    assert len(heard) > 20
    assert set(heard) == {(theirs or "", theirs)}


def test_a_word_that_the_user_writes_stays_where_it_is_equal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    ew.configure(spend="never", mode="emulator")
    monkeypatch.setenv(SPEND_VARIABLE, "never")
    monkeypatch.setenv("EVOLINK_MODE", "emulator")
    ew.configure(spend=None, mode=None)
    assert os.environ[SPEND_VARIABLE] == "never"
    assert not state.now.may_spend()
    assert ew.session().simulated


def test_a_word_that_was_taken_away_in_a_block_comes_back_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SPEND_VARIABLE, "never")
    for _ in range(2):
        with buying_nothing_here("a check"):
            with mock.patch.dict(os.environ, clear=True):
                ew.configure(budget=5)
                with buying_nothing_here("a check in it"):
                    pass
            assert not state.now.may_spend()
        assert os.environ[SPEND_VARIABLE] == "never"
        emptied = mock.patch.dict(os.environ, clear=True)
        with buying_nothing_here("a check"):
            emptied.start()
            ew.configure(budget=6)
        emptied.stop()
        assert not state.now.may_spend()
        ew.configure(budget=None)
        assert os.environ[SPEND_VARIABLE] == "never"


def test_a_word_that_a_copy_of_the_environment_brings_back_counts_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with buying_nothing_here("a check"):
        kept = dict(os.environ)
    os.environ.update(kept)
    assert state.now.may_spend()
    ew.configure(budget=5)
    assert SPEND_VARIABLE not in os.environ
    ew.configure(mode="emulator")
    with monkeypatch.context() as meanwhile:
        meanwhile.setenv("EVOLINK_MODE", "live")
        ew.configure(mode=None)
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    ew.configure()
    assert not ew.session().simulated
    assert "EVOLINK_MODE" not in os.environ


def test_what_a_program_was_handed_on_holds_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child's own blocks and their ends take nothing of it away."""
    Inherited().write(NEVER)  # by the program that has started this one
    handed = os.environ[SPEND_VARIABLE]
    assert not state.now.may_spend()
    with buying_nothing_here("a check"):
        pass
    ew.configure(spend="never")
    ew.configure(spend=None)
    assert os.environ[SPEND_VARIABLE] == handed
    assert not state.now.may_spend()
    ew.configure(spend="allow")  # a person's word, in this very program
    assert state.now.may_spend()
