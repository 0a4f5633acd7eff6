"""`types.d.ts`, which the front end is written against, says what Python really sends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import evolink_widgets as ew
from evolink_widgets.widgets.base import assets

from .conftest import Browser

FIELDS = {"prompt": "a fox", "size": "1024x640", "resolution": "1K", "quality": "low", "n": 1}
TOKEN = re.compile(r'"[^"]*"|[\w$]+|[^\s\w]')
PRIMITIVES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "any": lambda value: True,
}
#: Fields that stand for the transport and not for what is said.
ENVELOPE = {"kind", "id"}


class Types:
    """The interfaces and types of a declaration file, and whether a value is one of them."""

    def __init__(self, source: str) -> None:
        bare = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
        heads = r"^interface (\w+)[^{]*|^type (\w+) =(?=\s)"
        self.bodies: dict[str, list[str]] = {}
        for head in re.finditer(heads, bare, re.M):
            tokens = TOKEN.findall(bare, head.end())
            self.bodies[head[1] or head[2]] = tokens

    def wrong(self, name: str, value: Any, at: str = "") -> list[str]:
        """Where `value` is not what the type `name` says: a sentence for each place."""
        return self._type(list(self.bodies[name]), value, at or name)

    def _type(self, tokens: list[str], value: Any, at: str) -> list[str]:
        """Reads a type from the front of `tokens`; a union is right where one of its parts is."""
        while tokens[0] == "|":
            tokens.pop(0)
        found = [self._part(tokens, value, at)]
        while tokens and tokens[0] == "|":
            tokens.pop(0)
            found.append(self._part(tokens, value, at))
        return [] if [] in found else max(found, key=len)

    def _part(self, tokens: list[str], value: Any, at: str) -> list[str]:
        """One part of a union, with the `[]` behind it."""
        start = list(tokens)
        wrong = self._single(tokens, value, at)
        if tokens[:2] != ["[", "]"]:
            return wrong
        del tokens[:2]
        if not isinstance(value, (list, tuple)):
            return [f"{at}: {value!r} is no list"]
        return [
            one
            for i, item in enumerate(value)
            for one in self._single(list(start), item, f"{at}[{i}]")
        ]

    def _single(self, tokens: list[str], value: Any, at: str) -> list[str]:
        token = tokens.pop(0)
        if token == "{":
            return self._object(tokens, value, at)
        if token == "[":
            return self._tuple(tokens, value, at)
        if token == "Record":
            del tokens[:3]  # <string,
            items = value if isinstance(value, dict) else {}
            start = list(tokens)
            wrong = self._type(tokens, None, at) and []
            tokens.pop(0)  # >
            return wrong + [
                one
                for key, item in items.items()
                for one in self._type(list(start), item, f"{at}.{key}")
            ]
        if token.startswith('"'):
            return [] if value == token[1:-1] else [f"{at}: {value!r} is not {token}"]
        if token in PRIMITIVES:
            return [] if PRIMITIVES[token](value) else [f"{at}: {value!r} is no {token}"]
        return self.wrong(token, value, at)

    def _tuple(self, tokens: list[str], value: Any, at: str) -> list[str]:
        items = list(value) if isinstance(value, (list, tuple)) else []
        wrong: list[str] = []
        count = 0
        while tokens[0] != "]":
            wrong += self._type(
                tokens, items[count] if count < len(items) else None, f"{at}[{count}]"
            )
            count += 1
            if tokens[0] == ",":
                tokens.pop(0)
        tokens.pop(0)
        return wrong if len(items) == count else [f"{at}: {value!r} has not {count} items"]

    def _object(self, tokens: list[str], value: Any, at: str) -> list[str]:
        fields = value if isinstance(value, dict) else {}
        wrong = [] if isinstance(value, dict) else [f"{at}: {value!r} is no object"]
        left = set(fields) - ENVELOPE
        while tokens[0] != "}":
            name = tokens.pop(0)
            if name == "[":  # [name: string]: whatever else there is
                del tokens[: tokens.index("]") + 2]
                self._type(tokens, None, at)
                left.clear()
            else:
                is_optional = tokens[0] == "?"
                del tokens[: 1 + is_optional]
                said = self._type(tokens, fields.get(name), f"{at}.{name}")
                if name in fields:
                    wrong += said
                elif not is_optional:
                    wrong.append(f"{at}.{name} is missing")
                left.discard(name)
            if tokens[0] == ";":
                tokens.pop(0)
        tokens.pop(0)
        return wrong + [f"{at}.{name} is not declared" for name in sorted(left)]


@pytest.fixture(scope="module")
def types() -> Types:
    return Types((assets._WIDGETS / "base" / "static" / "types.d.ts").read_text("utf-8"))


def test_the_reader_of_types_finds_what_is_wrong() -> None:
    read = Types(
        "/** No type. */\ninterface One { a: string; b?: [number, number] | null; c: Two[] }\n"
        'type Two = { kind2: "x" | "y" };\n'
    )
    assert read.wrong("One", {"a": "", "c": [{"kind2": "x"}]}) == []
    assert read.wrong("One", {"a": "", "b": [1, 2], "c": []}) == []
    assert read.wrong("One", {"a": 1, "b": [1], "c": [{"kind2": "z"}], "d": 0}) == [
        "One.a: 1 is no string",
        "One.b: [1] has not 2 items",
        "One.c[0].kind2: 'z' is not \"x\"",
        "One.d is not declared",
    ]
    assert read.wrong("One", {"c": None}) == ["One.a is missing", "One.c: None is no list"]


@pytest.mark.parametrize("prompt", ["a fox", ""])
def test_a_studio_sends_what_its_types_declare(types: Types, prompt: str) -> None:
    page = Browser(ew.ImageStudio(**FIELDS))
    assert types.wrong("Welcome", page.ask("hello")[0]) == []
    fields = {**FIELDS, "prompt": prompt}
    assert types.wrong("Checked", page.ask("check", fields=fields)[0]) == []
    ew.configure(budget=1.0)
    capped = page.ask("check", fields=fields)[0]
    assert types.wrong("Checked", capped) == []
    assert capped["meters"], "a cap is told of"
    assert types.wrong("Checked", page.ask("check", fields={**fields, "size": "7x7"})[0]) == []
    saved = page.ask("savePreset", name="one", fields=FIELDS)[0]
    assert [types.wrong("Preset", preset) for preset in saved["presets"]] == [[]]


@pytest.mark.parametrize(
    ("fault", "stage"), [(None, "done"), ("policy refusal", "refused"), ("task failed", "failed")]
)
def test_a_run_is_what_its_type_declares_from_press_to_end(
    types: Types, fault: str | None, stage: str
) -> None:
    if fault:
        ew.weather(fault)
    page = Browser(ew.ImageStudio(**FIELDS))
    told = page.ask("run", fields=FIELDS)[0]["run"]
    assert types.wrong("Run", told) == []
    assert types.wrong("Run", page.run(told["key"], stage=stage, ended=True)) == []
    again = page.ask("hello")[0]
    assert types.wrong("Welcome", again) == []
    assert [run["ended"] for run in again["runs"]] == [True]
    assert types.wrong("Checked", page.ask("check", fields=FIELDS)[0]) == []


def test_a_gallery_sends_what_its_types_declare(types: Types) -> None:
    ew.generate("a fox", size="1024x640", quality="low").result(30)
    page = Browser(ew.Gallery())
    assert types.wrong("Looked", page.ask("look", query={})[0]) == []
    items = page.ask("page", query={}, offset=0, limit=60)[0]["items"]
    assert [types.wrong("Found", item) for item in items] == [[]]
