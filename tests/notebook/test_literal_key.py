"""A key that is written in a cell: said once where it is saved, and nowhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

KEY = "sk-evo-planted-3f9c1d7be2a84c60"
BEGIN = "import os; import evolink_widgets as ew"
LITERAL = f"ew.configure(api_key={KEY!r})"
SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for code in sys.argv[1:]:
    shell.run_cell(code, store_history=True).raise_error()
"""


def environment() -> dict[str, str]:
    import evolink_widgets

    return {
        **os.environ,
        "PYTHONPATH": str(Path(evolink_widgets.__file__).parent.parent),
        "A_KEY": KEY,
        "IPYTHONDIR": os.environ.get("IPYTHONDIR", ""),
    }


def in_ipython(folder: Path, *cells: str) -> str:
    command = [sys.executable, "-c", SHELL, BEGIN, *cells]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=90, check=True,
        env={**environment(), "IPYTHONDIR": str(folder / "ipython")},
    )  # fmt: skip
    return done.stdout + done.stderr


def no_part_of_it(text: str) -> bool:
    return not any(KEY[at : at + 6] in text for at in range(7, len(KEY) - 5))


@pytest.mark.parametrize(
    "cell",
    [LITERAL, f"ew.configure({KEY!r})", f"ew.configure(budget=5, api_key=' {KEY}\\n')",
     f"key = {KEY!r}\new.configure(api_key=key)", f"%time {LITERAL}"],
)  # fmt: skip
def test_a_key_in_a_cell_of_ipython_is_told_once(tmp_path: Path, cell: str) -> None:
    said = in_ipython(tmp_path, cell, cell)
    assert said.count("The API key now stands in IPython's history") == 1
    assert "getpass" in said
    assert "EVOLINK_API_KEY" in said
    assert no_part_of_it(said)


@pytest.mark.parametrize(
    "cells",
    [
        ("ew.configure(api_key=os.environ['A_KEY'])",),
        ("key = os.environ['A_KEY']", "ew.configure(api_key=key)"),
        ("import getpass; getpass.getpass = lambda: os.environ['A_KEY']",
         "ew.configure(api_key=getpass.getpass())"),
        ("ew.configure(budget=5)",),
        ("ew.configure(api_key=None)",),
        ("from evolink_widgets.notebook.notices import tell_literal_key\n"
         "for odd in (None, 5, b'sk', [], ''): tell_literal_key(odd)",),
    ],
)  # fmt: skip
def test_a_key_from_elsewhere_is_not_talked_about(tmp_path: Path, cells: tuple[str, ...]) -> None:
    assert "now stands" not in in_ipython(tmp_path, *cells)


def test_a_script_says_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{BEGIN}\n{LITERAL}\n")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=90,
        check=True, env=environment(),
    )  # fmt: skip
    assert done.stdout + done.stderr == ""


def test_it_never_raises_where_the_host_is_odd(tmp_path: Path) -> None:
    odd = "import IPython, types; IPython.get_ipython = lambda: types.SimpleNamespace()"
    assert "now stands" not in in_ipython(tmp_path, f"{odd}\n{LITERAL}")


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Any]:
    """A kernel of this very environment, and a client that runs cells."""
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "here",
    }
    (tmp_path / "kernels" / "here").mkdir(parents=True)
    (tmp_path / "kernels" / "here" / "kernel.json").write_text(json.dumps(spec))
    specs = KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")])
    manager = KernelManager(kernel_name="here", kernel_spec_manager=specs)
    manager.start_kernel(cwd=str(tmp_path), env=environment())
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_in_a_notebook_it_is_a_line_of_the_cell_once(kernel: Any) -> None:
    said: list[str] = []

    def hear(message: Any) -> None:
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])

    for cell in (BEGIN, "ew.configure(api_key=os.environ['A_KEY'])"):
        kernel.execute_interactive(cell, output_hook=hear, timeout=60)
    assert said == []
    for _ in range(2):
        kernel.execute_interactive(LITERAL, output_hook=hear, timeout=60)
    assert "".join(said).count("The API key now stands in this notebook and in IPython's") == 1
    assert no_part_of_it("".join(said))
