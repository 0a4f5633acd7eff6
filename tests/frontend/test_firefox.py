"""One journey through each widget in a Firefox as people have it: with its own keys and clicks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import compare_bench
import firefox
import gallery_bench
import pytest
import rank_bench
import study_bench
from bench import DONE, page_files
from install_firefox import command

pytestmark = pytest.mark.timeout(300)

Opener = Callable[..., firefox.Window]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[firefox.Firefox]:
    path = command()
    if path is None:
        pytest.fail("No Firefox starts here: run `make test`, or tests/install_firefox.py.")
    with firefox.started(path, tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest.fixture
def window(browser: firefox.Firefox) -> Iterator[Opener]:
    """Opens pages of the bench; at the end none may have complained."""
    opened: list[firefox.Window] = []
    with ExitStack() as stack:

        def open_one(widget: str, **how: Any) -> firefox.Window:
            address = stack.enter_context(firefox.served(page_files(widget, **how)))
            opened.append(browser.open(address))
            opened[-1].wait("window.ready")
            return opened[-1]

        yield open_one
        complaints = [said for one in opened for said in one.complaints()]
        for one in opened:
            one.close()
    assert complaints == []


def painted(images: str) -> str:
    """Two of some images, or more, have their pixels."""
    return f"[...document.querySelectorAll('{images}')].filter((i) => i.naturalWidth).length > 1"


def finish(one: firefox.Window, n: int) -> None:
    """Python tells that the newest run is done, and of its pictures."""
    for index in range(n):
        one.js(f"void kernel.land(kernel.runs.at(-1).key, {index})")
    changes = json.dumps({**DONE, "n": n})
    one.js(f"void kernel.change(kernel.runs.at(-1).key, {changes})")


def test_the_panel_runs_and_its_pictures_are_seen_large(window: Opener) -> None:
    one = window("studio", plan={"prompts": ["an earlier prompt"]})
    one.click("textarea")
    one.press("ArrowUp")
    one.wait("document.querySelector('textarea').value === 'an earlier prompt'")
    one.press("a", held="Control")
    one.type("a fox in the snow")
    one.press("Enter", held="Control")
    assert one.wait("model.heard('run')[0]?.fields.prompt") == "a fox in the snow"
    one.wait("document.querySelectorAll('article').length === 1")
    finish(one, 2)
    one.wait(painted("article img"))
    assert one.js("kernel.bought") == ["run"]

    one.click("article [role=gridcell] img")
    one.wait("document.querySelector('dialog').open")
    current = "document.querySelector('dialog .ew-strip [aria-current]')"
    one.wait(f"!!{current}?.nextElementSibling")
    one.press("ArrowRight")
    one.wait(f"!!{current}?.previousElementSibling")
    one.press("Escape")
    one.wait("!document.querySelector('dialog').open")
    one.wait("document.activeElement.getAttribute('role') === 'gridcell'")
    one.press(" ")
    one.wait("model.get('selected').length === 1")


def test_a_file_is_taken_into_the_tray(window: Opener, tmp_path: Path) -> None:
    one = window("studio")
    file = tmp_path / "fox.png"
    file.write_bytes(b"\x89PNG" + bytes(300_000))
    one.choose("input[type=file]", file)
    one.wait("model.heard('take')[0]?.name === 'fox.png'")
    one.wait("document.querySelector('.ew-ref')?.textContent.includes('fox.png')")
    assert one.js("model.heard('put').length") >= 1


def test_a_picture_goes_to_the_trash_and_comes_back(window: Opener) -> None:
    one = window("gallery", traits=gallery_bench.TRAITS, plan={"gallery": 30})
    one.wait(painted(".ew-cell img"))
    tally = "document.querySelector('.ew-tally').innerText"
    before = one.js(tally)
    one.click(".ew-cell .ew-check")
    one.wait(f"{tally}.includes('selected')")
    one.focus_button("Move to trash")
    one.press_until("Enter", f"{tally}.startsWith('29 ')")
    one.focus_button("Undo")
    one.press_until("Enter", f"{tally} === {json.dumps(before)}")


def test_pairs_are_voted_on_by_keys_and_by_presses(window: Opener) -> None:
    one = window("rank", plan=rank_bench.plan())
    one.js(f"void ({rank_bench.SERVES})({json.dumps([rank_bench.thumbs()])})")
    one.js("void model.fire('comm_live_update')")
    one.wait(painted(".ew-shot img"))
    one.click(".ew-pick:first-child")
    one.press("ArrowRight")
    one.press("ArrowDown")
    one.press("z")
    told = "model.heard('vote').map(({ outcome, withdrawn }) => outcome + withdrawn).join()"
    assert one.wait(told) == "leftfalse,rightfalse,tiefalse,tietrue"
    one.wait(painted(".ew-shot img"))


def test_two_pictures_are_compared_by_keyboard(window: Opener) -> None:
    pictures = [compare_bench.told(at) for at in (0, 1)]
    one = window("compare", traits=compare_bench.TRAITS, plan=compare_bench.plan(pictures))
    one.wait(painted(".ew-pane img"))
    one.node("[role=slider]")
    one.js("void document.querySelector('[role=slider]').focus()")
    one.press("ArrowRight", "ArrowRight")
    one.wait("model.get('position') > 0.5")
    one.press("d")
    one.wait("model.get('mode') === 'difference'")


def test_a_study_is_gone_through_and_a_cell_bought(window: Opener) -> None:
    one = window("study", traits=study_bench.TRAITS, plan=study_bench.plan())
    one.wait(painted(".ew-at img"))
    one.js("void document.querySelector('.ew-at[tabindex=\"0\"]').focus()")
    one.press("ArrowRight", "ArrowDown")
    one.wait("document.activeElement.ariaLabel?.startsWith('an owl at night, woodcut')")
    one.press("+")
    one.wait("model.get('zoom') === 168")
    one.press("0")
    one.js("void document.querySelector('.ew-at[data-s=\".\"]').focus()")
    one.press("Enter")
    one.wait("document.activeElement.innerText.startsWith('Make this cell')")
    one.press_until("Enter", "kernel.bought.length === 1")
    one.wait("document.querySelector('.ew-at[data-s=r]')")


def test_pictures_are_reviewed_by_keys(window: Opener) -> None:
    welcome = {"letters": "." * 40, "judge": "ana", "others": 0, "name": "store", "now": 1.0,
               "badge": "Simulated"}  # fmt: skip
    one = window("review", plan={"welcome": welcome, "review": {}})
    one.wait("document.querySelector('.ew-shot img')?.naturalWidth")
    one.click(".ew-shot")
    one.press("ArrowRight", "ArrowRight", "z")
    one.wait("kernel.judged.length === 3")
    assert one.js("kernel.judged.map(({ verdict }) => `${verdict}`).join()") == "keep,keep,null"
    one.press("c")
    one.type("a fox")
    one.wait("kernel.judged.at(-1).caption === 'a fox'")
    assert one.js("document.querySelectorAll('.ew-frame').length") > 5
    assert one.js("document.querySelector('.ew-frame[data-v=k]').ariaLabel") == "Picture 1, kept"
