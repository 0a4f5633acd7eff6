"""The fixture in a project of its own: recorded with a key, replayed without, and strict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lessons import Live
from services import KEY, environment

TEST = """
import evolink_widgets as ew

def poster(words, **more):
    return ew.generate(words, size="1024x640", quality="low", **more).result(timeout=60)

def test_a_poster(evolink_cassette):
    images = poster("jazz night")
    assert images.receipt.charged > 0
    assert evolink_cassette.is_recorded or images[0].recorded
    assert "evolink_images" in str(images[0].path)

class TestTwice:
    def test_other(self, evolink_cassette):
        assert poster("an owl")[0].sha256 != poster("an owl", fresh=True)[0].sha256
"""


def run(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "evolink_widgets.pytest_plugin",
         "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **variables},
        capture_output=True, text=True, timeout=150,
    )  # fmt: skip


def project(folder: Path, test: str = TEST) -> Path:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_posters.py").write_text(test)
    return folder


def test_a_users_test_is_recorded_once_and_replayed_ever_after(
    served: Live, tmp_path: Path
) -> None:
    served.play("fair")
    here = project(tmp_path)
    ran = run(here)
    assert "pytest --record" in ran.stdout, ran.stdout
    assert "2 errors" in ran.stdout, ran.stdout
    ran = run(here, "--record")
    assert "no API key" in ran.stdout, ran.stdout
    live = {"EVOLINK_API_KEY": KEY, "EVOLINK_BASE_URL": served.api}
    ran = run(here, "--record", **live)
    assert "2 passed" in ran.stdout, ran.stdout
    tapes = sorted(path.relative_to(here).as_posix() for path in here.rglob("*.cassette"))
    assert tapes == [
        "cassettes/test_posters/TestTwice.test_other.cassette",
        "cassettes/test_posters/test_a_poster.cassette",
    ]
    before = served.counts
    ran = run(here, EVOLINK_SPEND="never", EVOLINK_API_KEY="sk-evo-must-not-be-used")
    assert "2 passed" in ran.stdout, ran.stdout
    assert served.counts == before
    swallowed = (
        TEST.replace('poster("jazz night")', 'poster("jazz night"); quiet()')
        + """
def quiet():
    try:
        poster("not recorded")
    except ew.EvolinkError:
        pass
"""
    )
    ran = run(project(here, swallowed))
    assert "Off the tape" in ran.stdout, ran.stdout


def test_it_is_an_entry_point() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    group = text.partition("[project.entry-points.pytest11]")[2].partition("[")[0]
    assert group.split() == ["evolink_widgets", "=", '"evolink_widgets.pytest_plugin"']


def test_another_record_option_comes_first_and_ours_has_another_name(tmp_path: Path) -> None:
    here = project(tmp_path, "def test_it(request): assert request.config.getoption('record') == 7")
    (here / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--record', type=int, dest='record')\n"
    )
    ran = run(here, "--record", "7", "--evolink-record")
    assert "1 passed" in ran.stdout, ran.stdout


def test_a_project_that_does_not_use_it_loads_nothing_of_the_package(tmp_path: Path) -> None:
    test = """
import sys

def test_it():
    ours = {name for name in sys.modules if name.split(".")[0] == "evolink_widgets"}
    assert ours == {"evolink_widgets", "evolink_widgets.pytest_plugin"}
    assert not {"httpx", "PIL", "anywidget"} & set(sys.modules)
"""
    ran = run(project(tmp_path, test))
    assert "1 passed" in ran.stdout, ran.stdout
