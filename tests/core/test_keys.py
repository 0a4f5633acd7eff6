"""The key is found along its chain and shown nowhere."""

from __future__ import annotations

import copy
import gc
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolink_widgets.core.keys import KEY_VARIABLE, TELLING, Key, find_key
from evolink_widgets.errors import ConfigurationError

SECRET = "sk-evo-3f9c1d7be2a84c60"


def test_an_argument_goes_before_the_environment() -> None:
    environment = {KEY_VARIABLE: "sk-from-the-shell"}
    argued, found = find_key(SECRET, environment), find_key(None, environment)

    assert argued is not None
    assert found is not None
    assert argued.authorization() == f"Bearer {SECRET}"
    assert argued.source == "configure(api_key=…)"
    assert found.authorization() == "Bearer sk-from-the-shell"
    assert found.source == KEY_VARIABLE
    assert find_key(None, {}) is None
    assert find_key(None, {KEY_VARIABLE: "  "}) is None


def test_space_around_a_pasted_key_is_cut_off() -> None:
    key = find_key(f"  {SECRET}\r\n", {})
    assert key is not None
    assert key.authorization() == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "wrong", ["two words-of-it", "line\nend-in-it", "schlüssel", "nul\0nul", ""]
)
def test_what_can_be_no_key_is_refused_without_being_quoted(wrong: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_key(wrong, {})
    said = "".join(traceback.format_exception(caught.value)) + str(caught.value.advice)
    assert not wrong or wrong not in said


def test_what_is_not_text_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="bytes"):
        find_key(SECRET.encode(), {})  # type: ignore[arg-type]


def test_nothing_shows_it() -> None:
    key = Key(SECRET, "a test")
    shown = [repr(key), str(key), f"{key}", repr([key]), repr(vars(type(key)))]
    for name in dir(key):
        shown.append(repr(getattr(key, name, None)))
    assert not any(SECRET in text or SECRET[:TELLING] in text for text in shown)
    assert repr(key) == "<Key from a test>"


def test_it_does_not_leave_the_process() -> None:
    key = Key(SECRET, "a test")
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            leave(key)


def test_equal_keys_share_a_fingerprint_that_is_not_the_key() -> None:
    one, same, other = Key(SECRET, "a"), Key(SECRET, "b"), Key(SECRET + "0", "a")
    assert one == same
    assert hash(one) == hash(same)
    assert one.fingerprint() == same.fingerprint() != other.fingerprint()
    assert one != other
    assert one != SECRET
    assert SECRET not in one.fingerprint()
    gc.collect()


@given(before=st.text(max_size=20), after=st.text(max_size=20), cut=st.integers(0, len(SECRET)))
def test_six_characters_in_a_row_are_hidden_wherever_they_stand(
    before: str, after: str, cut: int
) -> None:
    shown = Key(SECRET, "a test").hide_in(before + SECRET[:cut] + "…" + SECRET[cut:] + after)
    pieces = {SECRET[at : at + TELLING] for at in range(len(SECRET) - TELLING + 1)}
    assert not any(piece in shown for piece in pieces)


def test_what_is_not_of_the_key_is_left_as_it_is() -> None:
    key = Key(SECRET, "a test")
    assert key.hide_in("Incorrect key sk-ev***c60.") == "Incorrect key sk-ev***c60."
    assert key.hide_in(f"Incorrect key {SECRET}!") == "Incorrect key [key]!"
    assert Key("abc", "a test").hide_in("xabcx") == "x[key]x"
