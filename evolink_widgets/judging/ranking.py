"""A question put to judges about pairs of pictures: what to show next, the votes, the standing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from evolink_widgets.errors import ConfigurationError
from evolink_widgets.judging.bradley_terry import Fit, check_numpy
from evolink_widgets.judging.entries import Entries, Entry, key_of
from evolink_widgets.judging.pairs import Pairs
from evolink_widgets.judging.standing import Standing, standing_of
from evolink_widgets.problem import shown
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.judging.judges import judge_in
from evolink_widgets.store.judging.verdicts import Picture
from evolink_widgets.store.judging.votes import Outcome, Vote, new_name, plain_question
from evolink_widgets.store.store import Store

if TYPE_CHECKING:
    import numpy
    import numpy.typing

    Wholes = numpy.typing.NDArray[numpy.int64]
else:
    Wholes = "numpy.ndarray"

__all__ = ["Pair", "Ranking"]

#: Two pictures, the left one first.
Pair: TypeAlias = tuple[GeneratedImage, GeneratedImage]

_FIRST, _SECOND = 16, 256
"""Pictures of the one item, and of the other, among which a pair of pictures is chosen."""


class Ranking:
    """Pictures, a question about two of them, and the votes on it.

    It keeps nothing of its own: the votes are the store's, and what other judges and other
    kernels add there counts at the next look. May be used from any thread.

    Args:
        entries: the pictures.
        question: what is asked; votes are found again by it.
        judge: who votes here; `None` is the store's own name.
        seed: of the sides and of what chance decides else; `None` is another one each time.
        store: keeps the votes.

    Raises:
        ConfigurationError: there is nothing to rank, or NumPy is not installed.
        InvalidRequest: the question or the judge's name can't be kept.
        StoreError: the store can't be read.
    """

    def __init__(
        self,
        entries: Entries,
        question: str,
        *,
        judge: str | None,
        seed: int | None,
        store: Store,
    ) -> None:
        check_numpy()
        self.question = plain_question(question)
        self.judge = judge_in(store.database, judge)
        self.by, self.left_out, self.frame = entries.by, entries.left_out, entries.frame
        self._seed = seed
        self._votes = store.votes
        found = entries.items()
        self.items: tuple[Any, ...] = tuple(found)
        self._entries: tuple[Sequence[Entry], ...] = tuple(found.values())
        self._place_of = {
            key_of(entry.picture): place
            for place, group in enumerate(self._entries)
            for entry in group
        }
        self._pictures = {
            key_of(entry.picture): entry.picture for group in self._entries for entry in group
        }
        self._skipped: list[tuple[Picture, Picture]] = []
        self._fit: Fit | None = None
        self._lock = Lock()

    @property
    def pictures(self) -> tuple[GeneratedImage, ...]:
        """All that are ranked."""
        return tuple(self._pictures.values())

    def picture(self, key: Picture) -> GeneratedImage:
        """The picture of a name.

        Raises:
            ConfigurationError: it is not ranked here.
        """
        if key not in self._pictures:
            raise ConfigurationError(
                f"This ranking has no picture {shown('.'.join(map(str, key)))}.",
                advice="Vote on a pair that it shows.",
            )
        return self._pictures[key]

    def example(self, item: Any) -> GeneratedImage:
        """The first picture of an item."""
        return self._entries[self.items.index(item)][0].picture

    def item_of(self, picture: GeneratedImage) -> Any:
        """What a picture stands for."""
        self.picture(key_of(picture))
        return self.items[self._place_of[key_of(picture)]]

    # -- votes ---------------------------------------------------------------------------------

    def votes(self) -> list[Vote]:
        """The votes on this question about pictures that are ranked, oldest first."""
        found = self._votes.of(self.question)
        return [one for one in found if one.left in self._place_of and one.right in self._place_of]

    def cast(
        self,
        left: Picture,
        right: Picture,
        outcome: Outcome,
        *,
        name: str | None = None,
        withdrawn: bool = False,
    ) -> Vote:
        """Keep this judge's vote on two pictures of different items.

        Args:
            left: the picture on the left.
            right: the other one.
            outcome: "left", "right" or "tie".
            name: the vote's own, where it may be told twice.
            withdrawn: take it back; it may not have come before.

        Raises:
            ConfigurationError: it is no vote on two items of this ranking.
            StoreError: the store can't be written to.
        """
        items = [self.item_of(self.picture(key)) for key in (left, right)]
        if items[0] == items[1]:
            raise ConfigurationError(
                f"Both pictures stand for {shown(items[0])}: a vote on them says nothing.",
                advice="Vote on a pair of two items.",
            )
        vote = Vote(
            name or new_name(), self.question, self.judge, left, right, outcome, now(), withdrawn
        )
        self._votes.put(vote)
        return vote

    def take_back(self) -> Vote | None:
        """Take this judge's last vote back; `None` where there is none."""
        mine = [vote for vote in self.votes() if vote.judge == self.judge]
        if not mine:
            return None
        self._votes.take_back(mine[-1].name)
        return replace(mine[-1], withdrawn=True)

    def skip(self, left: Picture, right: Picture) -> None:
        """Let a pair come again only after others, without a vote; known to this kernel alone."""
        for key in (left, right):
            self.picture(key)
        with self._lock:
            self._skipped.append((left, right))

    # -- what to show --------------------------------------------------------------------------

    def next_pairs(self, count: int, held: Iterable[tuple[Picture, Picture]] = ()) -> list[Pair]:
        """The pairs to show next to this judge, each chosen as if those before it were answered.

        Args:
            count: how many.
            held: pairs that are on their way already.
        """
        import numpy as np

        votes, size, waiting = self.votes(), len(self.items), list(held)
        with self._lock:
            skipped = list(self._skipped)
        mine = [(vote.left, vote.right) for vote in votes if vote.judge == self.judge]
        compared = np.zeros((size, size))
        for vote in votes:
            self._add(compared, vote.left, vote.right)
        seen = np.zeros((size, size), dtype=np.int64)
        for left, right in [*mine, *skipped]:
            self._add(seen, left, right)
        # The same seed goes on where another kernel left off.
        number = len(mine) + len(skipped) + len(waiting)
        chance = random.Random() if self._seed is None else random.Random(self._word(number))
        pairs = Pairs(compared, seen, self._room(), chance)
        for left, right in waiting:
            pairs.note(*self._places(left, right))
        if mine and not waiting:
            pairs.last = self._places(*mine[-1])
        chooser = _Pictures(self._entries, [*mine, *skipped, *waiting], chance)
        return [chooser.next(*pairs.next()) for _ in range(count)]

    def _places(self, left: Picture, right: Picture) -> tuple[int, int]:
        one, other = sorted((self._place_of[left], self._place_of[right]))
        return one, other

    def _add(self, matrix: Any, left: Picture, right: Picture) -> None:
        one, other = self._places(left, right)
        if one != other:
            matrix[one, other] += 1
            matrix[other, one] += 1

    def _room(self) -> Wholes:
        import numpy as np

        sizes = np.array([len(group) for group in self._entries], dtype=np.int64)
        return sizes[:, None] * sizes

    def _word(self, number: int) -> str:
        return f"{self._seed} {self.question} {self.judge} {number}"

    # -- the standing --------------------------------------------------------------------------

    def standing(
        self, judge: str | None = None, *, votes: Sequence[Vote] | None = None
    ) -> Standing:
        """Count the votes and find the scores; takes about a second for a thousand items.

        Args:
            judge: only this one's votes; `None` is all judges'.
            votes: as they were read before; by default they are read now.
        """
        votes = [
            one for one in (self.votes() if votes is None else votes) if judge in (None, one.judge)
        ]
        found = standing_of(self.items, self._place_of, votes, self._fit)
        self._fit = found.fit
        return found

    def letters(self) -> dict[Any, str]:
        """A letter for each item that hides it, the same in every kernel."""
        order = list(range(len(self.items)))
        random.Random(f"{self.question} {len(order)}").shuffle(order)
        return {self.items[place]: _letter(number) for number, place in enumerate(order)}


class _Pictures:
    """Chooses the two pictures by which two items are compared, and their sides.

    Those that this judge has seen as a pair least come first; then those that have most in
    common beside what is ranked; then those that were shown least.
    """

    def __init__(
        self,
        entries: Sequence[Sequence[Entry]],
        seen: Iterable[tuple[Picture, Picture]],
        chance: random.Random,
    ) -> None:
        self._entries = entries
        self._chance = chance
        self._pairs = Counter(frozenset(pair) for pair in seen)
        self._shown = Counter(key for pair in self._pairs.elements() for key in pair)

    def next(self, one: int, other: int) -> Pair:
        chance, shown = self._chance, self._shown

        def least_shown(entry: Entry) -> tuple[int, float]:
            return shown[key_of(entry.picture)], chance.random()

        firsts = sorted(self._entries[one], key=least_shown)[:_FIRST]
        seconds = list(self._entries[other])
        if len(seconds) > _SECOND:
            seconds = chance.sample(seconds, _SECOND)

        def worth(pair: tuple[Entry, Entry]) -> tuple[float, ...]:
            first, second = (key_of(entry.picture) for entry in pair)
            common = sum(a == b for a, b in zip(pair[0].beside, pair[1].beside, strict=False))
            seen = self._pairs[frozenset((first, second))]
            return seen, -common, shown[first] + shown[second], chance.random()

        first, second = min(((a, b) for a in firsts for b in seconds), key=worth)
        keys = key_of(first.picture), key_of(second.picture)
        self._pairs[frozenset(keys)] += 1
        shown.update(keys)
        both = [first.picture, second.picture]
        chance.shuffle(both)
        return both[0], both[1]


def _letter(number: int) -> str:
    """A, B, … Z, AA, AB, …"""
    word = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        word = chr(65 + rest) + word
    return word
