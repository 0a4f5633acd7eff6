"""Writes a reference page for each public name; autodoc fills it from the docstring.

The names are those of `__init__.pyi`, so a new one has its page with the next build. A page stands
under what the name is: a function, a widget, an error, or another class.
"""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.transforms import SphinxTransform
from sphinx.util.inspect import signature, stringify_signature

import evolink_widgets as ew

FOLDER = Path(__file__).parents[1] / "reference" / "api"
PUBLIC = tuple(name for name in ew.__all__ if name != "__version__")
MODULES = [
    name for name in PUBLIC if isinstance(getattr(ew, name), ModuleType) and name != "errors"
]
FOREIGN = ("AnyWidget", "DOMWidget", "Widget", "LoggingHasTraits", "HasTraits", "HasDescriptors")
KINDS = {"functions": "Functions", "widgets": "Widgets", "classes": "Classes"}


def kind(name: str) -> str:
    """Return the folder of a public name's page."""
    value = getattr(ew, name)
    if isinstance(value, ModuleType):
        return "modules"
    if not inspect.isclass(value):
        return "functions"
    if issubclass(value, ew.EvolinkError):
        return "errors"
    return "widgets" if ".widgets." in value.__module__ else "classes"


def first_sentence(value: object) -> str:
    """Return what a docstring begins with."""
    text = " ".join(inspect.cleandoc(value.__doc__ or "").partition("\n\n")[0].split())
    return text.rstrip(":")


def directive(name: str, value: object) -> str:
    """Return the directive that documents an object from its docstring."""
    if inspect.isclass(value):
        role = "exception" if issubclass(value, BaseException) else "class"
        options = (
            "   :members:\n   :show-inheritance:\n" if role == "exception" else "   :members:\n"
        )
        if ".widgets." in value.__module__:  # their own metaclass hides what they take
            options += f"   :inherited-members: {', '.join(FOREIGN)}\n"
            name += stringify_signature(
                bound_signature(value), show_return_annotation=False, unqualified_typehints=True
            )
        return f".. auto{role}:: {name}\n{options}"
    if inspect.isroutine(value):
        return f".. autofunction:: {name}\n"
    settings = Config(napoleon_use_param=True, napoleon_use_rtype=False)
    text = GoogleDocstring(inspect.cleandoc(type(value).__doc__ or ""), settings, what="data")
    return f".. py:data:: {name}\n\n" + textwrap.indent(str(text), "   ")


def bound_signature(value: type) -> inspect.Signature:
    """Return what a class is called with."""
    made = signature(value.__init__)
    return made.replace(parameters=list(made.parameters.values())[1:])


def titled(title: str, *parts: str, mark: str = "=") -> str:
    """Return a page, or a part of one, in reStructuredText."""
    return "\n".join([title, mark * len(title), "", *parts, ""])


def pages() -> Iterator[tuple[str, str]]:
    """Each page's path below the folder, and its text."""
    for title in KINDS:
        for name in PUBLIC:
            if kind(name) == title:
                page = titled(name, directive(f"evolink_widgets.{name}", getattr(ew, name)))
                yield f"{title}/{name}.rst", page
    yield "errors.rst", errors_page()
    for name in MODULES:
        yield f"{name}.rst", module_page(name)
    yield "commands.rst", commands_page()


def errors_page() -> str:
    """All errors on one page, below the tree that they form."""
    doc = inspect.cleandoc(ew.errors.__doc__ or "")
    sentence, _, rest = doc.partition("\n\n")
    tree, _, after = rest.partition("\n\n")
    parts = [sentence, "", "::", "", *(f"    {line.strip()}" if line[:4] == "    " else line
             for line in tree.splitlines()), "", after, ""]  # fmt: skip
    for name, value in vars(ew.errors).items():
        if name in ew.errors.__all__:
            full = "evolink_widgets" if name in PUBLIC else "evolink_widgets.errors"
            parts.append(titled(name, directive(f"{full}.{name}", value), mark="-"))
    return titled("Errors", *parts)


def module_page(module: str) -> str:
    """What a public module such as `ew.store` has, and what is not public by itself already."""
    of = getattr(ew, module)
    names = [name for name in of.__all__ if getattr(of, name) is not getattr(ew, name, None)]
    functions = [name for name in names if not inspect.isclass(getattr(of, name))]
    parts = [inspect.cleandoc(of.__doc__ or ""), ""]
    for name in [*functions, *(name for name in names if name not in functions)]:
        full = f"evolink_widgets.{module}.{name}"
        parts.append(titled(name, directive(full, getattr(of, name)), mark="-"))
    return titled(f"ew.{module}", *parts)


def commands_page() -> str:
    """What each command says of itself, and each of its own commands."""
    parts = []
    for path in sorted(Path(ew.__file__).parent.glob("*/__main__.py")):
        module = f"{ew.__name__}.{path.parent.name}"
        first = printed_help(module)
        acts = re.search(r"\{([\w,]+)\} \.\.\.", first)
        helps = [(["--help"], first)]
        helps += [([act, "--help"], printed_help(module, act)) for act in each(acts)]
        parts.append(titled(f"python -m {module}", mark="-"))
        for arguments, printed in helps:
            shown = [f"$ python -m {module} {' '.join(arguments)}", *printed.splitlines()]
            parts += [".. code-block:: text", "", *(f"   {line}".rstrip() for line in shown), ""]
    return titled("Commands", *parts)


def each(acts: re.Match[str] | None) -> list[str]:
    """Return the commands of a command."""
    return acts[1].split(",") if acts else []


def printed_help(module: str, *arguments: str) -> str:
    """Return what a command prints about itself."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments, "--help"],
        capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "88"},
    ).stdout  # fmt: skip


def lists() -> dict[str, str]:
    """Return the tables of the reference's front, one for each kind of name."""
    found = {}
    for folder, title in KINDS.items():
        names = [name for name in PUBLIC if kind(name) == folder]
        rows = [f"| [`ew.{name}`](api/{folder}/{name}.rst) | {sentence(name)} |" for name in names]
        toc = ["```{toctree}", ":hidden:", "", *(f"api/{folder}/{name}" for name in names), "```"]
        found[folder] = "\n".join(
            [f"## {title}", "", "| name | is |", "|---|---|", *rows, "", *toc]
        )
    return found


def sentence(name: str) -> str:
    """Return what a name is, as a cell of a table."""
    value = getattr(ew, name)
    of = value if inspect.isclass(value) or inspect.isroutine(value) else type(value)
    return first_sentence(of).replace("|", "\\|")


def generate() -> None:
    """Write the pages; one that has not changed keeps its time."""
    wanted = dict(pages())
    for path in FOLDER.rglob("*.rst"):
        if path.relative_to(FOLDER).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def modules() -> str:
    """Return the entries of public modules for the front's list of pages."""
    return "\n".join(f"api/{name}" for name in ("errors", *MODULES, "commands"))


def on_source_read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the tables where the reference's front asks for them."""
    if docname == "reference/index":
        for folder, text in lists().items():
            source[0] = source[0].replace(f"<!-- {folder} -->", text)
        source[0] = source[0].replace("api/modules", modules())


class LinkNames(SphinxTransform):
    """Makes `ew.generate(...)` and `GeneratedImage`, set as code, a link to its page."""

    default_priority = 500
    SAID = re.compile(r"^(?:ew\.(?:(?:store|errors)\.)?(\w+)|([A-Z]\w+))(?:$|\()")

    def apply(self, **kwargs: object) -> None:
        """Wrap each, but in titles and in links that are there already."""
        for node in list(self.document.findall(nodes.literal)):
            said = self.SAID.match(node.astext())
            name = said and (said[1] or said[2])
            above = node.parent
            while above is not None and not isinstance(
                above, (nodes.reference, pending_xref, nodes.title, nodes.term)
            ):
                above = above.parent
            if said is None or name not in PUBLIC or above is not None:
                continue
            if said[2] and not inspect.isclass(getattr(ew, name)):
                continue
            target = "errors" if name == "errors" else name
            if isinstance(getattr(ew, name), ModuleType):
                continue
            link = pending_xref(
                "", refdomain="py", reftype="obj", reftarget=f"evolink_widgets.{target}",
                refexplicit=True, refwarn=True, refdoc=self.env.docname,
            )  # fmt: skip
            node.replace_self(link)
            link += node


def on_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], tree: object
) -> None:
    """Write a signature of many lines without a list in its term, which is no right HTML."""

    def lines(match: re.Match[str]) -> str:
        return match[1].replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")

    if body := context.get("body"):
        context["body"] = re.sub(r"(?<=\(</span>)\s*<dl>(.*?)</dl>", lines, body, flags=re.S)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks which there are."""
    generate()
    app.connect("source-read", on_source_read)
    app.connect("html-page-context", on_page)
    app.add_transform(LinkNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
