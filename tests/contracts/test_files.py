"""What git tracks, and what is saved with notebooks: small, without secrets or machine paths."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest
from source import PACKAGE, ROOT, modules, tracked_files, tracked_texts

import evolink_widgets as ew
from evolink_widgets.widgets.base import assets

#: Bytes of ESM and CSS, as assembled: both are saved with each notebook that has the widget.
#: A study has more modules than the others, for a table that is drawn in part: 2 kB more.
LIMITS = {"studio": (72_000, 24_000), "image_grid": (40_500, 16_000), "gallery": (51_500, 20_000),
          "compare": (34_000, 16_000), "batch": (35_700, 14_000),
          "review": (39_500, 15_000), "rank": (31_000, 15_000),
          "study": (52_000, 18_000)}  # fmt: skip
WIDGETS = tuple(assets.FRONT_ENDS)
FILE_LIMIT = 600_000  # bytes

SECRETS = re.compile(
    r"""sk-evo-[A-Za-z0-9]{24,}        # this service's keys
    | \bsk-[A-Za-z0-9]{32,}\b        # others like it
    | \bgh[pousr]_[A-Za-z0-9]{30,}
    | \bAKIA[0-9A-Z]{16}\b
    | -----BEGIN[ A-Z]*PRIVATE[ ]KEY-----""",
    re.X,
)
#: Someone's home, or a build machine's folders, are nobody else's paths.
MACHINE_PATHS = re.compile(r"(?:^|[^A-Za-z0-9_.~/-])/(?:work|root|home/\w+|Users/\w+)/", re.M)


def found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}: {match[0].strip()}"
        for path, text in tracked_texts().items()
        for match in pattern.finditer(text)
    ]


def test_every_front_end_has_its_limit() -> None:
    assert list(LIMITS) == list(WIDGETS)


def test_every_front_end_is_a_public_widgets() -> None:
    public = [getattr(getattr(ew, name), "_esm", None) for name in ew.__all__]
    assert [widget for widget in WIDGETS if assets.esm(widget) not in public] == []


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_front_end_fits_into_a_notebook(widget: str) -> None:
    esm, css = LIMITS[widget]
    assert len(assets.esm(widget).encode()) <= esm
    assert len(assets.css(widget).encode()) <= css


@pytest.mark.parametrize("widget", WIDGETS)
def test_a_front_end_stands_alone(widget: str) -> None:
    source = assets.esm(widget)
    assert re.search(r"^export default ", source, re.M)
    assert not re.search(r"^\s*(?:import\b|export\s+\{)", source, re.M)
    assert not re.search(r"https?://(?!www\.w3\.org/)", source + assets.css(widget)), "no CDN"


def test_no_front_end_draws_data_as_markup() -> None:
    sinks = re.compile(r"\.(?:innerHTML|outerHTML|insertAdjacentHTML)\b|document\.write|\beval\(")
    assert [widget for widget in WIDGETS if sinks.search(assets.esm(widget))] == []


@pytest.mark.parametrize("widget", WIDGETS)
def test_every_rule_stays_inside_our_root(widget: str) -> None:
    strays = [
        selector.strip()
        for prelude in top_level_rules(assets.css(widget))
        for selector in alternatives(prelude)
        if not re.match(rf"\.ew-of-{widget}(?![\w-])|@keyframes ew-", selector.strip())
    ]
    assert strays == []


def alternatives(prelude: str) -> list[str]:
    """The selectors of a list; a comma inside parentheses parts none."""
    parts, depth = [""], 0
    for character in prelude:
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def top_level_rules(css: str) -> list[str]:
    """What stands before each outermost block; conditions such as @media are looked into."""
    found, start, depth = [], 0, 0
    for brace in re.finditer(r"[{};]", css):
        prelude = css[start : brace.start()].strip()
        condition = re.match(r"@(?:media|container|supports|layer)\b", prelude)
        if brace[0] == "{" and (depth or not condition):
            if depth == 0:
                found.append(prelude)
            depth += 1
        elif brace[0] == "}" and depth:
            depth -= 1
        start = brace.end()
    return found


def test_tracked_files_are_small() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked_files()}
    assert {path: size for path, size in sizes.items() if size > FILE_LIMIT} == {}


def test_nothing_tracked_looks_like_a_key() -> None:
    assert found(SECRETS) == []


def test_nothing_tracked_names_a_path_of_this_machine() -> None:
    assert found(MACHINE_PATHS) == []


def test_notebooks_are_kept_without_outputs() -> None:
    outputs = [
        path
        for path, text in tracked_texts().items()
        if path.endswith(".ipynb") and re.search(r'"output_type"|"execution_count": \d', text)
    ]
    assert outputs == []


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {ew.__version__}" in tracked_texts()["CHANGELOG.md"]


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = []
    for path, text in tracked_texts().items():
        if path.endswith(".md"):
            for target in re.findall(r"(?:\]\(|src=\"|srcset=\")([^)\"#\s]+)", text):
                if ":" not in target and not (ROOT / path).parent.joinpath(target).exists():
                    broken.append(f"{path}: {target}")
    assert broken == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    notes = {path.name for path in folder.glob("0*.md")}
    index = (folder / "README.md").read_text("utf-8")
    assert {name for name in notes if f"({name})" not in index} == set()
    assert len(notes) >= 13


def test_a_decision_names_modules_that_exist() -> None:
    missing = [
        f"{note.name}: {named}"
        for note in (ROOT / "docs" / "decisions").glob("0*.md")
        for named in re.findall(r"`([\w/]+(?:/|\.py))`", note.read_text("utf-8"))
        if not any((place / named).exists() for place in (ROOT / "evolink_widgets", ROOT))
        and "_images" not in named
    ]
    assert missing == []


def test_a_docstring_names_modules_that_exist() -> None:
    """`rules.tasks.evidence`, `widgets/base/assets.py`: also in comments, and what is in them."""
    known = {name.removeprefix(f"{PACKAGE}."): path for name, path in modules().items()}
    missing = [
        f"{path.relative_to(ROOT)}: {named}"
        for path in known.values()
        for words in docstrings_and_comments(path)
        for named in re.findall(r"`([\w.]+\.\w+|[\w/]+/\w+\.(?:py|js|css))(?=[`(:])", words)
        if not (is_there(named) if "/" in named else is_known(named, known))
    ]
    assert missing == []


def docstrings_and_comments(path: Path) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    return [
        one.string
        for one in tokens
        if one.type == tokenize.COMMENT
        or (one.type == tokenize.STRING and one.string.startswith('"""'))
    ]


def is_there(named: str) -> bool:
    """Whether a file is there, from the package, a room of widgets or the repository on."""
    package = ROOT / PACKAGE
    places = [package, package / "widgets", ROOT]
    folder = named.partition("/")[0]
    known = any((place / folder).is_dir() for place in places)
    return not known or "thing" in named or any((place / named).is_file() for place in places)


def is_known(named: str, known: dict[str, Path]) -> bool:
    """Whether a dotted name that begins with a room is a module, or something in one."""
    parts = named.removeprefix(f"{PACKAGE}.").split(".")
    if parts[0] not in known or known[parts[0]].name != "__init__.py":  # no room: `task.result`
        return True
    depth = max(at for at in range(1, len(parts) + 1) if ".".join(parts[:at]) in known)
    source = known[".".join(parts[:depth])].read_text("utf-8")
    return depth == len(parts) or re.search(rf"\b{parts[depth]}\b", source) is not None


@pytest.mark.parametrize(
    ("named", "there"),
    [
        ("rules.tasks.evidence", True),
        ("rules.request.links.kept_name", True),
        ("task.result", True),  # an object's, not a room's
        ("rules.kept.kept_name", False),
        ("rules.schedule", False),
        ("rules.request.links.kept_names", False),
    ],
)
def test_a_module_that_is_not_there_is_noticed(named: str, there: bool) -> None:
    known = {name.removeprefix(f"{PACKAGE}."): path for name, path in modules().items()}
    assert is_known(named, known) is there


#: Folders that may hold more than a dozen modules, and why.
CROWDED = {
    "tests/contracts": "each of them asks something of the whole package",
    "tests/core": "stories that go through all rooms of the core",
    "tests/notebook": "one for each host",
}


def test_a_folder_holds_at_most_a_dozen_modules() -> None:
    """Its face, `__init__.py`, is not counted; a room that grows past that is two ideas."""
    found = Counter(
        path.relative_to(ROOT).parent.as_posix()
        for path in tracked_files()
        if path.suffix == ".py" and path.name != "__init__.py"
    )
    inside = {name for name in found if name.startswith(("evolink_widgets", "tests"))}
    crowded = {name for name in inside if found[name] > 12}
    assert sorted(crowded - CROWDED.keys()) == [], "give it rooms, by idea"
    assert CROWDED.keys() <= inside


def test_the_tests_of_a_room_stand_where_the_room_does() -> None:
    rooms = {path.parent for path in (ROOT / "evolink_widgets").rglob("*.py")}
    names = {str(room.relative_to(ROOT / "evolink_widgets")) for room in rooms} - {"."}
    outer = {name.split("/")[0] for name in names}
    inner = {
        str(path.parent.relative_to(ROOT / "tests"))
        for path in (ROOT / "tests").rglob("test_*.py")
        if path.parent.parent.name in outer
    }
    assert outer <= {path.name for path in (ROOT / "tests").iterdir()}
    assert sorted(inner - names) == []
