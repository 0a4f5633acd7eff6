"""The static companion: what stays in the saved notebook of a panel."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import evolink_widgets as ew
from evolink_widgets.core.task import Stage
from evolink_widgets.widgets.base.companion import html_of

ASK = {"size": "1024x640", "quality": "low"}


def test_it_shows_the_newest_run_first_and_hides_a_dead_view_above() -> None:
    tasks = [ew.generate(prompt, **ASK) for prompt in ("a fox", "an owl")]
    for task in tasks:
        task.result(20)
    markup = html_of(tasks, "abc")
    assert re.findall(r'alt="(\w+ \w+)', markup) == ["an owl", "a fox"]
    assert ".ew-static-abc" in markup
    assert "Not finished" not in markup


def test_a_run_on_its_way_is_named_with_how_to_collect_it() -> None:
    ew.weather("stuck")
    task = ew.generate("a <b>fox</b>", **ASK)
    markup = html_of([task], "abc")
    assert "a &lt;b&gt;fox&lt;/b&gt;" in markup
    assert "ew.recover()" in markup


def test_a_run_whose_pictures_are_all_there_misses_nothing() -> None:
    task = ew.generate("a fox", n=2, **ASK)
    task.result(20)
    last = replace(task.state, stage=Stage.SAVING, ended_at=None)
    run = SimpleNamespace(state=last, images=last.images, request=task.request)
    assert "Not finished" not in html_of([run], "abc")  # type: ignore[list-item]
    run.state, run.images = replace(last, images=last.images[:1]), last.images[:1]
    assert "Not finished" in html_of([run], "abc")  # type: ignore[list-item]


def test_a_long_log_is_cut_and_says_so() -> None:
    tasks = [ew.generate(f"fox {number}", n=10, **ASK) for number in range(5)]
    for task in tasks:
        task.result(60)
    markup = html_of(tasks, "abc")
    assert markup.count("<img ") == 40
    assert "10 older pictures are not shown here" in markup
    assert "fox 4" in markup
    assert "fox 0" not in markup


def test_without_pictures_it_is_an_empty_place() -> None:
    markup = html_of([], "abc")
    assert markup.startswith('<div class="ew-static-abc ')
    assert "<img" not in markup
