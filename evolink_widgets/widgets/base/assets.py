"""Assembles each widget's front end from its `static/` folders: one ESM and one stylesheet.

An AnyWidget takes its front end as two strings and saves them with every notebook, so they are
joined from small files here, without a bundler: relative imports are followed; import lines, the
`export` keyword, comments and needless white space are dropped. Everything else, every name and
every statement, is what stands in the files, so that a browser's debugger shows it.
"""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["FRONT_ENDS", "AssetError", "FrontEnd", "css", "esm", "styles_of"]

_WIDGETS = Path(__file__).parents[1]


class FrontEnd(NamedTuple):
    """The files of one widget, as `folder/name`: `folder/static/name.js` or `.css`.

    Attributes:
        module: the one that exports the widget; what it imports follows from it.
        styles: in the order of the stylesheet; tokens before and modes after them are every
            widget's.
    """

    module: str
    styles: tuple[str, ...]


_GRID = ("base/runs", "base/grid", "pictures/pictures", "lightbox/lightbox")

FRONT_ENDS = {
    "studio": FrontEnd(
        "studio/studio",
        (
            "studio/composer",
            *_GRID,
            "studio/folds",
        ),
    ),
    "image_grid": FrontEnd("grid/image_grid", _GRID),
    "gallery": FrontEnd("gallery/gallery", (*_GRID, "gallery/gallery")),
    "compare": FrontEnd("compare/compare", ("lightbox/lightbox", "compare/compare")),
    "batch": FrontEnd("batch/batch", ("lightbox/lightbox", "batch/batch")),
    "review": FrontEnd("review/review", ("lightbox/lightbox", "review/review")),
    "rank": FrontEnd("rank/rank", ("lightbox/lightbox", "rank/rank")),
    "study": FrontEnd("study/study", ("pictures/pictures", "lightbox/lightbox", "study/study")),
}
"""By the name that a widget's class gives to `esm` and `css`: one row a widget."""

_IMPORT = re.compile(
    r"""^import\s+(?:\{([^}]*)\}\s+from\s+)?["'](\.\.?/[\w./-]+)\.js["'];[ \t]*\n?""", re.M
)
_ANY_IMPORT = re.compile(r"^import\b.*$", re.M)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function|const|let|class)\b)", re.M)
_DEFAULT = re.compile(r"(?<=[;}])(?=export default )")
_TOP_NAME = re.compile(
    r"^(?:export\s+)?(?:async\s+)?(?:function\*?|const|let|class)\s+([\w$]+)", re.M
)
# Regular expressions in static/ hold neither quotes nor white space: no row of their own.
_LITERAL = r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
_STEP = re.compile(_LITERAL + r"|/\*[\s\S]*?\*/|(?:(?<=\s)|^)//.*|\s+")
_ROOT = re.compile(r"\.ew(?![\w-])")
_CSS_STEP = re.compile(r"""("[^"\n]*")|/\*[\s\S]*?\*/|\s*([{};,>/])\s*|(:)\s+|\s+""")


class AssetError(Exception):
    """The front end's files do not fit together; only seen while developing."""


@cache
def esm(name: str) -> str:
    """The ES module of one widget.

    Args:
        name: of its row in `FRONT_ENDS`.

    Raises:
        AssetError: a file is missing, two files use one top-level name, a name is imported
            that its file does not export, or an import is not relative.
    """
    order: list[str] = []
    sources: dict[str, str] = {}
    module = _file(FRONT_ENDS[name].module) if name in FRONT_ENDS else name
    _collect(module, order, sources, ())
    _check_names(order, sources)
    joined = "\n".join(_joined(module, sources[module]) for module in order)
    return _DEFAULT.sub("\n", joined)


@cache
def css(name: str) -> str:
    """The stylesheet of one widget.

    Args:
        name: as in `esm`.

    Raises:
        AssetError: no such widget, or a file is missing.
    """
    if name not in FRONT_ENDS:
        raise AssetError(f"no front end is listed for {name!r}; there are {', '.join(FRONT_ENDS)}")
    joined = "".join(_squeezed_css(_read(f"{_file(part)}.css")) for part in styles_of(name))
    # Several widgets share a page, and words for classes: each style sheet is for its own root.
    return _ROOT.sub(f".ew-of-{name}", joined)


def styles_of(name: str) -> tuple[str, ...]:
    """The stylesheets of one widget as `folder/name`, in their order."""
    return ("base/tokens", *FRONT_ENDS[name].styles, "base/modes")


def _collect(
    module: str, order: list[str], sources: dict[str, str], above: tuple[str, ...]
) -> None:
    """Put `module` into `order` behind everything that it imports."""
    if module in above:
        raise AssetError(f"modules import each other: {' → '.join((*above, module))}")
    if module in sources:
        return
    source = sources[module] = _read(f"{module}.js")
    for names, path in _IMPORT.findall(source):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(module), path))
        _collect(target, order, sources, (*above, module))
        missing = {n.strip() for n in names.split(",") if n.strip()} - _exports(sources[target])
        if missing:
            raise AssetError(f"{module}.js imports {sorted(missing)}, not exported by {target}.js")
    order.append(module)


def _exports(source: str) -> set[str]:
    return {m[1] for m in _TOP_NAME.finditer(source) if m[0].startswith("export")}


def _check_names(order: list[str], sources: dict[str, str]) -> None:
    owners: dict[str, str] = {}
    for module in order:
        for match in _TOP_NAME.finditer(sources[module]):
            owner = owners.setdefault(match[1], module)
            if owner != module:
                raise AssetError(f"{owner}.js and {module}.js both define {match[1]!r}; rename one")


def _joined(module: str, source: str) -> str:
    text = _IMPORT.sub("", source)
    stray = _ANY_IMPORT.search(text)
    if stray:
        raise AssetError(f"{module}.js: only relative imports of one line work: {stray[0]}")
    return _squeezed(_EXPORT.sub("", text))


def _squeezed(source: str) -> str:
    """Drop comments, and white space wherever it parts no words; literals stay as they are."""
    # Comments first, so that each run of white space is seen whole, between two characters.
    bare = _STEP.sub(lambda match: match[0] if match[1] or match[0].isspace() else "", source)
    out: list[str] = []
    end = 0
    for match in _STEP.finditer(bare):
        before, after = bare[match.start() - 1 : match.start()], bare[match.end() : match.end() + 1]
        out.append(bare[end : match.start()])
        out.append(_checked(match[1]) or _gap(before, after, "\n" in match[0]))
        end = match.end()
    return "".join((*out, bare[end:], "\n"))


def _checked(literal: str | None) -> str | None:
    if literal and literal[0] == "`" and literal.count("${") > literal.count("}"):
        raise AssetError(f"a template inside a template is not understood here: {literal[:60]}")
    return literal


def _gap(before: str, after: str, line: bool) -> str:
    """What must stay between two characters: nothing, a space, or the line's end."""
    if not before or not after:
        return ""
    # Statements end with semicolons here, so that a line's end parts words at most.
    words = _is_word(before) and _is_word(after)
    space = "\n" if line else " "
    return space if words or (before in "+-" and after in "+-") else ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"


def _squeezed_css(source: str) -> str:
    """Drop comments and the white space that means nothing."""

    def step(match: re.Match[str]) -> str:
        kept: str = match[1] or match[2] or match[3] or ("" if match[0].startswith("/*") else " ")
        return kept

    return _CSS_STEP.sub(step, source).strip().replace(";}", "}") + "\n"


def _file(part: str) -> str:
    folder, name = part.split("/")
    return f"{folder}/static/{name}"


def _read(name: str) -> str:
    try:
        return (_WIDGETS / name).read_text("utf-8")
    except FileNotFoundError as exc:
        raise AssetError(f"widgets/{name} does not exist") from exc
