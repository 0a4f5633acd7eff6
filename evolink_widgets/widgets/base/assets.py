"""Assembles each widget's front end from its `static/` folders: one ESM and one stylesheet.

An AnyWidget takes its front end as two strings and saves them with every notebook, so they are
joined from small files here, without a bundler: relative imports are followed, import lines,
the `export` keyword, comments and needless white space are dropped, long words give
way to shorter ones, function declarations become arrow functions, declarations that follow one
another are joined, nothing is renamed.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

__all__ = ["css", "esm"]

_WIDGETS = Path(__file__).parents[1]

_ENTRIES = {
    "studio": "studio/static/studio",
    "image_grid": "grid/static/image_grid",
    "gallery": "gallery/static/gallery",
    "compare": "compare/static/compare",
}

_STYLES: dict[str, tuple[str, ...]] = {
    "studio": (
        "base/tokens",
        "studio/composer",
        "base/runs",
        "base/grid",
        "lightbox/lightbox",
        "studio/folds",
        "base/modes",
    ),
    "image_grid": ("base/tokens", "base/runs", "base/grid", "lightbox/lightbox", "base/modes"),
    "gallery": (
        "base/tokens",
        "base/runs",
        "base/grid",
        "lightbox/lightbox",
        "gallery/gallery",
        "base/modes",
    ),
    "compare": ("base/tokens", "lightbox/lightbox", "compare/compare", "base/modes"),
}

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
# "(x)=>" is "x=>"; a comma or semicolon before a closing bracket says nothing.
_NEEDLESS = re.compile(_LITERAL + r"|(?<![\w$])\((\w+)\)(?==>)|,([}\])])|;(})")
# Words that have a shorter one which says the same; `tsc` has checked that no const is assigned to.
_SHORT = {"const": "let", "true": "!0", "false": "!1"}
_LONG = re.compile(_LITERAL + r"|(?<![\w$.])(?:const(?=[ \[{])|(?:true|false)(?![\w$:]))")
_HOLE = re.compile(r"""("[^"]*"|'[^']*')|(?<![\w$])\s+|\s+(?![\w$])""")
# A function declaration is a statement; and brackets, in pairs.
_DECLARED = re.compile(
    _LITERAL + r"|(?:^|(?<=[{};\n]))(?:(async) )?function (\w+)(?=\()|[({\[]|[)}\]]"
)
_NO_ARROW = re.compile(_LITERAL + r"|\b(this|arguments)\b")
# What begins and ends statements. Regular expressions in static/ hold brackets in pairs.
_MARK = re.compile(
    _LITERAL + r"|[({\[]|[)}\]]|(;)(let(?: |(?=[\[{])))?|(?:^|(?<=[{}\n]))let(?=[ \[{])"
)
_ROOT = re.compile(r"\.ew(?![\w-])")
_CSS_STEP = re.compile(r"""("[^"\n]*")|/\*[\s\S]*?\*/|\s*([{};,>/])\s*|(:)\s+|\s+""")


class AssetError(Exception):
    """The front end's files do not fit together; only seen while developing."""


@cache
def esm(name: str) -> str:
    """The ES module of one widget.

    Args:
        name: "studio", "image_grid", "gallery" or "compare".

    Raises:
        AssetError: a file is missing, two files use one top-level name, a name is imported
            that its file does not export, or an import is not relative.
    """
    order: list[str] = []
    sources: dict[str, str] = {}
    _collect(_ENTRIES.get(name, name), order, sources, ())
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
    if name not in _STYLES:
        raise AssetError(f"no stylesheet is listed for {name!r}; there are {', '.join(_STYLES)}")
    joined = "".join(_squeezed_css(_read(_style(part))) for part in _STYLES[name])
    # Several widgets share a page, and words for classes: each style sheet is for its own root.
    return _ROOT.sub(f".ew-of-{name}", joined)


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
    bare = _LONG.sub(lambda match: match[1] or _SHORT[match[0]], bare)
    out: list[str] = []
    end = 0
    for match in _STEP.finditer(bare):
        before, after = bare[match.start() - 1 : match.start()], bare[match.end() : match.end() + 1]
        out.append(bare[end : match.start()])
        out.append(_tight(match[1]) if match[1] else _gap(before, after, "\n" in match[0]))
        end = match.end()
    text = "".join((*out, bare[end:], "\n"))
    return _in_series(_bare(_with_arrows(_bare(text))))


def _bare(text: str) -> str:
    """Drop brackets, commas and semicolons that say nothing."""
    return _NEEDLESS.sub(lambda match: "".join(filter(None, match.groups())), text)


@dataclass
class _Scope:
    """What stands between two brackets, with the functions that are declared there."""

    opening: str = ""
    declared: str | None = None  # the name, where this is a declaration: "f=" or "f=async "
    text: list[str] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)

    def closed(self, closing: str) -> str:
        ahead = f"let {','.join(self.arrows)};" if self.arrows else ""
        return "".join((self.opening, ahead, *self.text, closing))


def _with_arrows(text: str) -> str:
    """ "a();function f(b){c}" as "let f=b=>{c};a();": ahead of all, as declarations are hoisted."""
    scopes = [_Scope()]
    end = 0
    for match in _DECLARED.finditer(text):
        mark = match[0]
        scopes[-1].text.append(text[end : match.start()])
        end = match.end()
        if match[3]:
            scopes.append(_Scope(declared=f"{match[3]}={match[2] or ''}"))
        elif mark in "({[":
            scopes.append(_Scope(opening=mark))
        elif mark not in ")}]":
            scopes[-1].text.append(mark)
        else:
            scopes[-2].text.append(scopes.pop().closed(mark))
            if mark == "}" and scopes[-1].declared is not None:
                scopes[-2].arrows.append(_arrow(scopes.pop()))
    scopes[-1].text.append(text[end:])
    return scopes[-1].closed("")


def _arrow(scope: _Scope) -> str:
    given, body = filter(None, scope.text)
    if any(match[2] for match in _NO_ARROW.finditer(body)):
        raise AssetError(
            f"{scope.declared}…: `this` and `arguments` are others in an arrow function"
        )
    return f"{scope.declared}{given}=>{body}"


def _in_series(text: str) -> str:
    """ "let a=1;let[b]=c" as "let a=1,[b]=c", wherever one declaration follows another."""
    is_let = [False]  # of the statement at each depth of brackets

    def step(match: re.Match[str]) -> str:
        mark = match[0]
        if mark in "({[":
            is_let.append(False)
        elif mark in ")}]":
            is_let.pop()
        elif match[2]:
            was, is_let[-1] = is_let[-1], match[3] is not None
            return "," if was and match[3] else mark
        elif mark == "let":
            is_let[-1] = True
        return mark

    return _MARK.sub(step, text)


def _tight(literal: str) -> str:
    """A template's expressions lose their spaces too, but not those of strings in them."""
    if literal[0] != "`":
        return literal
    if literal.count("${") > literal.count("}"):
        raise AssetError(f"a template inside a template is not understood here: {literal[:60]}")
    return re.sub(r"\$\{[^{}`]+\}", lambda hole: _HOLE.sub(r"\1", hole[0]), literal)


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


def _style(part: str) -> str:
    folder, name = part.split("/")
    return f"{folder}/static/{name}.css"


def _read(name: str) -> str:
    try:
        return (_WIDGETS / name).read_text("utf-8")
    except FileNotFoundError as exc:
        raise AssetError(f"widgets/{name} does not exist") from exc
