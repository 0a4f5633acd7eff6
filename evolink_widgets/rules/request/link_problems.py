"""What is wrong with a request's links; loaded for requests that have some."""

from __future__ import annotations

from collections.abc import Iterable

from evolink_widgets.problem import Problem, shown
from evolink_widgets.rules.request.link_secrets import without_secret
from evolink_widgets.rules.request.links import (
    callback_rule,
    digest_of,
    nearest_link,
    reference_rule,
)
from evolink_widgets.runtime.late_pattern import late_pattern

__all__ = ["link_problems"]

_SIGNED_IN = late_pattern(r"//[^/?#]*@")
"""A user and password in what is no link of the web."""


def link_problems(references: object, callback_url: object, *, most: int) -> Iterable[Problem]:
    """The rules that a request's links break.

    Args:
        references: a tuple of links or names, or what was given in its place.
        callback_url: an address, or `None`.
        most: how many references there may be.
    """
    yield from _reference_problems(references, most)
    if callback_url is not None and (problem := _callback_problem(callback_url)) is not None:
        yield problem


def _reference_problems(references: object, most: int) -> Iterable[Problem]:
    if not isinstance(references, tuple):
        links = [references] if isinstance(references, str) else []
        is_legal = bool(links) and reference_rule(links[0]) is None
        nearest = repr([without_secret(link) for link in links]) if is_legal else None
        yield Problem("references", _shown_link(references), "must be a list of links", nearest)
        return
    if len(references) > most:
        given = f"more than {most}"
        yield Problem("references", given, f"must be at most {most} links")
    for position, link in enumerate(references[:most], 1):
        named = f"number {position}, {_shown_link(link)}"
        if not isinstance(link, str):
            yield Problem("references", named, "must be links, as text")
        elif digest_of(link) is None and (rule := reference_rule(link)):
            near = nearest_link(link, reference_rule)
            yield Problem("references", named, rule, near and without_secret(near))


def _callback_problem(callback_url: object) -> Problem | None:
    if not isinstance(callback_url, str):
        return Problem("callback_url", shown(callback_url), "must be text")
    rule = callback_rule(callback_url)
    if rule is None:
        return None
    nearest = nearest_link(callback_url, callback_rule)
    return Problem("callback_url", _shown_link(callback_url), rule, nearest)


def _shown_link(link: object) -> str:
    """A link without the password or signature that may stand in it."""
    if not isinstance(link, str):
        return shown(link)
    return shown(_SIGNED_IN.sub("//hidden@", without_secret(link), count=1))
