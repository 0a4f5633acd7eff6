"""Key × mode × store: which service is asked, and what is refused before anything is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from services import KEY, OnPort, environment, until

import evolink_widgets as ew
from evolink_widgets import errors
from evolink_widgets.connect import state
from evolink_widgets.connect.played import Played
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.rules.request.request import ImageRequest

pytestmark = pytest.mark.usefixtures("own_settings")


def test_without_a_key_it_is_the_emulator_beside_the_notebook(tmp_path: Path) -> None:
    session = ew.session()
    assert session.simulated
    assert session.service == "emulator"
    assert session.key_source is None
    assert session.store.root == tmp_path / "evolink_images"
    assert ew.session() is session
    assert not (tmp_path / "evolink_images").exists()  # made when there is something in it


def test_a_key_in_the_environment_is_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", f"{KEY}\n")
    session = ew.session()
    assert not session.simulated
    assert session.service == "api.evolink.ai"
    assert session.base_url == "https://api.evolink.ai"
    assert session.key_source == "EVOLINK_API_KEY"
    assert KEY not in repr(session)


def test_an_argument_goes_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EVOLINK_STORE", str(tmp_path / "from the shell"))
    assert ew.session().store.root == tmp_path / "from the shell"
    ew.configure(api_key=KEY, store=tmp_path / "told", base_url="https://gateway.example/evolink/")
    session = ew.session()
    assert session.key_source == "configure(api_key=…)"
    assert session.store.root == tmp_path / "told"
    assert (session.service, session.base_url) == (
        "gateway.example",
        "https://gateway.example/evolink",
    )


def test_an_emulator_that_configure_lets_go_as_it_is_made_is_still_given(tmp_path: Path) -> None:
    """Another thread may say `configure(seed=…)` while the core's own makes one."""

    class LetGo(dict[Path, Service]):
        def __setitem__(self, root: Path, service: Service) -> None:
            super().__setitem__(root, service)
            self.clear()

    played = Played(emulators=LetGo())
    assert played.emulator(tmp_path, speed=None, seed=1).weather.now == []
    assert not played.emulators


def test_what_is_not_named_stays_as_it_was(tmp_path: Path) -> None:
    ew.configure(store=tmp_path / "mine")
    before = ew.session()
    ew.configure(budget=5)
    assert ew.session() is not before
    assert ew.session().store.root == tmp_path / "mine"
    assert ew.session().budget == 5


def test_the_emulator_can_be_chosen_where_there_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    ew.configure(mode="emulator")
    assert ew.session().simulated


def test_live_without_a_key_is_refused_with_what_to_do() -> None:
    ew.configure(mode="live")
    with pytest.raises(errors.ConfigurationError, match="no API key") as caught:
        ew.generate("a fox")
    assert "EVOLINK_API_KEY" in caught.value.advice


@pytest.mark.parametrize(
    "url",
    ["api.evolink.ai", "ftp://x.example", "https://", "http://api.evolink.ai", "http://[::1", "",
     "https://user:pw@x.example", "https://x.example/?key=1", "https://x.example:99999", 7],
)  # fmt: skip
@pytest.mark.parametrize("name", ["base_url", "files_url"])
def test_an_address_that_is_none_or_would_show_the_key_is_refused(name: str, url: str) -> None:
    before = state.now.settings
    with pytest.raises(errors.ConfigurationError, match=name):
        ew.configure(**{name: url})  # type: ignore[arg-type]
    assert state.now.settings is before


@pytest.mark.parametrize("url", ["http://127.0.0.1:8787", "http://localhost:1", "http://[::1]:2"])
def test_this_very_machine_may_be_asked_in_the_clear(url: str) -> None:
    ew.configure(base_url=url)
    assert state.now.settings.base_url == url


@pytest.mark.parametrize(
    ("setting", "value"),
    [("budget", 0), ("budget", -1), ("budget", "5"), ("budget", True), ("budget", float("nan")),
     ("speed", -1), ("speed", float("nan")), ("mode", "dry run"), ("api_key", "two words"),
     ("api_key", "")],
)  # fmt: skip
def test_a_setting_that_can_not_be_is_refused(setting: str, value: object) -> None:
    with pytest.raises(errors.ConfigurationError):
        ew.configure(**{setting: value})  # type: ignore[arg-type]


def test_an_address_in_the_environment_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_BASE_URL", "http://api.evolink.ai")
    with pytest.raises(errors.ConfigurationError, match="EVOLINK_BASE_URL"):
        ew.session()


def test_an_emulator_on_a_port_is_known_for_one_and_its_weather_is_played(on_port: OnPort) -> None:
    ew.configure(base_url=on_port.api)
    assert ew.session().simulated
    assert ew.weather() == []
    (playing,) = ew.weather("policy refusal")
    assert playing["name"] == "policy refusal"
    task = ew.generate("a fox", size="816x816", quality="low")
    with pytest.raises(errors.ContentRefused):
        task.result(20)
    (image,) = ew.generate("an owl", size="816x816", quality="low").result(20)
    assert image.simulated
    assert image.recipe.service == "emulator"
    assert ew.weather("fair") == []
    with pytest.raises(errors.EvolinkError, match="no weather"):
        ew.weather("raining cats")


def test_weather_in_this_process_is_played_and_ends_with_fair() -> None:
    ew.configure(speed=500)
    (playing,) = ew.weather("policy refusal", times=2)
    assert (playing["name"], playing["left"]) == ("policy refusal", 2)
    with pytest.raises(errors.ConfigurationError, match="no weather 'raining cats'"):
        ew.weather("raining cats")
    assert ew.weather("fair") == []


FOX = {"size": "816x816", "quality": "low"}


def test_weather_that_the_store_spares_says_so_and_waits_for_the_next_request() -> None:
    ew.configure(speed=500)
    spare_the_weather()


def test_weather_on_a_port_that_the_store_spares_says_so_too(on_port: OnPort) -> None:
    ew.configure(base_url=on_port.api)
    spare_the_weather()


def spare_the_weather() -> None:
    """Play weather for a request that the store answers, and then for one that is sent."""
    session = ew.session()
    request = ew.ImageRequest("a fox", **FOX)  # type: ignore[arg-type]

    def asked(run: str) -> ew.Task:
        task = session.submit(request, fresh=False, execution=run)
        task.result(20)
        return task

    assert asked("1").state.note is None
    assert asked("2").state.note is None
    ew.weather("reply lost")
    ew.weather("no batch")
    note = asked("3").state.note or ""
    assert note.startswith("Nothing was sent, so the weather was not met: 'reply lost' waits")
    assert "no batch" not in note
    assert [fault["name"] for fault in ew.weather()] == ["reply lost", "no batch"]
    other = replace(request, prompt="a fox whose price no other task of this emulator has")
    task = session.submit(other, fresh=True)
    task.result(20)  # it is lost, and found
    assert [fault["name"] for fault in ew.weather()] == ["no batch"]
    assert asked("4").state.note is None
    ew.weather("fair")


def test_weather_is_remembered_by_the_session_that_comes_after_configure() -> None:
    ew.configure(speed=500)
    ew.generate("a fox", **FOX).result(20)  # type: ignore[arg-type]
    ew.weather("reply lost")
    ew.configure(budget=1000)
    request = ew.ImageRequest("a fox", **FOX)  # type: ignore[arg-type]
    task = ew.session().submit(request, execution="again")
    task.result(20)
    assert "'reply lost' waits" in (task.state.note or "")


def test_the_store_answers_though_the_emulator_that_was_to_play_weather_is_gone() -> None:
    command = [sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--speed", "500"]
    request = ew.ImageRequest("a fox", **FOX)  # type: ignore[arg-type]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment()
    ) as emulator:
        assert emulator.stdout is not None
        ew.configure(base_url=emulator.stdout.readline().split()[2])
        ew.session().submit(request).result(20)
        ew.weather("reply lost")
        emulator.kill()
    task = ew.session().submit(request, execution="again")
    assert len(task.result(20)) == 1
    assert task.state.note is None


def test_a_live_service_has_its_own_weather() -> None:
    ew.configure(api_key=KEY)
    with pytest.raises(errors.ConfigurationError, match="its own") as caught:
        ew.weather("reply lost")
    assert "emulator" in caught.value.advice


def test_tasks_on_their_way_go_on_when_settings_change() -> None:
    ew.configure(speed=100)
    task = ew.generate("a fox", size="816x816", quality="low")
    ew.configure(budget=100)
    assert len(task.result(20)) == 1


def test_what_a_user_types(tmp_path: Path) -> None:
    ew.configure(speed=200)
    before = ew.estimate("a fox", size="16:9", quality="low", n=2)
    task = ew.generate("a fox", size="16:9", quality="low", n=2)
    images = task.result(30)
    assert len(images) == 2
    assert task.estimate == before
    assert images[0].simulated
    assert images[0].path.parent == tmp_path / "evolink_images"
    assert (ew.credits().account_used or 0) > 0
    assert ew.recover() == []
    with pytest.raises(ew.InvalidRequest) as caught:
        ew.generate("", size="1000x300", n=12, references=7)  # type: ignore[arg-type]
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["prompt", "size", "n", "references"]


FORK = """
import os, sys, warnings
warnings.simplefilter("ignore")
import evolink_widgets as ew
ew.configure(store=sys.argv[1], speed=300)
assert len(ew.generate("a fox", size="816x816", quality="low").result(30)) == 1
child = os.fork()
if child == 0:
    try:
        ok = len(ew.generate("an owl", size="816x816", quality="low").result(30)) == 1
    finally:
        os._exit(0 if ok else 1)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert len(ew.generate("a bear", size="816x816", quality="low").result(30)) == 1
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_both_sides_of_a_fork_can_ask(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORK, str(tmp_path / "pictures")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


RUN = """
import asyncio, sys
import evolink_widgets as ew

async def double(number):
    await asyncio.sleep(0)
    return 2 * number

assert ew.run(double(4)) == 8                       # where no loop runs
assert not hasattr(asyncio, "_nest_patched")

async def cell():
    bound = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, bound.set)
    async def wait():
        await bound.wait()                          # an object of this very loop
        return "here"
    first = ew.run(wait())
    assert ew.run(double(21)) == 42                 # and again
    task = ew.generate("a fox", size="816x816", quality="low")
    async def both():
        return len(await task)
    return first, ew.run(both()), len(task.result(30))

ew.configure(store=sys.argv[1], speed=300)
assert asyncio.run(cell()) == ("here", 1, 1)
try:
    ew.run(ew.generate("a fox", size="816x816", quality="low"))
except TypeError as error:
    assert "task.result()" in str(error)
else:
    raise AssertionError
"""


def test_a_coroutine_of_ones_own_runs_from_a_plain_cell(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path / "pictures")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_the_import_brings_nothing_heavy() -> None:
    heavy = "httpx, PIL, starlette, ipywidgets, anywidget, asyncio, sqlite3, evolink_widgets.core"
    code = (
        f"import sys, evolink_widgets; print([n for n in {heavy.split(', ')} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What is not named stays where it was first used.

ASK = {"size": "816x816", "quality": "low"}
LATER = {
    "a budget": {"budget": 5},
    "the speed": {"speed": 300},
    "spending": {"spend": "allow"},
    "the mode": {"mode": "emulator"},
    "the key": {"api_key": None},
    "an address": {"files_url": None},
    "nothing": {},
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Another folder."""
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


@pytest.mark.parametrize("what", LATER)
@pytest.mark.parametrize("variable", ["", "pictures"])
def test_the_store_stays_when_the_process_changes_its_folder(
    what: str, variable: str, tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOLINK_STORE", variable)
    assert ew.session().store.root == tmp_path / (variable or "evolink_images")
    monkeypatch.chdir(elsewhere)
    ew.configure(**LATER[what])  # type: ignore[arg-type]
    assert ew.session().store.root == tmp_path / (variable or "evolink_images")


def test_the_store_moves_when_it_is_named_or_its_variable_is_another(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ew.configure(store="mine")
    monkeypatch.chdir(elsewhere)
    assert ew.session().store.root == tmp_path / "mine"
    ew.configure(store=None)
    assert ew.session().store.root == elsewhere / "evolink_images"
    monkeypatch.setenv("EVOLINK_STORE", str(tmp_path / "told later"))
    ew.configure(budget=5)
    assert ew.session().store.root == elsewhere / "evolink_images"
    ew.configure()
    assert ew.session().store.root == tmp_path / "told later"


def test_a_cap_holds_when_the_process_changes_its_folder(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ew.configure(budget=ew.estimate("a fox", **ASK).high * 1.5, speed=300)
    ew.generate("a fox", **ASK).result(30)
    monkeypatch.chdir(elsewhere)
    ew.configure(speed=400)
    with pytest.raises(ew.BudgetExceeded):
        ew.generate("a hare", **ASK).result(30)
    assert len(ew.generate("a fox", **ASK).result(30)) == 1


@pytest.mark.parametrize("by_block", [False, True])
def test_a_cap_of_the_process_counts_what_was_spent_in_every_store(by_block: bool) -> None:
    ew.configure(store="one", speed=300)
    price = ew.estimate("a fox", **ASK).high
    if not by_block:
        ew.configure(budget=price * 2.5)
    with ew.budget(credits=price * 2.5) if by_block else contextlib.nullcontext():
        ew.generate("a fox", **ASK).result(30)
        ew.configure(store="two")
        ew.generate("a fox", **ASK).result(30)
        (meter,) = ew.session().meters()
        assert price < meter.spent + meter.reserved < price * 2.1
        for store in ("two", "one", "three"):
            ew.configure(store=store)
            with pytest.raises(ew.BudgetExceeded):
                ew.generate("a hare", **ASK).result(30)


def test_a_task_on_its_way_is_found_by_the_emulator_of_another_speed(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ew.configure(speed=100)
    ew.weather("stuck")
    task = ew.generate("a fox", **ASK)
    until(lambda: task.id is not None)
    task.stop()
    monkeypatch.chdir(elsewhere)
    ew.configure(speed=300)
    (again,) = ew.recover()
    ew.weather("fair")
    assert again.id == task.id
    assert len(again.result(30)) == 1
    assert ew.spending().total.tasks == 1


def test_each_session_has_the_emulator_of_its_own_store(tmp_path: Path) -> None:
    ew.configure(store=tmp_path / "one", speed=300)
    one = ew.session()
    ew.configure(store=tmp_path / "two")
    ew.generate("a fox", **ASK).result(30)
    one.submit(ImageRequest("an owl", **ASK)).result(30)
    for store, prompt in (("one", "an owl"), ("two", "a fox")):
        written = (tmp_path / store / ".emulator.jsonl").read_text()
        assert [word for word in ("a fox", "an owl") if word in written] == [prompt]
    one.close()


def test_a_folder_that_is_gone_is_told_and_the_store_that_was_used_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ew.ConfigurationError, match="was deleted") as caught:
        ew.generate("a fox", **ASK)
    assert "ew.configure(store=" in caught.value.advice
    with pytest.raises(ew.ConfigurationError, match="was deleted"):
        ew.configure(store="pictures")
    ew.configure(store=tmp_path / "pictures", speed=300)
    assert len(ew.generate("a fox", **ASK).result(30)) == 1
    ew.configure(budget=5)
    assert ew.session().store.root == tmp_path / "pictures"


FORK_ELSEWHERE = """
import os, sys, warnings
warnings.simplefilter("ignore")
import evolink_widgets as ew
ASK = {"size": "816x816", "quality": "low"}
os.chdir(sys.argv[1])
ew.configure(speed=300, budget=ew.estimate("a fox", **ASK).high * 1.5)
ew.generate("a fox", **ASK).result(30)
child = os.fork()
if child == 0:
    code = 1
    try:
        os.mkdir("below"); os.chdir("below")
        assert str(ew.session().store.root.parent) == sys.argv[1]
        assert len(ew.generate("a fox", **ASK).result(30)) == 1
        try:
            ew.generate("a hare", **ASK).result(30)
        except ew.BudgetExceeded:
            code = 0
    finally:
        os._exit(code)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_child_keeps_the_store_and_the_cap(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORK_ELSEWHERE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.glob("**/evolink.sqlite")] == ["evolink.sqlite"]


# A key that comes late.


def test_a_key_that_comes_after_the_first_picture_is_told_once_and_goes_live_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ew.configure(speed=300)
    ew.generate("a fox", **ASK).result(30)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    assert ew.generate("a hare", **ASK).result(30)[0].simulated
    said = capsys.readouterr().err
    assert "the emulator is still in use" in said
    assert "ew.configure()" in said
    assert KEY not in said
    assert ew.generate("an owl", **ASK).result(30)[0].simulated
    ew.configure(budget=5, store="other")
    assert ew.session().simulated
    assert capsys.readouterr() == ("", "")
    ew.configure()
    assert (ew.session().simulated, ew.session().service) == (False, "api.evolink.ai")


@pytest.mark.parametrize("named", [{"mode": None}, {"api_key": None}, {"base_url": None}, {}])
def test_what_names_the_service_reads_the_environment_again(
    named: dict[str, None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ew.session().simulated
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    ew.configure(**named)
    assert not ew.session().simulated


def test_a_session_stays_live_when_the_key_leaves_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    monkeypatch.setenv("EVOLINK_BASE_URL", "https://gateway.example")
    assert not ew.session().simulated
    monkeypatch.delenv("EVOLINK_API_KEY")
    monkeypatch.delenv("EVOLINK_BASE_URL")
    ew.configure(budget=5)
    assert (ew.session().simulated, ew.session().service) == (False, "gateway.example")
    ew.configure()
    assert ew.session().simulated


def test_a_key_that_can_not_be_is_read_again_at_the_next_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", "two words")
    with pytest.raises(ew.ConfigurationError):
        ew.session()
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    assert not ew.session().simulated


def test_the_emulator_that_was_chosen_says_nothing_of_a_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ew.configure(mode="emulator", speed=300)
    ew.generate("a fox", **ASK).result(30)
    monkeypatch.setenv("EVOLINK_API_KEY", KEY)
    ew.generate("a hare", **ASK).result(30)
    assert capsys.readouterr() == ("", "")
