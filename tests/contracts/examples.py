"""The examples in the docstrings of all public names, and how one is run and compared."""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import re
import textwrap
from contextlib import redirect_stdout
from io import StringIO
from types import ModuleType

import evolink_widgets as ew

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public_names() -> dict[str, object]:
    """Each public name as it is written behind `ew.`, also those in public modules, once."""
    top = {name: getattr(ew, name) for name in ew.__all__ if name != "__version__"}
    found = {name: value for name, value in top.items() if not isinstance(value, ModuleType)}
    for module in set(top) - set(found):
        for name in top[module].__all__:
            value = getattr(top[module], name)
            if value is not top.get(name):
                found[f"{module}.{name}"] = value
    return found


def documentation(value: object) -> str:
    """A docstring; an instance such as `ew.presets` has its class's."""
    return inspect.cleandoc(value.__doc__ or "")


def example(value: object) -> list[doctest.Example]:
    """The lines under "Example:" in a docstring."""
    text = documentation(value)
    found = re.search(r"^Examples?:[ \t]*\n((?:[ \t]+.*\n?|[ \t]*\n)+)", text, re.M)
    return doctest.DocTestParser().get_examples(textwrap.dedent(found[1])) if found else []


def run(examples: list[doctest.Example], name: str) -> list[str]:
    """Run an example; what it shows must be what it says, where it says something.

    Returns:
        What differs, in doctest's words.
    """
    names = {"ew": ew, "__name__": "__main__"}
    differing = []
    checker = doctest.OutputChecker()
    for one in examples:
        code = compile(one.source, f"<{name}>", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        shown = StringIO()
        with redirect_stdout(shown):
            running = eval(code, names)
            if inspect.iscoroutine(running):
                asyncio.run(running)
        if one.want and not checker.check_output(one.want, shown.getvalue(), FLAGS):
            differing.append(checker.output_difference(one, shown.getvalue(), FLAGS))
    return differing
