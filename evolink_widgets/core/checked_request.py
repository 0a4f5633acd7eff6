"""Makes what a user gave into a request: references read and kept, all problems told at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.problem import Problem
from evolink_widgets.rules.request.request import ImageRequest, problems
from evolink_widgets.store.store import Store

if TYPE_CHECKING:
    from evolink_widgets.references.source import Ready, Source


def checked_request(
    store: Store,
    *,
    keep_metadata: bool = False,
    known: Callable[[Source], str | None] | None = None,
    references: Any = (),
    **fields: Any,
) -> tuple[ImageRequest, tuple[str, ...]]:
    """Return the request, and a sentence for each thing that was done to its references.

    Args:
        store: keeps the references.
        keep_metadata: leave location and camera data in them.
        known: may give a reference's name, without its being read; `references.read.prepare`
            asks it. Such a name need not be in the store yet.
        references: what `references.read.read` takes.
        fields: the request's other fields.

    Raises:
        InvalidRequest: with all problems; nothing was kept of references that can't be taken.
        StoreError: a reference can't be kept.
    """

    def keep(ready: Ready) -> None:
        store.uploads.keep(ready.data, ready.sha256, ready.format, ready.original.sha256)

    named: set[str] = set()

    def known_name(source: Source) -> str | None:
        name = None if known is None else known(source)
        named.update(() if name is None else (name,))
        return name

    names: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    wrong: tuple[Problem, ...] = ()
    missing: list[Problem] = []
    if not isinstance(references, tuple) or references:
        # Their readers are loaded for those who give some.
        from evolink_widgets.references.read import prepare
        from evolink_widgets.rules.request.links import digest_of

        given = prepare(references, keep, keep_metadata=keep_metadata, known=known_name)
        names, notices, wrong = given.references, given.notices, given.problems
        missing = [
            Problem(f"references[{at}]", name, "must be in this store: give the picture itself")
            for at, name in enumerate(names)
            if name not in named and (digest := digest_of(name)) and not store.uploads.has(digest)
        ]
    if broken := [*problems(**fields), *wrong, *missing]:
        raise InvalidRequest(broken)
    return ImageRequest(**fields, references=names), notices
