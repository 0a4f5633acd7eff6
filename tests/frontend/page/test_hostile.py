"""Text from outside is text: no prompt, message or name becomes an element."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bench import Bench
from playwright.sync_api import expect

Opener = Callable[..., Bench]

HOSTILE = {
    "markup": "<img src=x onerror=\"window.hit=1\"><b>bold</b>",
    "script": "</script><script>window.hit=1</script>",
    "style": "</style><style>*{display:none}</style>{display:none}",
    "template": "${window.hit=1} {{window.hit=1}} javascript:window.hit=1",
    "comment": "<!-- --> ]]> <svg onload=window.hit=1>",
    "right to left": "\u202eevil\u202c שלום عالم",
    "zero": "a\x00b\x1b[31m\x07",
    "lone surrogate": "lone \ud83e and \udd8a apart",
    "marks": "Z" + "\u0351" * 200 + "\u200b\ufeff",
    "long": "lighthouse " * 2909 + "x",
    "no break": "x" * 32_000,
    "lines": "one\n\n\n\n\ttwo",
}  # fmt: skip


def count_elements(one: Bench) -> int:
    number: int = one.js("() => document.querySelectorAll('*').length")
    return number


def fill_everything(one: Bench, text: str) -> None:
    """Every place where words from outside are drawn."""
    one.js(
        """(text) => {
            model.set("prompt", text);
            const key = kernel.show({ prompt: text, n: 1, title: text }).key;
            kernel.land(key, 0, { alt: text });
            kernel.change(key, {
                stage: "done", landed: [0], endedAt: 1, message: text, advice: text,
                charge: { kind: "charged", text }, actions: ["saveAll"] });
            kernel.show({ prompt: text, stage: "failed", title: text, message: text, advice: text,
                actions: ["runAgain"], taskId: text });
            kernel.plan.notices = [text];
            kernel.plan.facts = [[text, text]];
            kernel.answers.check = () => ({
                kind: "checked", pixels: null, price: null, notices: [text],
                balance: { credits: 1, text },
                problems: [{ field: "prompt", rule: text, nearest: null, message: text },
                           { field: "size", rule: text, nearest: text, message: text }] });
        }""",
        text,
    )
    one.page.wait_for_function("() => document.querySelectorAll('.ew-problem').length === 2")
    one.root.get_by_role("gridcell").click()
    one.page.wait_for_function("() => document.querySelector('.ew-facts dd')")


@pytest.fixture
def harmless(bench: Opener) -> int:
    one = bench(traits={"prompt": "-"})
    fill_everything(one, "a fox in the snow")
    return count_elements(one)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_words_make_no_element_and_run_nothing(
    bench: Opener, harmless: int, text: str
) -> None:
    one = bench(traits={"prompt": "-"})
    fill_everything(one, text)
    assert count_elements(one) == harmless
    assert one.js("() => window.hit") is None
    expect(one.root.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_prompt_is_kept_exactly(bench: Opener, text: str) -> None:
    one = bench()
    one.js("text => model.set('prompt', text)", text)
    same = "text => document.querySelector('textarea').value === text"
    assert one.js(same, text)
    typed = "new Event('input', { bubbles: true })"
    one.js(f"() => document.querySelector('textarea').dispatchEvent({typed})")
    asked = "text => model.heard('check').some(({ fields }) => fields.prompt === text)"
    one.page.wait_for_function(asked, arg=text)
    counter = f"{len(text):,} / 32,000"
    expect(one.root.get_by_text(counter, exact=True)).to_be_visible()


def test_long_words_widen_nothing(bench: Opener) -> None:
    one = bench(width=340)
    one.show(prompt=HOSTILE["no break"], title="Failed", stage="failed", endedAt=1.0,
             message=HOSTILE["no break"][:400], actions=["runAgain"])  # fmt: skip
    one.js("text => model.set('prompt', text)", HOSTILE["no break"])
    assert one.root.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_a_widget_key_cannot_hide_anything_else(bench: Opener) -> None:
    one = bench(traits={"_key": "x{} body{display:none} .y"})
    expect(one.root).to_be_visible()
