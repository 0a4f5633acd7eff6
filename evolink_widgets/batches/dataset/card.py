"""The card of a dataset: what it holds, that AI made it, at which price, how to load it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evolink_widgets.problem import shown
from evolink_widgets.rules.tasks.played import badge
from evolink_widgets.text.wording import counted

__all__ = ["Reviewed", "card"]

_TEXT = (
    "`caption` was written in a review, by a person or by a program; `text` is the caption, or "
    "the prompt where there is none."
)

_LOAD = {
    "imagefolder": 'load_dataset("imagefolder", data_dir="{folder}")',
    "parquet": 'load_dataset("parquet", data_files="{folder}/data/*.parquet")',
    "webdataset": 'load_dataset("webdataset", data_files="{folder}/*.tar")',
}


@dataclass(frozen=True)
class Reviewed:
    """What judges have said of the rows with a picture, before some of them were left out.

    A judge may be a rule or a model: the card can't tell, and does not say that it was a person.

    Attributes:
        kept: how many are kept.
        rejected: how many are rejected.
        undecided: how many have no verdict, or as many for as against them.
        captions: how many have one.
        only: which of them the dataset holds; `None` is all.
    """

    kept: int
    rejected: int
    undecided: int
    captions: int
    only: str | None

    def lines(self) -> list[str]:
        """The rows of the card's table."""
        said = f"{self.kept:,} kept, {self.rejected:,} rejected, {self.undecided:,} undecided"
        lines = [
            f"| reviewed, by people or programs | {said}; {counted(self.captions, 'caption')} |"
        ]
        if self.only is not None:
            left = self.rejected + (self.undecided if self.only == "kept" else 0)
            lines.append(f"| left out, as only what is {self.only} is here | {left:,} |")
        return lines


def card(
    *,
    folder: str,
    format: str,
    values: Sequence[Mapping[str, Any]],
    given: Mapping[str, Any],
    credits: float,
    missing: int,
    alike: int,
    made: str,
    service: str,
    reviewed: Reviewed | None = None,
) -> str:
    """Return the README.md of a dataset, with the head that the Hugging Face hub reads.

    Args:
        folder: its name.
        format: "imagefolder", "parquet" or "webdataset".
        values: those of each sample.
        given: the fields of the batch, as they were given.
        credits: what the pictures were charged when they were bought.
        missing: how many rows have no picture.
        alike: how many pictures look nearly like another one.
        made: the day.
        service: what drew the pictures.
        reviewed: what judges have said of them; `None` where nothing was said.
    """
    count = len(values)
    simulated = sum(bool(one.get("simulated")) for one in values)
    recorded = sum(bool(one.get("recorded")) for one in values)
    kind = badge(simulated=count == simulated > 0, recorded=count == recorded > 0).lower()
    models = Counter(str(one.get("model")) for one in values)
    sizes = Counter(f"{one.get('width')}×{one.get('height')}" for one in values)
    lines = [
        "---",
        "task_categories:\n- text-to-image",
        "tags:\n- synthetic\n- ai-generated\n- evolink",
        f"size_categories:\n- {_size(count)}",
        "---",
        "",
        f"# {folder}",
        "",
        f"{counted(count, 'picture')}, **made by AI**, exported on {made}. Each file carries the "
        "IPTC mark for AI-made pictures and its recipe in its XMP.",
        "",
    ]
    if simulated:
        lines += [
            f"**Simulated:** {counted(simulated, 'picture')} of these were drawn by an emulator "
            "from the prompt by code. They are placeholders and were not charged.",
            "",
        ]
    if recorded:
        lines += [
            f"**Recorded:** {counted(recorded, 'picture')} of these came from a cassette. They "
            "were charged when it was recorded, and not for this dataset.",
            "",
        ]
    lines += [
        "| | |",
        "|---|---|",
        f"| service | {service} |",
        f"| model | {_counts(models)} |",
        f"| pixels | {_counts(sizes)} |",
        *(f"| {name} | `{_cell(value)}` |" for name, value in given.items()),
        f"| credits | {credits:,.4f}{f', {kind}' if kind else ''} |",
        f"| rows without a picture | {missing:,} |",
        *([] if reviewed is None else reviewed.lines()),
        f"| pictures that look nearly like another | {alike:,} (`near_duplicates.json`) |",
        "",
        "```python",
        "from datasets import load_dataset",
        f"dataset = {_LOAD[format].format(folder=folder)}",
        "```",
        "",
        "`manifest.json` lists every file with its size and SHA-256; `receipts.jsonl` what "
        "each task was charged.",
        *(["", _TEXT] if reviewed is not None and reviewed.captions else []),
        "",
    ]
    return "\n".join(lines)


def _size(count: int) -> str:
    for most, said in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K")):
        if count < most:
            return said
    return "100K<n<1M"


def _counts(found: Counter[str]) -> str:
    most = [f"{name} ({count:,})" for name, count in found.most_common(6)]
    return ", ".join(most) + (" and others" if len(found) > 6 else "")


def _cell(value: Any) -> str:
    said = f"{getattr(value, '__name__', 'a function')}()" if callable(value) else shown(value)
    return said.replace("|", "\\|").replace("`", "'").replace("\n", " ")
