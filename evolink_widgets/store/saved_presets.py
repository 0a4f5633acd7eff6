"""Saves presets of the controls in the store, each under a name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from html import escape
from typing import Any

from evolink_widgets.errors import EvolinkError, InvalidRequest, StoreDamaged, UnknownPreset
from evolink_widgets.rules.request.preset import FIELDS, name_problem, plain_name, preset_fields
from evolink_widgets.store.database.database import Database, dump, load_object
from evolink_widgets.store.file_names import one_line
from evolink_widgets.text.printable import printable
from evolink_widgets.text.scrolling import scrolling
from evolink_widgets.text.wording import counted

__all__ = ["LONGEST", "Presets", "in_words", "read_preset"]

log = logging.getLogger("evolink_widgets")

LONGEST = 1_000_000
"""Characters of a record; no preset has as many."""

_SHOWN = 20
_PROMPT = 48


class Presets(MutableMapping[str, dict[str, Any]]):
    """Presets: named sets of `size`, `resolution`, `quality`, `n`, `model` and `prompt`.

    A mapping over the store: what is set here is there in the next kernel, in every other one
    that shares the store, and in the panel. A preset holds only what it names; references are
    never part of it. Names are 1 to 80 printable characters.

    Args:
        database: gives the store's database; asked each time.

    Raises:
        InvalidRequest: a name or a value breaks a rule; nothing was kept.
        UnknownPreset: no preset has this name; a `KeyError`.
        StoreError: the store can't be read, or written to.

    Example:
        >>> ew.presets["poster"] = {"size": "2:3", "quality": "high"}
        >>> task = ew.generate("a fox", **ew.presets["poster"])
        >>> studio = ew.ImageStudio(**ew.presets["poster"])
        >>> del ew.presets["poster"]
    """

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._told: set[object] = set()

    def __getitem__(self, name: str) -> dict[str, Any]:
        plain = plain_name(name)
        found = {} if plain is None else self._read("AND name = ?", plain)
        if plain is None or plain not in found:
            raise self._unknown(name)
        return found[plain]

    def __setitem__(self, name: str, fields: Mapping[str, Any]) -> None:
        self.put(name, fields)

    def __delitem__(self, name: str) -> None:
        plain = plain_name(name)
        # Looked for first: where there is no store yet, none is made for this.
        there = "SELECT 1 FROM presets WHERE name = ?"
        if plain is None or not self._database().rows(there, (plain,)):
            raise self._unknown(name)
        with self._database().write() as connection:
            connection.execute("DELETE FROM presets WHERE name = ?", (plain,))

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self._read())

    def all(self) -> dict[str, dict[str, Any]]:
        """All of them at one moment, in the order of their names."""
        found = self._read()
        return {name: found[name] for name in sorted(found, key=lambda one: (one.casefold(), one))}

    def put(self, name: str, fields: Mapping[str, Any], *, replace: bool = True) -> bool:
        """Keep a preset.

        Args:
            name: its name.
            fields: what it holds.
            replace: take the place of another with this name.

        Returns:
            Whether it was kept; `False` where the name was taken.
        """
        if wrong := name_problem(name):
            raise InvalidRequest([wrong])
        record = dump(preset_fields(fields))
        how = "REPLACE" if replace else "IGNORE"
        with self._database().write() as connection:
            done = connection.execute(
                f"INSERT OR {how} INTO presets (name, record) VALUES (?, ?)",
                (plain_name(name), record),
            )
            return done.rowcount > 0

    def _read(self, where: str = "", *values: object) -> dict[str, dict[str, Any]]:
        rows = self._database().rows(
            f"SELECT name, record FROM presets WHERE length(record) <= ? {where}",
            (LONGEST, *values),
        )
        found = {}
        for row in rows:
            try:
                found[row["name"]] = read_preset(row["name"], row["record"])
            except EvolinkError as error:
                self._leave_out(row["name"], error)
        return found

    def _leave_out(self, name: object, error: EvolinkError) -> None:
        """A damaged row must not hide the others; it is told of once."""
        if name not in self._told:
            self._told.add(name)
            log.warning("The preset %.80r is damaged and left out: %s", name, error.message)

    def _unknown(self, name: object) -> UnknownPreset:
        names = list(self)
        import difflib

        near = difflib.get_close_matches(str(name)[:80], names, 1, 0.5)
        said = [f"Did you mean {near[0]!r}?"] if near else []
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            said.append(f"There are: {', '.join(map(repr, names[:_SHOWN]))}{more}.")
        else:
            said.append('There are none yet; ew.presets["poster"] = {"size": "2:3"} keeps one.')
        return UnknownPreset(f"There is no preset {name!r:.100}.", advice=" ".join(said))

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        try:
            found = self.all()
        except EvolinkError as error:
            return printable(f"<presets: {error.message}>")
        if not found:
            return '<no presets; ew.presets["poster"] = {"size": "2:3"} keeps one>'
        wide = max(map(len, found))
        lines = (f"{name.ljust(wide)}  {in_words(one)}" for name, one in found.items())
        return printable("\n".join(lines))

    def _repr_html_(self) -> str | None:
        try:
            found = self.all()
        except EvolinkError:
            return None  # the plain text says why
        if not found:
            return None
        named = [field for field in FIELDS if any(field in one for one in found.values())]
        head = "".join(_cell("th", word, ' scope="col"') for word in ("preset", *named))
        body = "".join(
            f"<tr>{_cell('th', name, ' scope=row')}"
            + "".join(_cell("td", str(one.get(field, "–"))) for field in named)
            + "</tr>"
            for name, one in found.items()
        )
        table = (
            '<table class="dataframe tex2jax_ignore mathjax_ignore" style="table-layout:auto">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )
        return scrolling(table, "Presets")


def read_preset(name: object, record: Any) -> dict[str, Any]:
    """Return what a row holds.

    Raises:
        StoreDamaged, InvalidRequest: it is no preset.
    """
    if plain_name(name) != name:
        raise StoreDamaged("its name is none.")
    return preset_fields(load_object(record, "the record"))


def in_words(fields: Mapping[str, Any]) -> str:
    """Return what a preset holds, in one line: "2:3 · high · 4 pictures"."""
    said = [str(fields[name]) for name in ("size", "resolution", "quality") if name in fields]
    if "n" in fields:
        said.append(counted(fields["n"], "picture"))
    if "model" in fields:
        said.append(str(fields["model"]))
    if "prompt" in fields:
        said.append(f"“{one_line(fields['prompt'], _PROMPT)}”")
    return " · ".join(said)


def _cell(tag: str, text: str, more: str = "") -> str:
    return f'<{tag}{more} style="text-align:left"><bdi>{escape(one_line(text, 80))}</bdi></{tag}>'
