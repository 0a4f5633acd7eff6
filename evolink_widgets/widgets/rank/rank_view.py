"""`RankView`: two pictures blind, a vote by a key, and the ranking that the votes come to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, cast, get_args

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import Workers, call_on_loop
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.judging.entries import By, Entries, entries_of, key_of
from evolink_widgets.judging.ranking import Pair, Ranking
from evolink_widgets.judging.standing import Difference, Placed, Standing
from evolink_widgets.problem import shown
from evolink_widgets.rules.tasks.played import badge_of
from evolink_widgets.store.file_names import one_line
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import html
from evolink_widgets.store.judging.verdicts import Picture
from evolink_widgets.store.judging.votes import Outcome
from evolink_widgets.text.printable import printable
from evolink_widgets.widgets.base import assets
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.teller import Teller
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.view import View
from evolink_widgets.widgets.gallery.thumbnails import ThumbnailSender
from evolink_widgets.widgets.rank import rank_copy

__all__ = ["RankView"]

_AHEAD = 12
"""Pairs that a page has ready."""

_EDGE, _SMALL = 768, 96
"""The longest edge of a picture of a pair, and of one beside its score, in pixels."""

_SHARE = 4
"""How much longer than finding a standing the next one waits."""

_NAME = 60
#: Votes that a standing names, so that a page counts none of its own twice.
_NAMED = 100

#: One thread: a vote is written before it is taken back.
_votes = Workers("evolink-votes", 1)


class RankView(View):
    """A ranking by votes on pairs: which of two pictures is better, asked blind.

    `run.rank("Which is nicer?", by="style")` shows one of a batch's run. Votes are kept in the
    store under the question, each at once: any kernel goes on with them, several judges' come
    together, and `ew.store.merge` brings those of another store. Scores are those of Bradley and
    Terry, with ties; they stay hidden on the page until they are asked for.

    Args:
        pictures: saved pictures.
        question: what is asked of two of them, such as "Which is nicer?".
        by: what each picture stands for: a level for each, in order, or a function that gives a
            picture's. Every vote between pictures of two levels counts. By default each stands
            for itself.
        judge: who votes here, by default the store's own name; the scores are of all judges.
        seed: of the sides, and of what else chance decides; by default another one each time.

    Raises:
        ConfigurationError: there are less than two pictures, or levels, to compare; or NumPy is
            not installed.

    Example:
        >>> images = ew.generate("a fox in the snow", n=3).result()
        >>> ranking = ew.RankView(images, "Which is nicer?", judge="ann", seed=1)
        >>> left, right = ranking.pair
        >>> ranking.vote("left")
        >>> ranking.to_frame()[0]["item"] == str(left)
        True
    """

    _esm = assets.esm("rank")
    _css = assets.css("rank")

    _handlers: ClassVar[dict[str, str]] = {
        **View._handlers,
        "hello": "_on_hello",
        "pairs": "_on_pairs",
        "want": "_on_want",
        "vote": "_on_vote",
        "skip": "_on_skip",
        "undo": "_on_undo",
    }

    def __init__(
        self,
        pictures: Iterable[GeneratedImage] | Entries,
        question: str,
        *,
        by: By = None,
        judge: str | None = None,
        seed: int | None = None,
        **traits: Any,
    ) -> None:
        entries = pictures if isinstance(pictures, Entries) else entries_of(pictures, by)
        store = session().store
        self._ranking = Ranking(entries, question, judge=judge, seed=seed, store=store)
        self._letters = self._ranking.letters()
        self._pair: Pair | None = None
        self._teller = Teller(
            "a ranking", self._tell, share=_SHARE, at_rest=lambda: self._companion.update()
        )
        # What a page could not send yet is kept there under this name.
        place = f"{store.root} {self._ranking.question} {self._ranking.judge}"
        self._ballot = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()[:16]
        self._badge = badge_of(self._ranking.pictures)
        super().__init__(**traits)
        self._thumbnails = ThumbnailSender(self._named, self._send_thumbs, _EDGE)
        self._examples = ThumbnailSender(self._named, self._send_examples, _SMALL)

    # -- what a user asks for ------------------------------------------------------------------

    @property
    def question(self) -> str:
        """What is asked."""
        return self._ranking.question

    @property
    def judge(self) -> str:
        """Who votes here."""
        return self._ranking.judge

    @property
    def left_out(self) -> str:
        """What is not ranked, and why; empty where everything is."""
        return self._ranking.left_out

    @property
    def standing(self) -> Standing:
        """All items, the best first, with their intervals and what is not settled yet."""
        return self._ranking.standing()

    @property
    def pair(self) -> Pair:
        """The two pictures that `vote` is about, the left one first; those that tell most."""
        if self._pair is None:
            [self._pair] = self._ranking.next_pairs(1)
        return self._pair

    def vote(self, outcome: Outcome, pair: Pair | None = None) -> None:
        """Vote as a press of the keys does: for programs, and for votes from elsewhere.

        Args:
            outcome: "left", "right", or "tie" where there is no difference.
            pair: the two pictures, the left one first; `ranking.pair` by default.

        Raises:
            ConfigurationError: that is no outcome, or no pair of two items.
            StoreError: the store can't be written to.
        """
        left, right = self.pair if pair is None else pair
        self._ranking.cast(key_of(left), key_of(right), _outcome(outcome))
        self._pair = None
        self._look_again()

    def undo(self) -> None:
        """Take this judge's last vote back; it stays in the store and counts no more."""
        self._ranking.take_back()
        self._pair = None
        self._look_again()

    def item_of(self, picture: GeneratedImage) -> Any:
        """What a picture stands for: its level, or its own path.

        Args:
            picture: one that is ranked.
        """
        return self._ranking.item_of(picture)

    def difference(self, one: Any, other: Any) -> Difference:
        """How much higher an item's score is than another's, with an interval of its own.

        It is narrower than the intervals of both would have it, and says whether their order is
        settled. Of the votes that find a difference, exp(rating) : 1 are expected to go to `one`.

        Args:
            one: an item, as in the frame's column `item`.
            other: another one.

        Raises:
            ConfigurationError: there is no such item.
        """
        for item in (one, other):
            if item not in self._ranking.items:
                raise ConfigurationError(
                    f"This ranking has no item {shown(item)}.",
                    advice=f"There are: {', '.join(map(shown, self._ranking.items[:20]))}.",
                )
        return self.standing.difference(one, other)

    def to_frame(self, judge: str | None = None) -> Any:
        """The ranking, the best first, in the kind of frame that the rows came in.

        The columns: `item`, `rating`, `low`, `high` (of its 95 % interval), `wins`, `ties` and
        `pairs` (how many votes it was in). Ratings are logarithms of odds; their mean is 0.

        Args:
            judge: only this one's votes; by default all judges'.
        """
        placed = self._ranking.standing(judge).placed
        names = ("item", "rating", "low", "high", "wins", "ties", "pairs")
        return self._ranking.frame({name: [getattr(one, name) for one in placed] for name in names})

    def votes(self) -> Any:
        """All votes on these pictures, oldest first, as a frame.

        The columns: `vote` (its own name), `judge`, `left` and `right` (items), `left_picture`
        and `right_picture` (paths), `outcome` and `at` (Unix seconds).
        """
        votes, ranking = self._ranking.votes(), self._ranking
        pairs = [(ranking.picture(one.left), ranking.picture(one.right)) for one in votes]
        return ranking.frame(
            {
                "vote": [one.name for one in votes],
                "judge": [one.judge for one in votes],
                "left": [ranking.item_of(left) for left, _ in pairs],
                "right": [ranking.item_of(right) for _, right in pairs],
                "left_picture": [str(left) for left, _ in pairs],
                "right_picture": [str(right) for _, right in pairs],
                "outcome": [one.outcome for one in votes],
                "at": [one.at for one in votes],
            }
        )

    # -- what is told --------------------------------------------------------------------------

    def _look_again(self) -> None:
        """Tell pages how the ranking stands, soon."""
        call_on_loop(self._teller.changed)

    async def _tell(self) -> None:
        """Send the standing."""
        told = await outgoing_pictures.workers.run(self._told)
        self.send({"kind": "standing", "standing": told})

    def _told(self) -> dict[str, Any]:
        votes = self._ranking.votes()
        standing = self._ranking.standing(votes=votes)
        mine = [vote.name for vote in votes if vote.judge == self._ranking.judge]
        low, high = rank_copy.span_of(standing)
        best = standing.placed[0]
        told: dict[str, Any] = {
            "title": f"{self._name(best.item)} is ahead" if standing.votes else "No votes yet",
            "head": rank_copy.head_of(standing),
            "votes": standing.votes,
            "left": standing.left,
            "open": [self._who(item) for item in standing.open or ()],
            "rows": [self._row(one, low, high) for one in standing.placed[: rank_copy.MOST_ROWS]],
            "more": max(0, len(standing.placed) - rank_copy.MOST_ROWS),
            "counted": mine[-_NAMED:],
        }
        return told

    def _who(self, item: Any) -> dict[str, str]:
        return {"letter": self._letters[item], "name": self._name(item)}

    def _row(self, one: Placed, low: float, high: float) -> dict[str, Any]:
        def share(value: float) -> float:
            return round((value - low) / (high - low), 4)

        return {
            **self._who(one.item),
            "picture": _id_of(self._ranking.example(one.item)),
            "rating": rank_copy.signed(one.rating),
            "low": rank_copy.signed(one.low),
            "high": rank_copy.signed(one.high),
            "half": f"{(one.high - one.low) / 2:.2f}",
            "won": f"won {one.wins:,} of {one.pairs:,}",
            "at": [share(one.low), share(one.rating), share(one.high)],
        }

    def _name(self, item: Any) -> str:
        if self._ranking.by is None:
            item = self._ranking.example(item).path.stem
        return one_line(str(item), _NAME)

    # -- what the browser says -----------------------------------------------------------------

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        self._answer_later(content, lambda: ("welcome", self._welcome()), _votes)
        self._companion.meet_page()
        return None

    def _welcome(self) -> dict[str, Any]:
        by = self._ranking.by
        return {
            "question": self.question,
            "about": "blind" if by is None else f"blind, by {by}",
            "badge": self._badge,
            "leftOut": self.left_out,
            "ballot": self._ballot,
            "pairs": self._next_pairs(()),
            "standing": self._told(),
        }

    def _on_pairs(self, content: dict[str, Any]) -> Answer:
        held = content.get("held")
        keys = [_keys(one) for one in held] if isinstance(held, list) else []
        for left, right in keys:
            self._ranking.picture(left), self._ranking.picture(right)
        self._answer_later(content, lambda: ("pairs", {"pairs": self._next_pairs(keys)}), _votes)
        return None

    def _next_pairs(self, held: Sequence[tuple[Picture, Picture]]) -> list[dict[str, Any]]:
        count = max(0, _AHEAD - len(held))
        return [self._told_pair(pair) for pair in self._ranking.next_pairs(count, held)]

    def _told_pair(self, pair: Pair) -> dict[str, Any]:
        left, right = map(self._side, pair)
        return {"left": left, "right": right}

    def _side(self, image: GeneratedImage) -> dict[str, Any]:
        return {
            "id": _id_of(image),
            "width": image.width,
            "height": image.height,
            "name": self._name(self._ranking.item_of(image)),
        }

    def _on_want(self, content: dict[str, Any]) -> Answer:
        pictures = content.get("pictures")
        names = [str(one) for one in pictures] if isinstance(pictures, list) else []
        sender = self._examples if content.get("small") is True else self._thumbnails
        sender.want(str(content.get("view")), names)
        return "ok", {}

    def _on_vote(self, content: dict[str, Any]) -> Answer:
        left, right = _keys([content.get("left"), content.get("right")])
        outcome = _outcome(content.get("outcome"))
        name, withdrawn = str(content.get("vote")), content.get("withdrawn") is True

        def keep() -> Answer:
            try:
                self._ranking.cast(left, right, outcome, name=name, withdrawn=withdrawn)
            except ConfigurationError as error:  # it will never be one: nothing to send again
                return "ok", {"text": error.message}
            self._pair = None
            self._look_again()
            return "ok", {}

        self._answer_later(content, keep, _votes)
        return None

    def _on_skip(self, content: dict[str, Any]) -> Answer:
        self._ranking.skip(*_keys([content.get("left"), content.get("right")]))
        return "ok", {}

    def _on_undo(self, content: dict[str, Any]) -> Answer:
        def take_back() -> Answer:
            vote = self._ranking.take_back()
            if vote is None:
                return "undone", {"pair": None, "vote": None}
            self._look_again()
            pair = self._ranking.picture(vote.left), self._ranking.picture(vote.right)
            return "undone", {"pair": self._told_pair(pair), "vote": vote.name}

        self._answer_later(content, take_back, _votes)
        return None

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        return outgoing_pictures.piece(self._named(picture), what, offset)

    def _named(self, name: object) -> GeneratedImage:
        return self._ranking.picture(_key(name))

    def _send_thumbs(self, told: dict[str, Any], parts: Sequence[bytes]) -> None:
        self.send(told, list(parts))

    def _send_examples(self, told: dict[str, Any], parts: Sequence[bytes]) -> None:
        self.send({**told, "small": True}, list(parts))

    # -- being shown ---------------------------------------------------------------------------

    def _static_html(self) -> str:
        standing = self.standing
        table = ""
        if standing.votes:
            table = rank_copy.ranking_html(standing, self._name, self._ranking.example)
        kind = f"{self._badge} · " if self._badge else ""
        caption = f"{kind}{self._title()} · {rank_copy.head_of(standing)}"
        note = f"{rank_copy.open_words(standing, self._name)} {self.left_out}".strip()
        return html([], key=self._key, caption=caption, note=note, body=table)

    def _title(self) -> str:
        by = self._ranking.by
        return self.question if by is None else f"{self.question} by {by}"

    def __repr__(self) -> str:
        standing = self.standing
        lines = [f"<RankView, {self._title()}: {rank_copy.head_of(standing)}"]
        if standing.votes:
            lines += rank_copy.lines_of(standing, self._name)
        lines.append(rank_copy.open_words(standing, self._name))
        if self.left_out:
            lines.append(self.left_out)
        return printable("\n".join(lines)) + ">"

    def close(self) -> None:
        """Take the view away; the votes stay."""
        if self.comm is not None:
            self._thumbnails.stop()
            self._examples.stop()
        super().close()


def _id_of(image: GeneratedImage) -> str:
    return f"{image.task_key}.{image.index}"


def _key(name: object) -> Picture:
    key, _, number = str(name).rpartition(".")
    return key, int(number) if number.isascii() and number.isdigit() else -1


def _keys(pair: object) -> tuple[Picture, Picture]:
    names = list(pair) if isinstance(pair, (list, tuple)) else []
    if len(names) != 2:
        raise ConfigurationError("A pair has two pictures.", advice="Reload the page.")
    return _key(names[0]), _key(names[1])


def _outcome(value: object) -> Outcome:
    if value not in get_args(Outcome):
        raise ConfigurationError(
            f'A vote is "left", "right" or "tie"; it is {shown(value)}.', advice="Vote again."
        )
    return cast(Outcome, value)
