"""The front end's extension as files: whole, plain, small where the host loads it with its page."""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

import pytest

import evolink_widgets as ew

ROOT = Path(__file__).parents[2]
LABEXTENSION = ROOT / "evolink_widgets" / "jupyter" / "labextension"
STATIC = LABEXTENSION / "static"
MODULES = sorted(STATIC.rglob("*.js"))
_IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.[^"']+)["']""")
_NAMES = re.compile(r"""^import\s*\{([^}]*)\}\s*from\s*["'](\.[^"']+)["']""", re.M)
_EXPORTED = re.compile(r"^export\s+(?:async\s+)?(?:function|const|let|class)\s+([\w$]+)", re.M)
_AT_START = re.compile(r"""^import\s[^;]*["'](\.[^"']+)["'];""", re.M)

#: What is loaded with the host's page, in bytes.
AT_START = 19_500


def place_of(module: Path, target: str) -> Path:
    """Where an import leads: the widgets' modules are copied into `static/widgets/`."""
    name = posixpath.normpath(posixpath.join(module.parent.relative_to(STATIC).as_posix(), target))
    if name.startswith("widgets/"):
        return ROOT / "evolink_widgets" / name
    return STATIC / name


def test_the_hosts_are_told_this_version() -> None:
    told = json.loads((LABEXTENSION / "package.json").read_text("utf-8"))
    assert told["version"] == ew.__version__
    assert (LABEXTENSION / told["jupyterlab"]["_build"]["load"]).is_file()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_import_leads_somewhere(module: Path) -> None:
    found = _IMPORT.findall(module.read_text("utf-8"))
    assert [target for target in found if not place_of(module, target).is_file()] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_every_name_that_is_imported_is_exported_there(module: Path) -> None:
    missing = {
        f"{target}: {name}"
        for names, target in _NAMES.findall(module.read_text("utf-8"))
        for name in re.findall(r"[\w$]+(?=\s*(?:,|$|\bas\b))", names.strip())
        if name not in _EXPORTED.findall(place_of(module, target).read_text("utf-8"))
    }
    assert missing == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_data_becomes_text_and_nothing_comes_from_elsewhere(module: Path) -> None:
    text = module.read_text("utf-8")
    assert not re.search(r"\.(?:innerHTML|outerHTML|insertAdjacentHTML)\b|document\.write", text)
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    assert not re.search(r"""(?:from|import)\s*\(?["'](?!\.)[\w@]""", text), "relative imports only"


def test_little_is_loaded_with_the_hosts_page() -> None:
    loaded = {STATIC / "remoteEntry.js"}
    waiting = [STATIC / "plugins.js"]
    while waiting:
        module = waiting.pop()
        if module not in loaded:
            loaded.add(module)
            text = module.read_text("utf-8")
            waiting += [place_of(module, target) for target in _AT_START.findall(text)]
    assert sum(len(module.read_bytes()) for module in loaded) <= AT_START


def test_every_command_has_a_shortcut_that_can_be_set() -> None:
    schema = json.loads((LABEXTENSION / "schemas/evolink-widgets/plugin.json").read_text("utf-8"))
    code = "".join(module.read_text("utf-8") for module in MODULES)
    added = set(re.findall(r'(?:add|addCommand)\("evolink-widgets:([\w-]+)"', code))
    settable = [one["command"].partition(":")[2] for one in schema["jupyter.lab.shortcuts"]]
    assert sorted(settable) == sorted(added)


def test_each_command_of_a_menu_is_one_that_there_is() -> None:
    schema = json.loads((LABEXTENSION / "schemas/evolink-widgets/plugin.json").read_text("utf-8"))
    menus = json.dumps(schema["jupyter.lab.menus"])
    named = set(re.findall(r'"command": "evolink-widgets:([\w-]+)"', menus))
    settable = {one["command"].partition(":")[2] for one in schema["jupyter.lab.shortcuts"]}
    assert named <= settable
    assert settable - named == {"copy-code"}, "which the panel's own menu has"
