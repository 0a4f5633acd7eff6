"""Looks whether an exercise is done: sentences, each with a function that says if it holds.

What a student has not written yet is no error here, so a lesson that is not solved runs from top
to bottom. What a check calls can't buy.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from evolink_widgets.connect.current import buying_nothing_here
from evolink_widgets.errors import InvalidRequest, SpendingRefused
from evolink_widgets.lessons.checked_html import checked_html
from evolink_widgets.problem import Problem, shown
from evolink_widgets.store.file_names import one_line
from evolink_widgets.text.printable import printable

__all__ = ["Checked", "Finding", "check"]

_REASON = 200
"""Characters of a reason: one line, also of a long error."""

NOT_FILLED_IN = "the cell still holds ..."


@dataclass(frozen=True)
class Finding:
    """One sentence of a check, and whether it holds.

    Attributes:
        sentence: what should be so.
        holds: whether it is.
        reason: why that could not be found out, in a line; `None` where it could.

    Example:
        >>> works = {"It is a fox": lambda: "fox" in "an owl"}
        >>> checked = ew.lessons.check(works, hint="Look again.", answer="'a fox'")
        >>> finding = checked.findings[0]
        >>> isinstance(finding, ew.lessons.Finding), finding.sentence, finding.holds
        (True, 'It is a fox', False)
    """

    sentence: str
    holds: bool
    reason: str | None = None


@dataclass(frozen=True, repr=False)
class Checked:
    """What a check has found; true where all of it holds.

    As the result of a cell it shows each sentence with "yes" or "not yet", and until all hold a
    hint and an answer, folded. In a terminal, and in papermill's output, it is plain text, with
    the answer left out.

    Attributes:
        findings: the sentences in their order.
        hint: what to think of, in a sentence or two.
        answer: code that makes all of it hold.

    Example:
        >>> works = {"Two and two are four": lambda: 2 + 2 == 4}
        >>> checked = ew.lessons.check(works, hint="Count.", answer="4")
        >>> isinstance(checked, ew.lessons.Checked), bool(checked)
        (True, True)
    """

    findings: tuple[Finding, ...]
    hint: str = field(kw_only=True)
    answer: str = field(kw_only=True)

    @property
    def passed(self) -> bool:
        """Whether all of it holds."""
        return all(finding.holds for finding in self.findings)

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        lines = [summary(self)]
        for finding in self.findings:
            mark = "yes    " if finding.holds else "not yet"
            because = f" ({finding.reason})" if finding.reason else ""
            lines.append(f"  {mark}  {finding.sentence}{because}")
        if not self.passed:
            lines.append(f"Hint: {self.hint}")
        return printable("\n".join(lines))

    def to_html(self) -> str:
        """The same as HTML of a few kilobytes; all text in it is escaped."""
        folded = None if self.passed else (self.hint, self.answer)
        rows = [(one.holds, one.sentence, one.reason) for one in self.findings]
        return checked_html(summary(self), rows, folded)

    def _repr_html_(self) -> str:
        return self.to_html()


def check(works: Mapping[str, Callable[[], object]], *, hint: str, answer: str) -> Checked:
    """Check an exercise: whether each of these sentences holds. It buys nothing and never fails.

    A function that raises means "not yet", with the reason in a line: a name that has no value,
    a cell that still holds `...`. So a lesson that is not solved runs from top to bottom. What
    the functions ask for is answered by the store or refused, as with `spend="never"`, and so is
    whatever else this process asks to buy meanwhile, or a program that is started in it. An
    interrupt ends the check.

    Args:
        works: what should be so, as a sentence, and a function of no arguments that says whether
            it is. The functions are called in their order, each once.
        hint: what to think of, in a sentence or two; `code` may stand in backticks.
        answer: code for the exercise's cell with which all of it holds.

    Returns:
        What was found. It is true where all holds, so a grader can `assert` it.

    Raises:
        InvalidRequest: `works`, `hint` or `answer` can't be used.

    Example:
        >>> mine = ew.generate("an owl", n=2).result()
        >>> ew.lessons.check(
        ...     {
        ...         "There are two pictures": lambda: len(mine) == 2,
        ...         "They show an owl": lambda: "owl" in mine[0].recipe.request.prompt,
        ...     },
        ...     hint="`n=` says how many.",
        ...     answer="mine = ew.generate('an owl', n=2).result()",
        ... ).passed
        True
    """
    _refuse_what_is_no_check(works, hint, answer)
    with buying_nothing_here("a check's budget"):
        findings = tuple(_find(sentence, holds) for sentence, holds in works.items())
    return Checked(findings, hint=hint, answer=answer)


def summary(checked: Checked) -> str:
    """How far the exercise is, in a line."""
    count = len(checked.findings)
    done = sum(finding.holds for finding in checked.findings)
    return f"Done: {done} of {count}." if checked.passed else f"Not yet: {done} of {count}."


def _find(sentence: str, holds: Callable[[], object]) -> Finding:
    try:
        said = holds()
        if inspect.isawaitable(said):
            if inspect.iscoroutine(said):
                said.close()
            return Finding(sentence, False, "the check itself has to be awaited: mend the lesson")
        if said is ...:
            return Finding(sentence, False, NOT_FILLED_IN)
        return Finding(sentence, bool(said))
    except Exception as error:  # whatever a student's half-done work may raise
        return Finding(sentence, False, _reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, SpendingRefused):
        return "this would have to be bought, and a check buys nothing"
    if isinstance(error, AssertionError) and not str(error):
        return "an assertion does not hold"
    if "ellipsis" in str(error).lower():
        return NOT_FILLED_IN
    if isinstance(error, NameError) and error.name:
        return f"{error.name} has no value yet"
    return one_line(f"{type(error).__name__}: {error}".removesuffix(": "), _REASON)


def _refuse_what_is_no_check(works: object, hint: object, answer: object) -> None:
    problems = []
    if not isinstance(works, Mapping) or not works:
        rule = "must be a mapping of at least one sentence to a function"
        problems.append(Problem("works", shown(works), rule))
    else:
        for sentence, holds in works.items():
            if not isinstance(sentence, str) or not sentence.strip():
                problems.append(Problem("works", shown(sentence), "must be a sentence"))
            elif not callable(holds):
                rule = "must be a function of no arguments: lambda: ..."
                problems.append(Problem(f"works[{sentence!r}]", shown(holds), rule))
    for name, text in (("hint", hint), ("answer", answer)):
        if not isinstance(text, str) or not text.strip():
            problems.append(Problem(name, shown(text), "must be text"))
    if problems:
        raise InvalidRequest(problems)
