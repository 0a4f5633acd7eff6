"""Takes in the votes of another store, each once, on the pictures as they are called here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from evolink_widgets.store.database.database import Database
from evolink_widgets.store.judging.verdicts import Picture
from evolink_widgets.store.judging.votes import put
from evolink_widgets.store.merging.other_store import ForeignStore

__all__ = ["take_votes"]

_AT_ONCE = 500


def take_votes(database: Database, theirs: ForeignStore, named: Mapping[Picture, Picture]) -> int:
    """Take in what is new; one that was withdrawn in either store counts in neither.

    Args:
        database: ours.
        theirs: the other store.
        named: what a picture of theirs is called here; others keep their names.

    Returns:
        How many votes have come in or were taken back.
    """
    taken, votes = 0, theirs.votes()
    while some := list(islice(votes, _AT_ONCE)):
        with database.write() as connection:
            for vote in some:
                left, right = named.get(vote.left, vote.left), named.get(vote.right, vote.right)
                if left == right:
                    theirs.leave_out(f"Vote {vote.name} is left out: both pictures are one here.")
                    continue
                taken += put(connection, replace(vote, left=left, right=right))
    return taken
