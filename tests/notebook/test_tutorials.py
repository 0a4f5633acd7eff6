"""Every lesson runs with no key: as it stands, again for nothing, and solved, in any order."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from lesson_prices import figures, price, recipes_in, row
from lesson_runs import NOTEBOOKS, answer_of, exercises, read, run, text_of

import evolink_widgets as ew

LESSONS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))

SECONDS = {
    "01-quickstart.ipynb": 8,
    "02-what-it-costs.ipynb": 11,
    "03-when-things-go-wrong.ipynb": 18,
    "04-from-one-picture-to-the-next.ipynb": 24,
    "05-a-thousand-pictures.ipynb": 20,
    "06-which-is-better.ipynb": 37,
    "07-async-in-a-notebook.ipynb": 45,
    "08-honest-pictures.ipynb": 20,
}
"""What a lesson's cells take at the emulator's own speed, in a new store, on two busy cores."""

WORDS_A_MINUTE, MINUTES_AN_EXERCISE = 200, 2

NUMBERS = ("no", "one", "two", "three", "four", "five")


def test_the_notebooks_have_a_number_each_in_their_order() -> None:
    numbers = [name.partition("-")[0] for name in LESSONS]
    assert numbers == [f"{number:02}" for number in range(1, len(LESSONS) + 1)]
    assert set(LESSONS) == EXPECTED.keys()


@pytest.mark.parametrize("name", LESSONS)
def test_it_says_its_goal_its_minutes_and_its_exercises(name: str) -> None:
    """All of its words count, those of the checks too, which are read as they are found."""
    lesson = read(name)
    pairs = list(exercises(lesson))
    words = sum(len(cell.source.split()) for cell in lesson.cells)
    minutes = words / WORDS_A_MINUTE + SECONDS[name] / 60 + MINUTES_AN_EXERCISE * len(pairs)
    said = f"About {minutes:.0f} minutes, {NUMBERS[len(pairs)]} exercises."
    # The quickstart has its panel first, and says under it what it is for.
    top = [part for cell in lesson.cells[:3] for part in cell.source.split("\n\n")]
    goal = next(part for part in top if part.startswith("*"))
    assert said in goal
    assert 10 <= minutes <= 20
    assert 3 <= len(pairs) <= 5
    for _, check in pairs:
        assert check.metadata.jupyter.source_hidden, "the answer is not in sight"
    first = next(cell for cell in lesson.cells if cell.cell_type == "code")
    assert "seed=1" in first.source, "the same pictures for everybody"


def together(test: Any) -> Any:
    """Run by the same worker, in this order: they share a store."""
    for mark in (pytest.mark.slow, pytest.mark.timeout(300)):
        test = mark(test)
    return test


class Course:
    """All lessons in one store, each in a kernel of its own for each run.

    Args:
        folder: where the lessons run, and their store is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stood: dict[str, Any] = {}
        self._bought: dict[str, set[Path]] = {}

    def as_it_stands(self, name: str) -> Any:
        """A lesson with what it has put out in its first run."""
        if name not in self._stood:
            before = recipes_in(self.folder)
            self._stood[name] = run(read(name), self.folder)
            self._bought[name] = recipes_in(self.folder) - before
        return self._stood[name]

    def bought(self, name: str) -> set[Path]:
        """The recipe files of what a lesson has bought as it stands."""
        self.as_it_stands(name)
        return self._bought[name]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(tmp_path_factory.mktemp("course"))


def shuffled(seed: int) -> list[str]:
    return random.Random(seed).sample(LESSONS, len(LESSONS))


# The last lesson first: what it would need of an earlier one is not there.
@together
@pytest.mark.parametrize("name", LESSONS[::-1])
def test_it_runs_as_it_stands_whatever_ran_before(name: str, course: Course) -> None:
    lesson = course.as_it_stands(name)
    shown = "\n".join(text_of(cell) for cell in lesson.cells if cell.cell_type == "code")
    assert "Traceback" not in shown
    for word in EXPECTED[name]:
        assert word in shown, word
    for _, check in exercises(lesson):
        assert text_of(check).startswith("Not yet:"), check.source


@together
@pytest.mark.parametrize("name", shuffled(1))
def test_its_own_answers_pass_every_check(name: str, course: Course) -> None:
    course.as_it_stands(name)
    lesson = read(name)
    for exercise, check in exercises(lesson):
        exercise.source = answer_of(check)
    for _, check in exercises(run(lesson, course.folder)):
        assert text_of(check).startswith("Done:"), text_of(check)


@together
@pytest.mark.parametrize("name", shuffled(2))
def test_the_next_run_buys_nothing(
    name: str, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.as_it_stands(name)
    monkeypatch.setenv("EVOLINK_SPEND", "never")
    run(read(name), course.folder)


@together
def test_everybody_gets_the_same_pictures(course: Course, own_settings: None) -> None:
    course.as_it_stands("01-quickstart.ipynb")
    [theirs] = (course.folder / "evolink_images").glob("*_a-red-fox-in-the-snow*_1.*")
    ew.configure(mode="emulator", store="elsewhere", speed=200, seed=1)
    prompt = "a red fox in the snow, watercolour"
    ours = ew.generate(prompt, size="16:9", quality="low", n=2).result(60)
    assert ours[0].path.read_bytes() == theirs.read_bytes()


@together
def test_the_teachers_guide_tells_what_each_lesson_costs(
    course: Course, own_settings: None, tmp_path: Path
) -> None:
    """By the published prices, low to high; the lessons share no picture."""
    guide = (NOTEBOOKS.parent / "docs" / "howto" / "teaching.md").read_text("utf-8")
    costs = {}
    for name in LESSONS:
        simulated = 'mode="emulator"' in "".join(cell.source for cell in read(name).cells)
        costs[name] = price(set() if simulated else course.bought(name), elsewhere=tmp_path)
    lines = [row(read(name), name, cost) for name, cost in costs.items()]
    total = sum(costs.values())
    lines.append(f"| all eight | | | {figures(total)} |")
    missing = [line for line in lines if line not in guide]
    assert missing == [], "\n".join(["These lines belong into docs/howto/teaching.md:", *missing])


EXPECTED = {
    "01-quickstart.ipynb": [
        "<ImageStudio, 1 run>",
        "quality is now medium",
        "2 pictures of 1360 × 768 pixels",
        "ew.generate(",
        "a deer in the autumn woods, gouache",
    ],
    "02-what-it-costs.ipynb": [
        "for 4 pictures; ",
        "would cost  not reported",
        "from the store",
        "· new",
        "this block's budget of 5",
        "spending is switched off",
        "<Gallery",
    ],
    "03-when-things-go-wrong.ipynb": [
        "must be a whole number from 1 to 10",
        "Nearest: 1408x480",
        "0.36 credits",
        "a green teapot on a table, still life",
        "May have been charged",
        "ContentRefused",
        "accepted",
        "is still yours",
        "a hot air balloon over a valley at dawn",
    ],
    "04-from-one-picture-to-the-next.ipynb": [
        "make it night",
        "It was a GIF",
        "from the store",
        "references[1]",
        "Did you mean 'poster'?",
        "qualty is no field of a preset",
    ],
    "05-a-thousand-pictures.ipynb": [
        "12 rows · 10 distinct · 0 in the store · 2 with problems",
        "Nearest: {material}",
        "24 rows · 24 distinct · 0 in the store · to buy 24",
        "3 rows",
        "3 in the store · to buy 21",
        "1 ContentRefused · not charged",
        "24 of 24 pictures",
        "Reviewed by you: 0 kept, 0 rejected, 24 undecided",
        "['no longer sold', 'no longer sold']",
        "metadata.jsonl",
        '"ai_generated": true',
        "22 samples; 101 teapot on a white background",
    ],
    "06-which-is-better.ipynb": [
        "3 animals × 4 styles",
        "<RankView, Which is nicer? by style: 80 votes",
        "1. ",
        "between",
        "a rule: more colour",
        "<RankView, Which is nicer? by animal",
    ],
    "07-async-in-a-notebook.ipynb": [
        "<coroutine object nap",
        "RuntimeError('no blue is left')",
        "blocked: 0 ticks",
        "<ImageGrid, 2 pictures>",
    ],
    "08-honest-pictures.ipynb": [
        "digitalsourcetype/trainedAlgorithmicMedia",
        "True · from the store",
        "carries no recipe",
        "in the snow · from: [",
        "a screenshot                      –     –",
        "ContentRefused",
    ],
}
"""What a reader has to find in each."""
