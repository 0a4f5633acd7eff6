"""The words of a magic line: which options there are, and what a line says with them.

IPython's own `magic_arguments` takes any beginning of an option for the option, stops at the first
fault, and evaluates what stands in braces. Where a line spends money each word is taken as it
stands, all faults are told at once, and each with what was probably meant.
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.request import MAX_N, MODELS, QUALITIES
from evolink_widgets.rules.request.sizes import AUTO, RATIOS, TIERS

__all__ = ["ASKING", "LINES", "Line", "Option", "Said", "read", "usage"]


@dataclass(frozen=True)
class Option:
    """One option of a line.

    Attributes:
        name: as it is written.
        takes: what its value is called; empty for a switch.
        tells: what it is for.
        legal: values that completion offers; not all that are taken.
        short: another way to write it.
        many: whether it takes several values, up to the next option.
    """

    name: str
    takes: str
    tells: str
    legal: tuple[str, ...] = ()
    short: str = ""
    many: bool = False

    @property
    def field(self) -> str:
        """The argument of `generate` that it stands for."""
        return self.name.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Line:
    """What one line of `%evolink` does.

    Attributes:
        tells: what it is for.
        options: what may stand behind it.
        takes: what its further words are called; empty where there are none.
    """

    tells: str
    options: tuple[Option, ...] = ()
    takes: str = ""


ASKING: tuple[Option, ...] = (
    Option("--size", "SIZE", "auto, a ratio such as 16:9, or pixels such as 1280x720",
           (AUTO, *RATIOS)),
    Option("--resolution", "TIER", "1K, 2K or 4K, with a ratio", TIERS),
    Option("--quality", "QUALITY", "low, medium or high", QUALITIES),
    Option("--n", "NUMBER", "how many pictures, 1 to 10; each is charged",
           tuple(map(str, range(1, MAX_N + 1))), short="-n"),
    Option("--model", "MODEL", "gpt-image-2 or gpt-image-2-beta", MODELS),
    Option("--references", "PICTURE", "pictures to work from: files, links, {variables}",
           many=True),
    Option("--preset", "NAME", "a preset of this store; what else is named counts more"),
    Option("--as", "NAME", "the variable that the task goes to"),
    Option("--dry-run", "", "say what it would cost, and ask for nothing"),
    Option("--fresh", "", "ask for new pictures, whatever the store has; they are paid for"),
    Option("--keep-metadata", "", "leave location and camera data in the references"),
    Option("--callback-url", "URL", "an https address that the service tells of the end"),
    Option("--literal", "", "take the prompt as it stands: braces are braces"),
)  # fmt: skip
"""The options of `%%evolink`: the arguments of `generate`, and what a cell needs beside them."""

LINES: Mapping[str, Line] = {
    "recover": Line("collect what an earlier kernel paid for"),
    "spending": Line(
        "what was spent in this store",
        (
            Option("--by", "WHAT", "a row for each task, notebook or day",
                   ("task", "notebook", "day")),
            Option("--since", "DATE", "from this moment, such as 2026-11-21"),
            Option("--until", "DATE", "and before this one"),
        ),
    ),
    "gallery": Line("all pictures of the store"),
    "studio": Line("the panel"),
    "credits": Line("what is left on the key and on the account"),
    "weather": Line(
        "the faults that the emulator plays, or one more: %evolink weather reply lost",
        (
            Option("--times", "NUMBER", "how often it strikes"),
            Option("--on", "CALL", "where it strikes"),
            Option("--after", "NUMBER", "how many requests pass unharmed first"),
            Option("--seconds", "NUMBER", "how long it takes"),
        ),
        takes="FAULT",
    ),
}  # fmt: skip
"""What `%evolink` takes as its first word."""


@dataclass(frozen=True)
class Said:
    """What a line says.

    Attributes:
        values: the texts that were given with each option, by its name; none for a switch.
        words: what stands outside of options.
        problems: what can't be taken.
    """

    values: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]
    problems: tuple[Problem, ...]


def read(line: str, options: Iterable[Option]) -> Said:
    """Read what stands behind a magic's name; never raises.

    Args:
        line: words, in quotes where there are blanks in them. A backslash is only a backslash.
        options: those that may stand there.
    """
    try:
        words = list(_split(line))
    except ValueError:
        return Said({}, (), (Problem("option", shown(line), "must end the quotes that it begins"),))
    known = {word: option for option in options for word in (option.name, option.short) if word}
    values: dict[str, tuple[str, ...]] = {}
    free: list[str] = []
    problems: list[Problem] = []
    at = 0
    while at < len(words):
        name, joined, value = words[at].partition("=")
        at += 1
        if (option := known.get(name)) is None:
            if looks_like_an_option(words[at - 1]):
                problems.append(_unknown(words[at - 1], known))
                at += not joined and at < len(words) and _is_value(words[at], known)  # its value
            else:
                free.append(words[at - 1])
            continue
        given = [value] if joined else []
        most = len(words) if option.many else 1 if option.takes else 0
        while not joined and len(given) < most and at < len(words) and _is_value(words[at], known):
            given.append(words[at])
            at += 1
        if option.takes and not any(given):
            problems.append(Problem(name, "missing", f"must be followed by {_asked(option)}"))
        elif not option.takes and given:
            problems.append(Problem(name, shown(value), "is a switch and takes no value", name))
        elif option.name in values:
            problems.append(Problem(name, "there twice", "may stand once in a line"))
        values.setdefault(option.name, tuple(given))
    return Said(values, tuple(free), tuple(problems))


def looks_like_an_option(word: str) -> bool:
    """Whether a word was meant as an option, also after a text editor has made it prettier."""
    return word[:1] in ("-", "–", "—", "−") and not word[1:].replace(".", "", 1).isdecimal()


def usage() -> str:
    """What `%evolink?` shows."""
    rows = [*_rows(ASKING)]
    lines = ["Ask for pictures: the cell below the line is the prompt.", "",
             "    %%evolink --size 16:9 -n 2 --as fox",
             "    a fox in the snow, {season}", "",
             "{season} is the notebook's variable; {{ and }} are braces. The task shows itself "
             "live, and a", "cell that runs again is answered by the store, for 0 credits.", "",
             "Options of %%evolink:", *rows, "", "Lines:"]  # fmt: skip
    for name, line in LINES.items():
        lines.append(f"    %evolink {' '.join(filter(None, (name, line.takes))):<15} {line.tells}")
        lines += _rows(line.options, indent=8)
    return "\n".join(lines)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    found = difflib.get_close_matches(word.lower(), list(known), 1, 0.6)
    return found[0] if found else None


def _split(line: str) -> Iterator[str]:
    words = shlex.shlex(line, posix=True)
    words.whitespace_split = True
    words.commenters = words.escape = ""
    return words


def _is_value(word: str, known: Mapping[str, Option]) -> bool:
    return word not in known and not looks_like_an_option(word)


def _unknown(word: str, known: Mapping[str, Option]) -> Problem:
    names = sorted({option.name for option in known.values()})
    name = word.partition("=")[0].translate(str.maketrans("–—−", "---"))
    if name.startswith("-") and not name.startswith("--") and len(name) > 2:
        name = f"-{name}"
    near = next((one for one in known if one == name), None) or nearest(name, known)
    rule = f"must be one of {', '.join(names)}" if names else "must not stand here"
    return Problem("option", shown(word), rule, near)


def _asked(option: Option) -> str:
    return option.tells if option.legal else option.takes


def _rows(options: Iterable[Option], indent: int = 4) -> list[str]:
    return [
        f"{' ' * indent}{', '.join(filter(None, (one.short, one.name)))} {one.takes:<10}".ljust(
            indent + 28
        )
        + one.tells
        for one in options
    ]
