"""`%evolink` and `%%evolink` in a real IPython shell, and in a real kernel."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

import evolink_widgets as ew
from evolink_widgets.magic.words import ASKING, LINES

from .shells import Shell, shell_in

SMALL = "--size 1024x640 --quality low"


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    yield from shell_in(tmp_path)


def refused(shell: Shell, cell: str) -> ew.InvalidRequest:
    with pytest.raises(ew.InvalidRequest) as caught:
        shell.run(cell)
    assert shell.bought() == 0
    return caught.value


def test_a_cell_is_the_prompt_and_its_task_has_a_name(shell: Shell) -> None:
    task = shell.run(f"%%evolink {SMALL} -n 2 --as fox\na fox in the snow\n")
    assert isinstance(task, ew.Task)
    assert shell.names["fox"] is task
    assert task.request == ew.ImageRequest("a fox in the snow", size="1024x640", quality="low", n=2)
    assert len(task.result(60)) == 2


def test_the_task_shows_itself_in_its_cell(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run(f"%%evolink {SMALL}\na fox;")
    assert "“a fox;” (simulated): Done: 1 picture" in capsys.readouterr().out


def test_a_cell_that_runs_again_is_free(shell: Shell) -> None:
    cell = f"%%evolink {SMALL} --as fox\na fox"
    first = [image.path for image in shell.run(cell).result(60)]
    again = shell.run(cell)
    assert [image.path for image in again.result(60)] == first
    assert again.state.reused.pictures == 1
    assert shell.bought() == 1
    fresh = shell.run(f"%%evolink {SMALL} --fresh\na fox").result(60)
    assert fresh[0].path not in first
    assert shell.bought() == 2


def test_variables_stand_in_the_prompt_and_in_the_options(shell: Shell) -> None:
    shell.run("animal, price, words, how_many, shape = 'fox', 2.5, ['snow'], 2, '1024x640'")
    task = shell.run(
        "%%evolink --size {shape} --quality low -n {how_many}\n"
        "a {animal} in the {words[0]}, {price:.2f} m high, with {{braces}} and a {animal!r}"
    )
    assert task.request.prompt == "a fox in the snow, 2.50 m high, with {braces} and a 'fox'"
    assert (task.request.size, task.request.n) == ("1024x640", 2)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a {foks} in the snow", ["prompt", "{foks}", "Nearest: {fox}."]),
        ("a {animal.colour}", ["prompt", "{animal.colour}", "Nearest: {animal}."]),
        ("a {things}", ["{things}, a dict", "Nearest: {things!s}."]),
        (
            "a {exi}",
            ["must name variables of the notebook; {{ and }} are braces; it is '{exi}'. Not"],
        ),
        ("a {get_ipython}", ["must name variables of the notebook", "'{get_ipython}'"]),
        ("a {nothing}", ["{nothing}, a NoneType"]),
        ("a {animal:d}", ["{animal:d}", "format"]),
        ('{"subject": "fox"}', ["prompt", "{{ and }} are braces", "--literal"]),
        ("a { fox", ["prompt", "{{ and }} are braces"]),
        ("a {} fox", ["prompt", "{}"]),
        ("{__import__('os')}", ["prompt", "must name variables of the notebook"]),
        ("", ["prompt must have 1 to 32,000 characters"]),
    ],
)
def test_what_cant_be_put_into_a_prompt_is_told_and_nothing_is_bought(
    prompt: str, said: list[str], shell: Shell
) -> None:
    shell.run("fox, animal, things, nothing = 'a fox', 'fox', {'a': 1}, None")
    error = str(refused(shell, f"%%evolink {SMALL}\n{prompt}\n "))
    assert [word for word in said if word not in error] == [], error
    assert "Not charged." in error


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--size 16/9", ["--size must be", "it is '16/9'", "Nearest: 16:9."]),
        ("--siz 16:9", ["option must be one of --as, ", "'--siz'", "Nearest: --size."]),
        ("—size 16:9", ["'—size'", "Nearest: --size."]),
        ("-size 16:9", ["'-size'", "Nearest: --size."]),
        ("size=16:9", ["word must stand behind an option", "Nearest: --size 16:9."]),
        ("-n 12", ["--n must be a whole number from 1 to 10; it is 12. Nearest: 10."]),
        ("-n two", ["--n must be a whole number", "'two'"]),
        ("--quality hd", ["--quality must be one of low, medium, high", "Nearest: high."]),
        ("--size", ["--size must be followed by auto, a ratio"]),
        ("--size 1:1 --size 2:1", ["--size may stand once"]),
        ("--fresh=yes", ["--fresh is a switch"]),
        ("--as 2fox", ["--as must be a variable's name; it is '2fox'. Nearest: _2fox."]),
        ("--as class", ["--as must be a variable's name", "Nearest: _class."]),
        ("--references {none}", ["--references must name variables", "{none}"]),
        ("--references no/such.png", ["--references", "no/such.png"]),
        ('--as "fox', ["option must end the quotes that it begins"]),
        ("a fox", ["word must stand behind an option; the prompt stands below this line"]),
    ],
)
def test_an_option_that_cant_be_taken_is_told_with_its_rule_and_the_nearest(
    options: str, said: list[str], shell: Shell
) -> None:
    error = str(refused(shell, f"%%evolink {options}\na fox"))
    assert [word for word in said if word not in error] == [], error


def test_all_that_is_wrong_is_told_at_once(shell: Shell) -> None:
    error = refused(shell, "%%evolink --size 16/9 --siz 1 -n 0 --as 2\na {fox}")
    assert [problem.field for problem in error.problems] == [
        "option", "prompt", "--as", "--size", "--n",
    ]  # fmt: skip


def test_an_error_is_one_line_in_the_notebook(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.ipython.run_cell("%%evolink --size 16/9\na fox", store_history=True)
    shown = "".join(capsys.readouterr())
    assert "Traceback" not in shown
    assert "InvalidRequest: --size must be" in shown


def test_braces_may_be_only_braces(shell: Shell) -> None:
    task = shell.run(f'%%evolink {SMALL} --literal\n{{"subject": "fox"}}')
    assert task.request.prompt == '{"subject": "fox"}'


def test_a_picture_of_the_notebook_is_a_reference(shell: Shell, tmp_path: Path) -> None:
    shell.run(f"%%evolink {SMALL} --as fox\na fox")
    shell.run("image = fox.result(60)[0]\nboth = [image, image.path]")
    one = shell.run(f"%%evolink {SMALL} --references {{image}}\nmake it night")
    assert len(one.request.references) == 1
    path = shell.names["image"].path
    three = shell.run(f'%%evolink {SMALL} --references {{both}} "{path}"\nmake it night')
    assert len(three.request.references) == 3


def test_a_preset_gives_what_the_line_does_not_say(shell: Shell) -> None:
    ew.presets["poster"] = {"size": "1024x640", "quality": "low", "n": 2}
    task = shell.run("%%evolink --preset poster -n 1\na fox")
    assert (task.request.size, task.request.quality, task.request.n) == ("1024x640", "low", 1)


def test_a_dry_run_says_the_price_and_buys_nothing(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f"%%evolink {SMALL} --as fox"
    estimate = shell.run(f"{line} -n 2 --dry-run\na fox")
    assert estimate == ew.estimate("a fox", size="1024x640", quality="low", n=2)
    assert "fox" not in shell.names
    assert (shell.bought(), ew.session().store.journal.unsent_entries()) == (0, [])
    shell.run(f"{line}\na fox").result(60)
    capsys.readouterr()
    assert shell.run(f"{line} --dry-run\na fox").high == 0
    assert "Free: 1 picture from the store" in "".join(capsys.readouterr())
    part = shell.run(f"{line} -n 3 --dry-run\na fox")
    assert part.pictures == 2
    assert "1 picture from the store" in "".join(capsys.readouterr())
    assert shell.run(f"{line} --dry-run --fresh\na fox").high > 0
    assert shell.bought() == 1


def test_a_dry_run_is_refused_what_a_purchase_is(shell: Shell) -> None:
    assert "--size" in str(refused(shell, "%%evolink --dry-run --size 16/9\na fox"))


def test_a_cap_holds_for_a_cell(shell: Shell) -> None:
    ew.configure(budget=0.0001)
    try:
        task = shell.run(f"%%evolink {SMALL}\na fox")
        with pytest.raises(ew.BudgetExceeded):
            task.result(60)
    finally:
        ew.configure(budget=None)
    assert shell.bought() == 0


def test_every_argument_of_generate_is_an_option() -> None:
    asked = set(inspect.signature(ew.generate).parameters) - {"prompt"}
    assert asked <= {option.field for option in ASKING}


def test_help_tells_of_every_option_and_line(shell: Shell) -> None:
    told = shell.ipython.object_inspect_text("%evolink")
    assert [one.name for one in ASKING if one.name not in told] == []
    assert [name for name in LINES if f"%evolink {name}" not in told] == []


def test_recover_collects_and_says_so_where_nothing_is_out(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run("%evolink recover") == []
    assert "Nothing is out" in "".join(capsys.readouterr())
    shell.run("import evolink_widgets as ew\new.weather('stuck')")
    stuck = ew.generate("a fox", size="1024x640", quality="low")
    while stuck.id is None:
        pass
    stuck.stop()
    ew.weather("fair")
    [task] = shell.run("tasks = %evolink recover\ntasks")
    assert len(task.result(60)) == 1
    assert shell.names["tasks"] == [task]


def test_spending_gallery_studio_and_credits_are_the_functions_of_that_name(shell: Shell) -> None:
    shell.run(f"%%evolink {SMALL}\na fox").result(60)
    assert len(list(shell.run("%evolink spending --by day"))) == 1
    assert isinstance(shell.run("%evolink gallery"), ew.Gallery)
    assert isinstance(shell.run("%evolink studio"), ew.ImageStudio)
    assert shell.run("%evolink credits") == ew.credits()


def test_weather_is_played_by_name_and_its_options(shell: Shell) -> None:
    [fault] = shell.run("%evolink weather reply lost --times 2 --after 1")
    assert (fault["name"], fault["left"], fault["after"]) == ("reply lost", 2, 1)
    assert shell.run("%evolink weather") == [fault]
    assert shell.run("%evolink weather fair") == []
    with pytest.raises(ew.ConfigurationError, match="hail"):
        shell.run("%evolink weather hail")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a fox", ["%evolink takes one of recover, ", "below %%evolink"]),
        ("recove", ["Nearest: recover."]),
        ("spending --buy day", ["'--buy'", "Nearest: --by."]),
        ("gallery of foxes", ["word must not stand behind %evolink gallery; it is 'of foxes'"]),
        ("recover --fresh", ["option must not stand here; it is '--fresh'"]),
        ("spending --since {whenever}", ["--since must name variables", "{whenever}"]),
    ],
)
def test_a_line_that_cant_be_taken_is_told(line: str, said: list[str], shell: Shell) -> None:
    error = str(refused(shell, f"%evolink {line}"))
    assert [word for word in said if word not in error] == [], error


def test_it_can_be_loaded_again_and_taken_out(shell: Shell) -> None:
    shell.run("%reload_ext evolink_widgets")
    shell.run(f"%%evolink {SMALL} --dry-run\na fox")
    assert shell.complete("%%evolink --siz")[1] == ["--size"]
    shell.ipython.run_line_magic("unload_ext", "evolink_widgets")
    assert shell.ipython.find_cell_magic("evolink") is None
    assert shell.complete("%%evolink --siz")[1] == []


KERNEL = """
import evolink_widgets as ew
ew.configure(mode="emulator", speed=20)
%load_ext evolink_widgets
"""


@pytest.mark.timeout(180)
def test_in_a_real_kernel_a_cell_is_over_at_once_completes_and_is_free_the_second_time(
    tmp_path: Path,
) -> None:
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(tmp_path))

    def run(code: str) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        reply = client.execute_interactive(code, timeout=60, output_hook=outputs.append)
        assert reply["content"]["status"] == "ok", reply["content"]
        return outputs

    def text(outputs: list[dict[str, Any]]) -> str:
        return "".join(one["content"].get("text", "") for one in outputs)

    try:
        run(KERNEL)
        cell = f"%%evolink {SMALL} -n 2 --as fox\na fox in the snow"
        shown = run(cell)
        kinds = [one["content"]["data"] for one in shown if one["msg_type"] == "display_data"]
        assert any("application/vnd.jupyter.widget-view+json" in data for data in kinds)
        assert text(run("print(fox.state.stage.ended)")) == "False\n", "the cell did not wait"
        assert text(run("print(len(await fox))")) == "2\n"
        run(cell)
        assert text(run("print(len(await fox), fox.state.reused.pictures)")) == "2 2\n"
        client.complete("%%evolink --quality m")
        reply = client.get_shell_msg(timeout=30)["content"]
        assert (reply["matches"], reply["cursor_start"]) == (["medium"], 20)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
