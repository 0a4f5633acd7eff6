"""`%load_ext evolink_widgets`: what `%evolink` and `%%evolink` do, with the functions of the API.

A cell is `generate` with the cell as its prompt, and nothing else: the same rules, the same caps,
the same answer from the store when it runs again.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evolink_widgets import api
from evolink_widgets.connect.weather import faults
from evolink_widgets.errors import EvolinkError, InvalidRequest
from evolink_widgets.magic.completion import complete
from evolink_widgets.magic.variables import fill, value_of
from evolink_widgets.magic.words import ASKING, LINES, Said, nearest, read, usage
from evolink_widgets.notebook.notices import tell
from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import problems as broken_rules
from evolink_widgets.rules.tasks.played import RECORDED
from evolink_widgets.text.wording import counted

if TYPE_CHECKING:
    from evolink_widgets.core.task import Task
    from evolink_widgets.rules.pricing.pricing import Estimate

__all__ = ["load", "unload"]

NAME = "evolink"
_SWITCHES = ("fresh", "keep_metadata")
_NUMBERS = ("n", "times", "after", "seconds")


def load(shell: Any) -> None:
    """Add the line, the cell and their completion to an IPython shell."""
    unload(shell)
    magic = _Magic(shell)

    def evolink(line: str, cell: str | None = None) -> object:
        return magic.line(line) if cell is None else magic.cell(line, cell)

    evolink.__doc__ = usage()
    # What stands in braces is put in by us: nothing is evaluated, and what is unknown is told.
    evolink._ipython_magic_no_var_expand = True  # type: ignore[attr-defined]
    shell.register_magic_function(evolink, "line_cell", NAME)
    shell.Completer.custom_matchers.append(_matcher(magic) or _older_matcher(magic))


def unload(shell: Any) -> None:
    """Take them out again."""
    for kind in shell.magics_manager.magics.values():
        kind.pop(NAME, None)
    completer = shell.Completer
    completer.custom_matchers = [
        one for one in completer.custom_matchers if getattr(one, "matcher_identifier", "") != NAME
    ]


class _Magic:
    """The two magics of one shell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def cell(self, line: str, cell: str) -> Task | Estimate:
        """Ask for pictures; returns at once, as `generate` does.

        Raises:
            InvalidRequest: with all that is wrong in the cell and above it; nothing was sent.
        """
        said = read(line, ASKING)
        fields, problems = self._fields(said, cell)
        problems = [*said.problems, *map(_stray, said.words), *problems]
        name = _text(said, "--as")
        if name is not None and (problem := _name_problem(name)):
            problems.append(problem)
        if problems:
            raise InvalidRequest([*problems, *_broken(fields, problems)])
        try:
            if "--dry-run" in said.values:
                return _priced(fields)
            task = api.generate(**fields)
        except InvalidRequest as error:
            raise InvalidRequest([_as_option(one) for one in error.problems]) from None
        if name is not None:
            self._shell.push({name: task})
        return task

    def line(self, line: str) -> object:
        """Do what the first word says.

        Raises:
            InvalidRequest: there is no such word, or something behind it can't be taken.
        """
        word, _, rest = line.strip().partition(" ")
        if not word:
            print(usage())
            return None
        if word not in LINES:
            near = nearest(word, LINES)
            rule = f"takes one of {', '.join(LINES)}; a prompt stands in a cell, below %%evolink"
            raise InvalidRequest([Problem("%evolink", shown(word), rule, near)])
        said = read(rest, LINES[word].options)
        values: dict[str, Any] = {}
        problems = list(said.problems)
        for name, given in said.values.items():
            field = name.lstrip("-")
            values[field], more = value_of(name, "".join(given), self._names)
            values[field] = _number(values[field]) if field in _NUMBERS else values[field]
            problems += more
        if said.words and not LINES[word].takes:
            rule = f"must not stand behind %evolink {word}"
            problems.append(Problem("word", shown(" ".join(said.words)), rule))
        if problems:
            raise InvalidRequest(problems)
        return _DO[word](" ".join(said.words), values)

    def completed(self, text: str) -> tuple[str, tuple[str, ...]]:
        """What is typed of a word, and the words that may stand in its place; never raises."""
        looked_up = {"--preset": _presets, "weather": lambda: ("fair", *faults())}
        found = complete(text, self._names, looked_up)
        return (found.fragment, found.words) if found else ("", ())

    @property
    def line_until_cursor(self) -> str:
        """What stands before the cursor, as an older completer tells it."""
        return str(self._shell.Completer.text_until_cursor)

    @property
    def _names(self) -> dict[str, Any]:
        """The notebook's variables, without what IPython has put beside them."""
        hidden = getattr(self._shell, "user_ns_hidden", {})
        return {
            name: value
            for name, value in self._shell.user_ns.items()
            if name not in hidden or hidden[name] is not value
        }

    def _fields(self, said: Said, cell: str) -> tuple[dict[str, Any], list[Problem]]:
        """The arguments of `generate`, as far as they can be had."""
        names = self._names
        fields: dict[str, Any] = {}
        problems: list[Problem] = []
        if preset := _text(said, "--preset"):
            fields = dict(api.presets[preset])
        for option in ASKING:
            given = said.values.get(option.name)
            if given is None or option.name in ("--preset", "--as", "--dry-run", "--literal"):
                continue
            if option.field in _SWITCHES:
                fields[option.field] = True
                continue
            found = [value_of(option.name, text, names) for text in given]
            problems += [problem for _, more in found for problem in more]
            values = [value for value, _ in found]
            if option.many:
                fields[option.field] = _references(values)
            elif values:
                value = values[0]
                fields[option.field] = _number(value) if option.field in _NUMBERS else value
        prompt = cell.strip()
        if prompt and "--literal" not in said.values:
            prompt, more = fill("prompt", prompt, names)
            problems += more
        if prompt or "prompt" not in fields:
            fields["prompt"] = prompt
        return fields, problems


def _priced(fields: Mapping[str, Any]) -> Estimate:
    """What the cell would cost now, the store's answer counted; sends nothing."""
    asked = {name: value for name, value in fields.items() if name != "fresh"}
    request = api.make_request(**asked)
    session = api.session()
    stored = None if fields.get("fresh") else session.stored(request)
    missing = request.n - (stored.pictures if stored else 0)
    if stored is not None and not missing:
        tell(f"Free: {counted(request.n, 'picture')} {stored}.")
        return replace(session.estimate(request), low=0.0, high=0.0, basis="the store has all")
    if stored is not None:
        way = "asked of the cassette" if session.service == RECORDED else "bought"
        tell(f"{counted(stored.pictures, 'picture')} {stored}; {missing} would be {way}.")
        return session.estimate(request.replace(n=missing))
    return session.estimate(request)


def _references(values: Iterable[Any]) -> list[Any]:
    """The references; a variable may hold several of them."""
    found: list[Any] = []
    for value in values:
        several = isinstance(value, (list, tuple)) or type(value).__name__ == "ImageSet"
        found.extend(value) if several else found.append(value)
    return found


def _broken(fields: Mapping[str, Any], known: Iterable[Problem]) -> list[Problem]:
    """The rules that the other options break, so that all of it can be mended at once."""
    told = {problem.field for problem in known}
    ruled = ("size", "resolution", "quality", "n", "model", "callback_url")
    given = {name: fields[name] for name in ruled if name in fields}
    prompt = fields.get("prompt") if "prompt" not in told else "a prompt"
    found = map(_as_option, broken_rules(prompt=prompt, **given))
    return [problem for problem in found if problem.field not in told]


def _as_option(problem: Problem) -> Problem:
    """The rule of an argument, told of the option that stands for it."""
    names = {option.field: option.name for option in ASKING}
    name, part, rest = problem.field.partition("[")
    return replace(problem, field=f"{names[name]}{part}{rest}") if name in names else problem


def _stray(word: str) -> Problem:
    rule = "must stand behind an option; the prompt stands below this line"
    name = word.partition("=")[0]
    names = [option.name for option in ASKING]
    near = nearest(f"--{name}", names) if len(name) > 2 or name != word else None
    value = word[len(name) :].replace("=", " ")
    return Problem("word", shown(word), rule, near and f"{near}{value}")


def _name_problem(name: str) -> Problem | None:
    if name.isidentifier() and not keyword.iskeyword(name):
        return None
    plain = re.sub(r"\W+", "_", name).strip("_")
    near = f"_{plain}" if plain[:1].isdigit() or keyword.iskeyword(plain) else plain
    return Problem("--as", shown(name), "must be a variable's name", near or None)


def _text(said: Said, name: str) -> str | None:
    given = said.values.get(name)
    return given[0] if given else None


def _number(value: Any) -> Any:
    """A number that is written as one; whatever else it is, its rule will say."""
    if isinstance(value, str):
        for kind in (int, float):
            try:
                return kind(value)
            except ValueError:
                continue
    return value


def _presets() -> Iterable[str]:
    try:
        return sorted(api.presets)
    except EvolinkError:
        return ()


class _Collected(list["Task"]):
    """The tasks that `recover` took up; as a cell's result each shows itself."""

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if not self:
            tell("Nothing is out: every paid picture is here.")
        for task in self:
            display(task)  # type: ignore[no-untyped-call]


def _widget(name: str) -> Callable[[str, Mapping[str, Any]], object]:
    def make(words: str, values: Mapping[str, Any]) -> object:
        from importlib import import_module

        where = {"Gallery": "widgets.gallery.gallery", "ImageStudio": "widgets.studio.studio"}
        return getattr(import_module(f"evolink_widgets.{where[name]}"), name)()

    return make


_DO: Mapping[str, Callable[[str, Mapping[str, Any]], object]] = {
    "recover": lambda words, values: _Collected(api.recover()),
    "spending": lambda words, values: api.spending(**values),
    "gallery": _widget("Gallery"),
    "studio": _widget("ImageStudio"),
    "credits": lambda words, values: api.credits(),
    "weather": lambda words, values: api.weather(words or None, **values),
}


def _older_matcher(magic: _Magic) -> Any:
    """Our completion for IPython before 8.6, which Colab has: it tells of the cursor's line alone.

    It puts words in the place of what it holds for the last word, which ends at ":" and "-".
    """

    def complete_evolink(text: str) -> list[str]:
        fragment, words = magic.completed(magic.line_until_cursor)
        if not fragment.endswith(text):
            return []
        return [word[len(fragment) - len(text) :] for word in words]

    complete_evolink.matcher_identifier = NAME  # type: ignore[attr-defined]
    return complete_evolink


def _matcher(magic: _Magic) -> Any | None:
    """Our completion, as IPython takes it; `None` where it is older than 8.6."""
    try:
        from IPython.core.completer import SimpleCompletion, context_matcher
    except ImportError:
        return None

    def complete_evolink(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")[: context.cursor_line]
        fragment, words = magic.completed("\n".join([*lines, context.text_until_cursor]))
        return {
            "completions": [SimpleCompletion(text=word, type="param") for word in words],
            "matched_fragment": fragment,
            "suppress": bool(words),
            "ordered": True,
        }

    return context_matcher(identifier=NAME)(complete_evolink)
