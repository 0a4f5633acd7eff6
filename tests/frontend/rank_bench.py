"""A ranking's page and the Python side of it: pairs that go on for ever, pictures, a standing."""

from __future__ import annotations

import base64
from typing import Any

from bench import files, scene

STYLES = ["gouache", "watercolour", "paper cut", "woodcut", "linocut", "pencil"]
LETTERS = "ACEBFD"
SCORES = [1.24, 0.58, 0.02, -0.2, -0.68, -0.96]

#: Python's side: pairs that go on for ever, the bytes of every picture, votes as they are told.
SERVES = """([pictures]) => {
  const views = (b64) => new DataView(Uint8Array.from(atob(b64), (c) => c.charCodeAt(0)).buffer);
  const bytes = pictures.map(views);
  window.made = 8;
  kernel.answers.pairs = ({ held }) => ({ kind: "pairs", pairs: window.pairs(8 - held.length) });
  window.pairs = (count) => Array.from({ length: count }, () => window.pairAt(window.made++));
  window.pairAt = (n) => {
    const named = (i) => ({ id: `t${n}.${i}`, name: `style ${(n + i) % 6}` });
    const side = (i) => ({ ...named(i), width: 816, height: 816 });
    return { left: side(0), right: side(1) };
  };
  kernel.answers.want = ({ pictures: ids, small }) => {
    const told = { kind: "thumbs", pictures: ids.map((id) => ({ id })), small };
    const at = (id) => Math.round(10 * parseFloat(id.slice(1))) % bytes.length;
    return { kind: "ok", after: [[told, ids.map((id) => bytes[at(id)])]] };
  };
  kernel.answers.undo = () => ({ kind: "undone", pair: window.pairAt(900) });
}"""


def pair(number: int) -> dict[str, Any]:
    left, right = (
        {"id": f"t{number}.{i}", "width": 816, "height": 816, "name": f"style {(number + i) % 6}"}
        for i in (0, 1)
    )
    return {"left": left, "right": right}


def standing(votes: int = 38, **changes: Any) -> dict[str, Any]:
    def row(place: int) -> dict[str, Any]:
        score = SCORES[place]
        return {
            "letter": LETTERS[place],
            "name": STYLES[place],
            "picture": f"t{place}.0",
            "rating": f"{score:+.2f}".replace("-", "−"),
            "low": f"{score - 0.4:+.2f}".replace("-", "−"),
            "high": f"{score + 0.4:+.2f}".replace("-", "−"),
            "half": "0.40",
            "won": f"won {30 - 4 * place} of 40",
            "at": [(one + 1.7) / 3.4 for one in (score - 0.4, score, score + 0.4)],
        }

    who = [{"letter": LETTERS[place], "name": STYLES[place]} for place in (0, 1)]
    return {
        "title": "gouache is ahead",
        "head": f"{votes} votes, 2 judges, 9 without a difference",
        "votes": votes,
        "left": 12,
        "open": who,
        "rows": [row(place) for place in range(6)],
        "more": 0,
        "counted": [],
        **changes,
    }


def plan(left_out: str = "") -> dict[str, Any]:
    """What Python tells of a ranking at first."""
    welcome = {
        "question": "Which is nicer?",
        "about": "blind, by style",
        "badge": "Simulated",
        "leftOut": left_out,
        "ballot": "k3j2",
        "pairs": [pair(number) for number in range(8)],
        "standing": standing(),
    }
    return {"welcome": welcome, "files": files()}


def thumbs() -> list[str]:
    """The small copies that `SERVES` hands out."""
    return [base64.b64encode(scene(at, 96, 96)).decode() for at in range(4)]
