"""The key is found along its chain and shown nowhere."""

from __future__ import annotations

import base64
import copy
import gc
import json
import pickle
import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evolink_widgets as ew
from evolink_widgets.core.settings.keys import KEY_VARIABLE, TELLING, Key, Redaction, find_key
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
    # The beginning is every key's; a run that reaches beyond it tells of this one.
    pieces = {SECRET[at : at + TELLING] for at in range(2, len(SECRET) - TELLING + 1)}
    assert not any(piece in shown for piece in pieces)


def test_the_beginning_that_all_keys_have_is_no_secret() -> None:
    key = Key(SECRET, "a test")
    assert key.hide_in("A key begins with sk-evo-.") == "A key begins with sk-evo-."
    assert key.hide_in("Not sk-evo-3…") == "Not [key]…"
    assert Key("no-secret", "the emulator").hide_in("a secret") == "a secret"


def escaped(form: str) -> str:
    return "".join(form.format(ord(c)) for c in SECRET)


def in_base64(before: str) -> str:
    return base64.b64encode(f"{before}{SECRET}!".encode()).decode()


FORMS = {
    "JSON": escaped("\\u{:04x}"),
    "JSON in JSON": escaped("\\\\\\u{:04X}"),
    "percent": escaped("%{:02X}"),
    "percent twice": escaped("%25{:02x}"),
    "percent of what needs none": SECRET.replace("e", "%65"),
    "entities": escaped("&#{};"),
    "hexadecimal entities, escaped": escaped("&amp;#x{:x};"),
    "hexadecimal escapes": escaped("\\x{:02x}"),
    "capitals": SECRET.upper(),
    "hex": SECRET.encode().hex(),
    "base64": in_base64(""),
    "base64, one later": in_base64("x"),
    "base64 of the header": in_base64("Bearer "),
    "base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=20, deadline=None)
@given(before=st.text(max_size=9), after=st.text(max_size=9))
def test_an_encoded_key_is_hidden_where_it_stands(form: str, before: str, after: str) -> None:
    shown = Key(SECRET, "a test").hide_in(f"{before} {FORMS[form]} {after}")
    assert shown.startswith(f"{before} ")
    assert shown.endswith(f" {after}")
    assert "[key]" in shown
    # Of base64 up to five characters may stay, those that also hold what stands around the key.
    assert len(shown) <= len(f"{before} [key] {after}") + (15 if "base64" in form else 0)


def test_what_is_read_from_a_document_is_not_lost_for_a_likeness() -> None:
    """A task's id and its links may share a few characters with a key by chance."""
    hide = Key(SECRET, "a test").redaction
    paid = {
        "id": f"task-unified-{SECRET[-8:]}",
        "status": "completed",
        "results": [f"https://x.example/{SECRET[8:16]}.png"],
    }
    assert hide.document(paid) == paid
    told = {"results": [f"https://x.example/?key={SECRET}"], "message": SECRET[-8:], SECRET: 1}
    assert hide.document(told) == {
        "results": ["https://x.example/?key=[key]"], "message": "[key]", "[key]": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "key", ["test-completed-results", "task-unified-credits", "estimated_time"]
)
def test_a_key_made_of_the_contract_s_words_spoils_no_reading(key: str) -> None:
    said = {"id": "task-unified-1", "status": "completed", "results": [], "usage": {"credits": 1}}
    assert Key(key, "a test").redaction.document(said) == said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_body_is_read_in_the_encoding_that_its_reader_takes(encoding: str) -> None:
    body = json.dumps({"message": f"{SECRET} is wrong"}).encode(encoding)
    hidden = Key(SECRET, "a test").redaction.body(body)
    assert json.loads(hidden) == {"message": "[key] is wrong"}


def test_a_body_without_the_key_stays_as_it_came() -> None:
    hide = Key(SECRET, "a test").redaction
    for body in (b"", b"\xff\x00\xfe", b'{"a": 1e400, "b": "\\u0061"}', b"<html>&#35;%20"):
        assert hide.body(body) is body


def test_a_body_full_of_the_key_is_hidden_as_a_whole() -> None:
    body = f"{SECRET} ".encode() * 20_000
    assert Key(SECRET, "a test").redaction.body(body) == b"[key]"


def test_what_is_not_of_the_key_is_left_as_it_is() -> None:
    key = Key(SECRET, "a test")
    assert key.hide_in("Incorrect key sk-ev***c60.") == "Incorrect key sk-ev***c60."
    assert key.hide_in(f"Incorrect key {SECRET}!") == "Incorrect key [key]!"
    assert Key("abcdefgh", "a test").hide_in("xabcdefghx") == "x[key]x"


def test_a_body_of_backslashes_takes_no_quadratic_time() -> None:
    body = b"\\" * 400_000  # an hour, were each of them tried as the beginning of an escape
    assert Redaction("sk-evo-3f9c1d7be2a84c60").body(body) == body


def test_a_short_key_is_hidden_whole_in_ids_and_links() -> None:
    short = Redaction("sk-evo-abc")
    link = "https://media.example/p.png?k=sk-evo-abc"
    assert short.document({"results": [link]}) == {"results": [link.replace("sk-evo-abc", "[key]")]}
    assert short.opaque("task-unified-1757156493-imcg5zqt") == "task-unified-1757156493-imcg5zqt"


@pytest.mark.parametrize("secret", ["q", "zq", "qzjxkvw"])
def test_what_is_too_short_for_a_key_is_refused_and_not_shown(
    secret: str, own_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands in other words, too, and would blank out letters of every error."""
    with pytest.raises(ConfigurationError, match="shorter than 8 characters") as refused:
        Key(secret, "a test")
    said = [refused.value]
    with pytest.raises(ConfigurationError, match="API key from configure") as refused:
        ew.configure(api_key=f" {secret}\n")
    said.append(refused.value)
    monkeypatch.setenv("EVOLINK_API_KEY", secret)
    with pytest.raises(ConfigurationError, match="API key from EVOLINK_API_KEY") as refused:
        ew.session()
    said.append(refused.value)
    for error in said:
        assert secret not in f"{error} {error!r}"
    assert Key("12345678", "a test").authorization() == "Bearer 12345678"
    assert Key("12345678", "a test").hide_in("12345: no 12345678") == "12345: no [key]"
