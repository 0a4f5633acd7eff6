"""A task belongs to the process that asked for it: forks, pickles and copies say so."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, OnPort

import evolink_widgets as ew
from evolink_widgets.core.session import Session
from evolink_widgets.rules.request.request import ImageRequest

Program = Callable[..., "subprocess.Popen[str]"]
Small = Callable[..., ImageRequest]


@pytest.fixture
def session(in_process: InProcess, open_session: Callable[..., Session]) -> Session:
    return open_session(in_process)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.parametrize("how", ["fork", "multiprocessing"])
def test_in_a_forked_child_the_parents_task_says_whose_it_is_and_what_to_do(
    how: str, own_port: OnPort, program: Program, tmp_path: Path
) -> None:
    process = program("forked.py", tmp_path / "pictures", own_port.api, how)
    said, complained = process.communicate(timeout=60)
    assert process.returncode == 0, said + complained
    lines = dict(line.split(": ", 1) for line in said.splitlines())
    waits = ("result", "result with a time-out", "await", "subscribe")
    for name in (*waits, "stop", "resume", "look_again", "send_again"):
        assert lines[name].startswith("WrongProcess: This task belongs to the process"), name
        assert "Charged when it finishes." in lines[name], name
        assert "ew.generate(...)" in lines[name], name
        assert "ew.recover()" in lines[name], name
    assert lines["images"] == "0"
    assert "processing" in lines["repr"]
    assert lines["repr"].endswith("at the fork>")
    assert lines["known"] == "0"
    assert lines["estimate"] == "True"
    assert lines["an ended one"] == lines["an ended one awaited"] == "1"
    assert lines["close"] == "None"
    # The child has what the parent paid for, and nothing was stopped or bought twice.
    assert lines["parent"] == f"{lines['asked again']}, child ended with 0"
    assert own_port.counts()["create"] == 2


def test_a_task_is_neither_copied_nor_pickled_and_says_what_instead(
    session: Session, small: Small
) -> None:
    task = session.submit(small())
    for way in (copy.copy, copy.deepcopy, pickle.dumps, lambda one: pickle.dumps({"task": one})):
        with pytest.raises(TypeError, match=r"task\.result\(\)") as caught:
            way(task)
        assert "A task is not " in str(caught.value)
    assert len(task.result(20)) == 1


def test_a_session_is_neither_copied_nor_pickled(session: Session) -> None:
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match=r"ew\.session\(\)"):
            way(session)


def _names(images: Any) -> list[str]:
    return [image.path.name for image in images]


def test_what_a_task_gives_is_pickled_also_into_another_process(
    session: Session, small: Small
) -> None:
    task = session.submit(small(n=2))
    images = task.result(20)
    request, recipe, estimate = task.request, task.recipe, task.estimate
    for value in (request, recipe, estimate, task.receipt, task.state, images[0]):
        for way in (lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy):
            assert way(value) == value
    again = pickle.loads(pickle.dumps(images))
    assert list(again) == list(images)
    assert (again.key, again.recipe, again.receipt) == (images.key, images.recipe, images.receipt)
    assert again[0].recipe == images[0].recipe
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(_names, [images]) == [_names(images)]
        (sent,) = pool.map(_sent_back, [images[0]])
    assert sent == images[0]
    assert sent.pil.size == (816, 816)


def _sent_back(image: ew.GeneratedImage) -> ew.GeneratedImage:
    return image
