"""Reads `types.d.ts`, which the front end is written against, and says whether a value fits it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

from evolink_widgets.widgets.base import assets

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
        bare = re.sub(r"/\*.*?\*/|//.*?$", "", source, flags=re.S | re.M)
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

    def _rows(self) -> dict[str, int]:
        """Where in `Messages` the type of each kind begins."""
        depth, found = 0, {}
        tokens = self.bodies["Messages"]
        for at, (name, following) in enumerate(pairwise(tokens)):
            depth += (name in "{[") - (name in "}]")
            if depth == 1 and following == ":":
                found[name] = at + 2
            if not depth:
                break
        return found

    def kinds(self) -> set[str]:
        """The kinds of message that are declared."""
        return set(self._rows())

    def wrong_message(self, message: dict[str, Any]) -> list[str]:
        """Where a message is not what `Messages` says of its kind."""
        kind = str(message.get("kind"))
        start = self._rows().get(kind)
        if start is None:
            return [f"a message of the kind {kind!r} is not declared"]
        return self._type(self.bodies["Messages"][start:], message, kind)


@cache
def declared() -> Types:
    """The types of the front end."""
    return Types((assets._WIDGETS / "base" / "static" / "types.d.ts").read_text("utf-8"))
