"""The public names: few, documented, each with an example that runs."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
from examples import documentation, example, public_names, run

import evolink_widgets as ew

PUBLIC = public_names()
NAMES = [name for name in PUBLIC if "." not in name]


def test_there_are_about_thirty() -> None:
    assert 25 <= len(NAMES) <= 55, NAMES


def test_the_list_the_types_and_the_lazy_imports_agree() -> None:
    front = Path(inspect.getfile(ew))
    stub = ast.parse(front.with_suffix(".pyi").read_text("utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    assert {node.level for node in imports} == {1}
    typed = {
        alias.asname: f"{ew.__name__}.{node.module}" if node.module else ew.__name__
        for node in imports
        for alias in node.names
    }
    assert list(typed) == [alias.name for node in imports for alias in node.names]
    assert sorted(name for name in typed if name[0] != "_" or name[-1] == "_") == ew.__all__
    assert set(ew.__all__) <= set(dir(ew))
    for name, module in typed.items():
        assert getattr(ew, name) is getattr(import_module(module), name), name
        assert f'"{name}"' not in front.read_text("utf-8"), "a public name stands once"


def test_a_star_import_brings_all_of_them() -> None:
    names: dict[str, object] = {}
    exec("from evolink_widgets import *", names)
    assert {name: names[name] for name in ew.__all__} == {
        name: getattr(ew, name) for name in ew.__all__
    }


def test_the_front_needs_no_file_system() -> None:
    """From a zip, too: the stub is read by whatever loads the package."""
    program = "import sys; sys.path.insert(0, sys.argv[1]); import evolink_widgets as ew; "
    program += "assert sys.argv[1] in ew.__file__; print(ew.__version__, ew.InvalidRequest)"
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder, "site.zip")
        with zipfile.ZipFile(packed, "w") as file:
            package = Path(inspect.getfile(ew)).parent
            for path in package.rglob("*.py*"):
                if "__pycache__" not in path.parts:
                    file.write(path, path.relative_to(package.parent))
        ran = subprocess.run(
            [sys.executable, "-c", program, str(packed)],
            cwd=folder, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert ran.stdout.startswith(ew.__version__), ran.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="imagestudio"):
        ew.imagestudio  # noqa: B018


@pytest.mark.parametrize("name", PUBLIC)
def test_it_has_a_docstring_of_its_own(name: str) -> None:
    first = documentation(PUBLIC[name]).partition("\n")[0]
    assert first.endswith((".", ":", ",")), f"ew.{name} starts with {first!r}"


@pytest.mark.parametrize("name", PUBLIC)
def test_its_example_runs_on_the_emulator(name: str, quick_emulator: None) -> None:
    lines = example(PUBLIC[name])
    code = "".join(line.source for line in lines)
    member = name.rpartition(".")[2]
    assert re.search(rf"\bew\.(\w+\.)*{member}\b", code), (
        f'the docstring of ew.{name} has no "Example:" that uses it'
    )
    assert run(lines, name) == []


@pytest.mark.parametrize("first", ["ew.store", "ew.GeneratedImage", "ew.session()"])
def test_another_store_is_merged_into_ours_whatever_was_used_first(
    first: str, tmp_path: Path
) -> None:
    code = f"""
        import evolink_widgets as ew
        ew.configure(store="theirs", speed=200)
        ew.generate("a fox", size="816x816", quality="low").result()
        ew.configure(store="ours")
        {first}
        print(ew.store.merge("theirs").pictures, ew.Gallery and ew.store.merge("theirs").pictures)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.stdout.split() == ["1", "0"], ran.stderr
