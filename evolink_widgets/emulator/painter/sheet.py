"""A contact sheet of many prompts: look at it after a change of the painter.

    python -m evolink_widgets.emulator.painter.sheet sheet.png
    python -m evolink_widgets.emulator.painter.sheet --edits edits.png
    python -m evolink_widgets.emulator.painter.sheet --prompt "a fox in the snow" fox.png

Tests tell whether a picture changed; whether it is still a good one only a person can see.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from evolink_widgets.emulator.painter.composing.painting import original
from evolink_widgets.emulator.painter.render import drawn, render

PROMPTS = (
    "a fox in the snow",
    "a cat on a beach at sunset",
    "a lighthouse in a storm at night",
    "three hot air balloons over the mountains at dawn",
    "an astronaut riding a horse on the moon",
    "a cup of tea on a table by the window in the rain",
    "a red bicycle in a street of an old town, watercolour",
    "an owl reading a book under a lantern in the forest at night",
    "a sailing ship at sunset, oil painting",
    "a castle on a hill under a rainbow",
    "a robot holding an umbrella in the rain in a neon city at night",
    "two penguins under the aurora",
    "a whale and small yellow fish under water",
    "a steam train crossing a bridge in autumn",
    "an elephant in the desert, stained glass",
    "a dragon above the clouds, ink",
    "a sunflower in a vase, gouache",
    "a rocket in space, pixel art",
    "a blueprint of a windmill",
    'a neon sign that says "OPEN LATE" in a rainy street',
    "a pencil sketch of a dog and a ball in the park",
    "一只白色的兔子在草地上",
    "flat poster of a palm tree on a beach, big sun",
    "quiet geometry in coral and navy blue, abstract",
    "a knight on a horse in front of a castle at sunset",
    "a birthday cake and a gift on a table",
    "a child flying a kite over a meadow",
    "a penguin with a crown on a sofa",
    "a campfire and a tent by a lake at night",
    "a cat on a bench in the park in autumn, photo",
)


def sheet(
    prompts: Sequence[str] = PROMPTS,
    *,
    columns: int = 6,
    edge: int = 384,
    quality: str = "high",
    seed: int | str = 0,
    size: tuple[int, int] = (1024, 1024),
) -> Image.Image:
    """Render every prompt and lay the pictures out, with their prompts and times below.

    Args:
        prompts: what to draw.
        columns: pictures in a row, at most.
        edge: width of each picture on the sheet, in pixels.
        quality: "low", "medium" or "high".
        seed: of the pictures' chance.
        size: width and height at which each is drawn, in pixels.
    """
    font = ImageFont.load_default(13)
    high = round(edge * size[1] / size[0])
    columns = min(columns, len(prompts))
    rows = -(-len(prompts) // columns)
    board = Image.new("RGB", (columns * (edge + 8) + 8, rows * (high + 30) + 8), (250, 249, 246))
    pencil = ImageDraw.Draw(board)
    for number, prompt in enumerate(prompts):
        started = time.perf_counter()
        data = render(
            prompt,
            width=size[0],
            height=size[1],
            quality=quality,
            index=number,
            seed=seed,
            format="png",
        )
        spent = time.perf_counter() - started
        picture = Image.open(io.BytesIO(data)).resize((edge, high), Image.Resampling.LANCZOS)
        x, y = 8 + number % columns * (edge + 8), 8 + number // columns * (high + 30)
        board.paste(picture, (x, y))
        caption = f"{spent * 1000:.0f} ms  {prompt}"
        pencil.text((x, y + high + 4), caption[: edge // 7], font=font, fill=(60, 56, 66))
    return board


EDITS = (
    ("a fox in a meadow", ("make it night", "in the snow", "make the fox blue", "add a balloon")),
    (
        "a house and a tree by a lake",
        ("in autumn", "at sunset", 'the words "HOME"', "oil painting"),
    ),
    ("a cat on a sofa", ("replace the cat with a dog", "stained glass", "a variation", "at night")),
)


def edit_sheet(*, edge: int = 300, quality: str = "medium", seed: int | str = 3) -> Image.Image:
    """Render pictures and their edits, a row each: before, then one edit after the other.

    Args:
        edge: width of each picture on the sheet, in pixels.
        quality: "low", "medium" or "high".
        seed: of the pictures' chance.
    """
    font = ImageFont.load_default(13)
    columns = 1 + max(len(edits) for _, edits in EDITS)
    board = Image.new("RGB", (columns * (edge + 8), len(EDITS) * (edge + 26)), (250, 249, 246))
    pencil = ImageDraw.Draw(board)
    for row, (prompt, edits) in enumerate(EDITS):
        before = original(prompt, index=0, seed=seed, shape=1.0)
        for column, words in enumerate((prompt, *edits)):
            picture = drawn(
                words,
                width=768,
                height=768,
                quality=quality,
                seed=seed,
                references=[before] if column else (),
            )
            x, y = column * (edge + 8), row * (edge + 26)
            board.paste(picture.resize((edge, edge), Image.Resampling.LANCZOS), (x, y))
            pencil.text((x, y + edge + 4), words[: edge // 7], font=font, fill=(60, 56, 66))
    return board


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, render a sheet and write it."""
    parser = argparse.ArgumentParser(
        prog="python -m evolink_widgets.emulator.painter.sheet",
        description="Draw a contact sheet of what the emulator paints.",
    )
    parser.add_argument("file", type=Path, help="where it is written; the ending says the format")
    parser.add_argument("--edits", action="store_true", help="pictures and their edits instead")
    parser.add_argument("--prompt", action="append", help="draw this; may be given several times")
    parser.add_argument("--quality", choices=("low", "medium", "high"), default="high")
    parser.add_argument("--seed", default="0", help="another seed draws other pictures")
    given = parser.parse_args(arguments)
    if given.edits and given.prompt:
        parser.error("--edits has prompts of its own; leave --prompt out")
    if given.edits:
        board = edit_sheet(quality=given.quality, seed=given.seed)
    else:
        board = sheet(given.prompt or PROMPTS, quality=given.quality, seed=given.seed)
    board.save(given.file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
