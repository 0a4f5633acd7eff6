"""What the contract tests read: our modules, what they import, and what git tracks."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "evolink_widgets"


@dataclass(frozen=True)
class Import:
    """One import, wherever in its module it stands: at the top, in a function, for types."""

    module: str  # who imports
    target: str  # what, with the name where that is a module of ours
    line: int
    types_only: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


@cache
def modules() -> dict[str, Path]:
    """Our modules by dotted name; a package goes by its own name."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import of every module of ours."""
    return tuple(one for name, path in modules().items() for one in _read(name, path))


def room(module: str) -> str:
    """The room a module of ours is in; the package's own front is `__init__`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def is_ours(target: str) -> bool:
    return target.split(".")[0] == PACKAGE


@cache
def tracked_files() -> tuple[Path, ...]:
    """What git tracks and is still there."""
    command = ["git", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def tracked_texts() -> dict[str, str]:
    """The tracked files that are text, by their path in the repository."""
    texts = {}
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content:
            texts[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", "replace")
    return texts


@cache
def shared_data() -> tuple[tuple[str, str], ...]:
    """Folders that an install puts under the environment's prefix, and where."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    places = re.findall(r'^"([\w/]+)" = "((?:etc|share)/[^"]+)"$', project, re.M)
    assert len(places) >= 3
    return tuple(places)


def is_installed(path: str) -> bool:
    """Whether a file of the package goes into the wheel: declarations are for the type checker."""
    return not path.endswith(".d.ts")


def _read(name: str, path: Path) -> list[Import]:
    tree = ast.parse(path.read_text("utf-8"))
    typed = {id(child) for node in ast.walk(tree) if _for_types(node) for child in _inside(node)}
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return [
        Import(name, target, node.lineno, id(node) in typed)
        for node in ast.walk(tree)
        for target in _targets(node, package)
    ]


def _targets(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*(above if node.level else []), *([node.module] if node.module else [])])
        names = [f"{base}.{alias.name}" for alias in node.names]
        return [name if name in modules() else base for name in names]
    if (
        isinstance(node, ast.Call)
        and _called(node) in ("import_module", "LazyModule")
        and node.args
    ):
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return [first.value]
    return []


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def _for_types(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def _inside(node: ast.AST) -> list[ast.AST]:
    assert isinstance(node, ast.If)
    return [child for statement in node.body for child in ast.walk(statement)]
