"""Hosts that run a script again and again in one process: Streamlit and marimo, the real ones."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .kernels import ROOT, python_of_rerunners

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ASK = "ew.generate('a fox', size='816x816', quality='low').result(60)[0].path.name"

APP = f"""
import threading
import streamlit as st
import evolink_widgets as ew

st.slider("x", 0, 10, 1)
names = [{ASK}, {ASK}]
aside = threading.Thread(target=lambda: names.append({ASK}))
aside.start()
aside.join()
st.write(" ".join(names))
"""

STREAMLIT = """
import evolink_widgets as ew
from streamlit.testing.v1 import AppTest
ew.configure(store="pictures", mode="emulator", speed=300)
app = AppTest.from_file("app.py", default_timeout=120).run()
print(app.markdown[0].value)
for place in (2, 5, 7):
    app.slider[0].set_value(place).run()
    assert not app.exception, app.exception
    print(app.markdown[0].value)
assert ew.spending().total.tasks == 2, ew.spending().total
"""

NOTEBOOK = f"""
import marimo

app = marimo.App()

@app.cell
def _():
    import evolink_widgets as ew
    first = {ASK}
    second = {ASK}
    return ew, first, second

@app.cell
async def _(ew, first):
    (image,) = await ew.generate("a fox", size="816x816", quality="low")
    third = image.path.name
    return third,
"""

MARIMO = """
import evolink_widgets as ew
ew.configure(store="pictures", mode="emulator", speed=300)
import app
for _ in range(3):
    _, found = app.app.run()
    print(found["first"], found["second"], found["third"])
assert ew.spending().total.tasks == 2, ew.spending().total
"""


@pytest.mark.parametrize(
    ("app", "program"), [(APP, STREAMLIT), (NOTEBOOK, MARIMO)], ids=["streamlit", "marimo"]
)
def test_a_rerun_begins_at_the_first_set_again(app: str, program: str, tmp_path: Path) -> None:
    python = python_of_rerunners()
    (tmp_path / "app.py").write_text(app)
    done = subprocess.run(
        [str(python), "-c", program],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    runs = [line.split() for line in done.stdout.splitlines()]
    assert len(runs) >= 3
    first, second, third = runs[0]
    assert first != second
    assert third == first  # a thread that the app does not know; another cell
    assert all(run == runs[0] for run in runs)
