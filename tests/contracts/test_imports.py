"""Imports go one way, from errors to the api: each room imports those before it.

Three readings count alike: what is imported at run time, inside functions, and for types only.
"""

from __future__ import annotations

import sys

import pytest
from source import PACKAGE, Import, imports, is_ours, modules, room

#: A room may import itself and every room before it in this list, but no neighbour in its row.
ROWS = (
    ("runtime",),
    ("moved_files", "problem", "text", "version"),
    ("errors",),
    ("rules",),
    ("images",),
    ("references",),
    ("store",),
    ("core",),
    ("cassettes",),
    ("connect",),
    ("judging",),
    ("batches",),
    ("widgets",),
    ("course", "jupyter", "lessons", "notebook", "taped"),
    ("pytest_plugin",),
    ("api",),
    ("magic",),
    ("__init__",),
)
RANK = {name: rank for rank, row in enumerate(ROWS) for name in row}

#: The rooms inside a room, by its name, in the same order; a module beside them may have its
#: place here, too.
INNER_ROWS = {
    "rules": (("request",), ("pricing",), ("tasks",)),
    "images": (("proof",), ("metadata",), ("pixels", "scans")),
    "store": (
        ("database",),
        ("journal", "library"),
        ("gallery", "judging", "ledger"),
        ("merging",),
        ("store",),
    ),
    "store.gallery": (
        ("rows", "thumbnails"),
        ("copies", "moves"),
        ("pictures",),
        ("admission", "archive", "find_by_name", "pool"),
        ("gallery",),
        ("library_pictures",),
        ("all_pictures",),
    ),
    "core": (
        ("executions", "loop", "money"),
        ("settings", "task"),
        ("asked", "at_exit", "service"),
        ("shared",),
        ("steps",),
        ("loans", "recovery"),
        ("session",),
    ),
    "connect": (
        ("connections", "played"),
        ("state",),
        ("build",),
        ("current",),
        ("blocks", "weather"),
    ),
    "batches": (
        ("rows",),
        ("dataset", "ranked", "runs", "show"),
        ("engine",),
        ("run",),
        ("batch",),
        ("study",),
    ),
    "emulator": (
        ("contract", "painter"),
        ("storage",),
        ("service",),
        ("http",),
        ("__main__",),
    ),
    "widgets": (
        ("base", "lightbox"),
        ("compare",),
        ("pictures",),
        ("grid", "studio"),
        ("gallery",),
        ("batch", "study"),
        ("rank", "review"),
    ),
    "widgets.base": (
        ("transfers",),
        ("companion", "describe"),
        ("messages",),
        ("view",),
        ("panel",),
    ),
    "course": (
        ("allowed", "books", "rush", "upstream"),
        ("identity", "settle", "teacher"),
        ("gateway",),
        ("server",),
        ("__main__",),
    ),
}

#: A method that does what a user's line would, `ew.generate(…)`, says so: the package itself,
#: which is loaded before any of its modules, and which imports a name when it is used. What would
#: have to be passed in its place can't be: `GeneratedImage.edit` asks the session in use at that
#: moment, also of a picture that was unpickled in a process that has none yet; and IPython finds
#: `Task._ipython_display_` by its name on any task, also of a session that was made without a
#: notebook. Handed down, a display would go from `api` through four rooms that never show one.
THROUGH_THE_FRONT = {
    "evolink_widgets.store.gallery.pictures",
    "evolink_widgets.core.task",
    "evolink_widgets.batches.batch",  # as `core.task`: IPython finds its display by its name
    "evolink_widgets.batches.run",  # as `core.task`: IPython finds its display by its name
    "evolink_widgets.batches.study.study",  # `s.grid()` shows a widget, as a user's line would
}

#: Rules get time, chance and files as arguments.
IMPURE = {
    "asyncio", "datetime", "glob", "io", "os", "pathlib", "random", "secrets", "select",
    "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading",
    "time", "urllib.request", "uuid",
}  # fmt: skip


def between_rooms() -> list[Import]:
    return [one for one in imports() if is_ours(one.target) and room(one.module) != "emulator"]


def test_every_module_is_in_a_known_room() -> None:
    strays = [name for name in modules() if room(name) not in {*RANK, "emulator"}]
    assert strays == []


def test_nothing_imports_against_the_arrow() -> None:
    def against(one: Import) -> bool:
        here, there = room(one.module), room(one.target)
        if there == "__init__" and one.module in THROUGH_THE_FRONT:
            return False
        if there == "emulator" or here == there:
            return False
        return RANK[there] >= RANK[here]

    assert [str(one) for one in between_rooms() if against(one)] == []


@pytest.mark.parametrize("outer", INNER_ROWS)
def test_every_inner_room_has_its_place_in_its_rooms_order(outer: str) -> None:
    known = {inner_room(outer, name) for name in modules()} - {None}
    folders = {one for one in known if is_folder(f"{PACKAGE}.{outer}.{one}")}
    ranked = {name for row in INNER_ROWS[outer] for name in row}
    assert folders <= ranked <= known


@pytest.mark.parametrize("outer", INNER_ROWS)
def test_no_inner_room_imports_against_its_rooms_order(outer: str) -> None:
    rank = {name: rank for rank, row in enumerate(INNER_ROWS[outer]) for name in row}

    def against(one: Import) -> bool:
        here, there = inner_room(outer, one.module), inner_room(outer, one.target)
        if here == there or here not in rank or there not in rank:
            return False
        return rank[there] >= rank[here]

    assert [str(one) for one in imports() if against(one)] == []


def test_only_connect_reaches_the_emulator() -> None:
    reached = [one for one in between_rooms() if room(one.target) == "emulator"]
    assert [str(one) for one in reached if room(one.module) != "connect"] == []


def test_the_emulator_imports_nothing_of_ours() -> None:
    own = [one for one in imports() if room(one.module) == "emulator" and is_ours(one.target)]
    assert [str(one) for one in own if room(one.target) != "emulator"] == []


def test_only_the_transport_and_what_is_under_it_import_httpx() -> None:
    found = {one.module for one in imports() if one.target.split(".")[0] in ("httpx", "httpcore")}
    under = ("transport", "in_process", "network", "connection", "pool", "sockets")
    assert found <= {f"{PACKAGE}.core.service.{name}" for name in under}, found


def test_rules_and_errors_use_the_standard_library_only() -> None:
    pure = [
        one
        for one in imports()
        if room(one.module) in ("runtime", "text", "problem", "errors", "rules")
        and one.module != f"{PACKAGE}.runtime.deadline"  # what an older Python lacks is anyio's
    ]
    foreign = [one for one in pure if not is_ours(one.target)]
    allowed = sys.stdlib_module_names
    assert [str(one) for one in foreign if one.target.split(".")[0] not in allowed] == []


def test_rules_have_no_clock_no_chance_no_files_and_no_network() -> None:
    used = [one for one in imports() if room(one.module) == "rules" and not one.types_only]
    assert [str(one) for one in used if one.target in IMPURE] == []


@pytest.mark.parametrize("heavy", ["httpx", "PIL", "starlette", "numpy", "IPython", "uvicorn"])
def test_heavy_packages_never_reach_down_into_errors_or_rules(heavy: str) -> None:
    found = [one for one in imports() if one.target.split(".")[0] == heavy]
    assert [str(one) for one in found if room(one.module) in ("errors", "rules")] == []


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    """At run time, inside functions or for types, in `LazyModule` strings too: none at all."""
    edges: dict[str, set[str]] = {name: set() for name in modules()}
    for one in imports():
        if one.target in edges and one.target != one.module:
            edges[one.module].add(one.target)
    assert circles(edges) == []


@pytest.mark.parametrize("outer", [*INNER_ROWS, "references"])
def test_no_two_inner_rooms_import_each_other_in_a_circle(outer: str) -> None:
    edges: dict[str, set[str]] = {}
    for one in imports():
        here, there = inner_room(outer, one.module), inner_room(outer, one.target)
        if here is not None and there is not None and here != there:
            edges.setdefault(here, set()).add(there)
    assert edges
    assert circles(edges) == []


def inner_room(outer: str, module: str) -> str | None:
    """The folder or module of the room `outer` that a module is, or is in; None: not in there."""
    inside = f"{PACKAGE}.{outer}"
    if module == inside:
        return "__init__"
    return module[len(inside) + 1 :].split(".")[0] if module.startswith(f"{inside}.") else None


def is_folder(name: str) -> bool:
    return name in modules() and modules()[name].name == "__init__.py"


def circles(edges: dict[str, set[str]]) -> list[str]:
    """The circles in which names lead to each other, each as a line."""
    done: set[str] = set()
    found: list[str] = []

    def walk(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            found.append(" → ".join((*above[above.index(name) :], name)))
        elif name not in done:
            for target in sorted(edges.get(name, ())):
                walk(target, (*above, name))
            done.add(name)

    for name in edges:
        walk(name, ())
    return found
