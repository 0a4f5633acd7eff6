"""The front ends, put together from `static/`: one ESM and one stylesheet for each widget.

An AnyWidget takes its front end as two strings and saves them with every notebook, so they are
joined from small files here, without a bundler: relative imports are followed, import lines,
the `export` keyword, comments, blank lines and indentation are dropped, nothing is renamed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["css", "esm"]

_STATIC = Path(__file__).with_name("static")

_STYLES: dict[str, tuple[str, ...]] = {
    "studio": ("tokens", "composer", "runs", "grid", "lightbox", "modes"),
    "image_grid": ("tokens", "runs", "grid", "lightbox", "modes"),
}

_IMPORT = re.compile(r"""^import\s+(?:\{([^}]*)\}\s+from\s+)?["']\./([\w-]+)\.js["'];[ \t]*\n?""", re.M)
_ANY_IMPORT = re.compile(r"^import\b.*$", re.M)
_EXPORT = re.compile(r"^export\s+(?=(?:async\s+)?(?:function|const|let|class)\b)", re.M)
_TOP_NAME = re.compile(r"^(?:export\s+)?(?:async\s+)?(?:function\*?|const|let|class)\s+([\w$]+)", re.M)
_STRING_OR_COMMENT = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|/\*[\s\S]*?\*/""",
)
_LINE_COMMENT = re.compile(r"^[ \t]*//.*\n", re.M)
_INDENT = re.compile(r"^[ \t]+|[ \t]+$|^\n", re.M)


class AssetError(Exception):
    """The front end's files do not fit together; only seen while developing."""


@cache
def esm(name: str) -> str:
    """The ES module of one widget.

    Args:
        name: "studio" or "image_grid": the entry file in `static/`, without ".js".

    Raises:
        AssetError: a file is missing, two files use one top-level name, a name is imported
            that its file does not export, or an import is not relative.
    """
    order: list[str] = []
    sources: dict[str, str] = {}
    _collect(name, order, sources, ())
    _check_names(order, sources)
    return "".join(_joined(module, sources[module]) for module in order)


@cache
def css(name: str) -> str:
    """The stylesheet of one widget.

    Args:
        name: "studio" or "image_grid".

    Raises:
        AssetError: no such widget, or a file is missing.
    """
    if name not in _STYLES:
        raise AssetError(f"no stylesheet is listed for {name!r}; there are {', '.join(_STYLES)}")
    return "".join(_without_comments(_read(f"{part}.css")) for part in _STYLES[name])


def _collect(module: str, order: list[str], sources: dict[str, str], above: tuple[str, ...]) -> None:
    """Put `module` into `order` behind everything that it imports."""
    if module in above:
        raise AssetError(f"modules import each other: {' → '.join((*above, module))}")
    if module in sources:
        return
    source = sources[module] = _read(f"{module}.js")
    for names, target in _IMPORT.findall(source):
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
    return _without_comments(_EXPORT.sub("", text))


def _without_comments(text: str) -> str:
    """Drop comments and indentation; strings stay as they are."""

    def keep(match: re.Match[str]) -> str:
        literal = match[1]
        if literal and "\n" in literal:
            raise AssetError(f"a template over several lines would lose its indentation: {literal[:60]}")
        return literal or ""

    return _INDENT.sub("", _LINE_COMMENT.sub("", _STRING_OR_COMMENT.sub(keep, text)))


def _read(name: str) -> str:
    try:
        return (_STATIC / name).read_text("utf-8")
    except FileNotFoundError as exc:
        raise AssetError(f"static/{name} does not exist") from exc
