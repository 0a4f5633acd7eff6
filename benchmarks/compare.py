"""How two pictures of 3840×2160 are compared in Chromium: frame times while they are moved.

The real front end on a stub model, with both originals decoded. Pointer events are played, one
a frame as a browser hands them on: a drag over the pictures at one to one, then the divider over
all of both, then two fingers that go apart and together. Beside it a bare box is moved by a
transform in the same way: what this machine can do at all. Goal: 60 frames a second, where the
bare box has them. Chromium's own trace of a drag says that all frames reached the screen, and
that nothing was laid out or painted on the way.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from side_by_side import HERE, options, row

WIDTH, HEIGHT = 3840, 2160

#: What is counted, and Chromium's name for it.
TRACED = {
    "drawn": "DrawFrame",
    "laid out": "Layout",
    "painted": "Paint",
    "pictures decoded": "ImageDecodeTask",
}

#: `play` moves a pointer a step each frame and answers with the times between frames, sorted.
SCRIPT = """() => {
  // Played pointers can't be captured.
  Element.prototype.setPointerCapture = () => {};
  const bare = document.createElement("div");
  bare.style.cssText = "position:fixed;left:0;top:0;width:40px;height:40px;background:#888;z-index:9";
  document.body.append(bare);
  window.play = async (what, frames) => {
    const arena = document.querySelector(".ew-arena"), box = arena.getBoundingClientRect();
    const at = (i) => {
      const swing = Math.sin(i / 20) / 2.2, roll = Math.cos(i / 27) / 2.2;
      return { clientX: box.x + box.width * (0.5 + swing), clientY: box.y + box.height * (0.5 + roll) };
    };
    const one = (name, pointerId, where) => arena.dispatchEvent(
      new PointerEvent(name, { bubbles: true, isPrimary: pointerId === 7, pointerId, button: 0, ...where }));
    const middle = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    const beside = (i, sign) =>
      ({ ...middle, clientX: middle.clientX + sign * box.width * (0.2 + Math.sin(i / 20) / 8) });
    const say = (name, i) => {
      if (what !== "pinch") return one(name, 7, at(i));
      one(name, 7, beside(i, -1));
      one(name, 8, beside(i, 1));
    };
    const times = [];
    if (what !== "bare") say("pointerdown", 0);
    let last = await new Promise(requestAnimationFrame);
    for (let i = 1; i <= frames; i++) {
      if (what === "bare") bare.style.transform = `translate3d(${at(i).clientX}px,${at(i).clientY}px,0)`;
      else say("pointermove", i);
      const now = await new Promise(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    if (what !== "bare") say("pointerup", frames);
    return times.sort((a, b) => a - b);
  };
}"""  # noqa: E501


def photograph(seed: int) -> tuple[str, str]:
    """A picture with as much in it as a photograph has, and a small copy, as base64."""
    from PIL import Image, ImageFilter

    noise = [Image.effect_noise((WIDTH // 4, HEIGHT // 4), 90 + seed) for _ in range(3)]
    image = Image.merge("RGB", noise).resize((WIDTH, HEIGHT)).filter(ImageFilter.SMOOTH)
    return coded(image), coded(image.resize((WIDTH // 8, HEIGHT // 8)))


def coded(image: Any) -> str:
    """A picture as a JPEG, as base64."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return base64.b64encode(out.getvalue()).decode()


def plan(files: list[tuple[str, str]]) -> dict[str, Any]:
    """What the stub's Python side tells of two pictures."""
    pictures = [
        {"id": str(at), "label": f"{at}.jpg", "width": WIDTH, "height": HEIGHT, "alt": "A picture",
         "same": False, "words": []} for at in (0, 1)
    ]  # fmt: skip
    own = {
        str(at): {"preview": small, "original": large} for at, (large, small) in enumerate(files)
    }
    return {
        "welcome": {"pictures": pictures, "note": ""},
        "pictures": [{"key": "", "index": at} for at in (0, 1)],
        "files": {"thumbs": [small for _, small in files], **own},
        "chunk": 2**26,
    }


def work_of(trace: Path) -> dict[str, float]:
    """How often the page was laid out, painted, had a picture decoded, and reached the screen."""
    events = json.loads(trace.read_text("utf-8"))["traceEvents"]
    counted = [event["name"] for event in events if event["ph"] in ("X", "B", "I")]
    return {name: float(counted.count(event)) for name, event in TRACED.items()}


def frames(files: list[tuple[str, str]], count: int, folder: Path) -> dict[str, float]:
    """Medians and 95th percentiles of frame times in milliseconds, on a new page."""
    for place in ("tests", "tests/frontend"):
        sys.path.insert(0, str(HERE.parent / place))
    from bench import open_bench
    from install_browser import launch
    from playwright.sync_api import sync_playwright

    traits = {"mode": "slider", "index": 1, "position": 0.5, "zoom": 1.0, "gain": 4.0}
    found: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = launch(playwright, whole=True)
        assert browser is not None
        one, _ = open_bench(browser, widget="compare", traits=traits, plan=plan(files), width=1000)
        one.page.set_default_timeout(120_000)
        one.page.wait_for_function(
            "w => { const all = [...document.querySelectorAll('.ew-lens img')];"
            " return all.length === 2 && all.every(i => i.naturalWidth === w)"
            " && model.heard('bytes').length >= 2 }",
            arg=WIDTH,
        )
        one.js(SCRIPT)
        for what, zoom in (("bare", 1.0), ("pan", 1.0), ("divider", 0.0), ("pinch", 0.5)):
            one.js("zoom => model.set('zoom', zoom)", zoom)
            one.js("n => play('pan', n)", 30)  # what is shown now is drawn once
            one.page.wait_for_timeout(500)
            times = one.js("([what, n]) => play(what, n)", [what, count])
            found |= {
                f"{what} median": times[len(times) // 2],
                f"{what} p95": times[int(len(times) * 0.95)],
            }
        one.js("() => model.set('zoom', 1)")
        one.js("() => play('pan', 120)")  # all of what the drag shows has been seen
        trace = folder / "trace.json"
        browser.start_tracing(page=one.page, path=trace)
        one.js("() => play('pan', 60)")
        browser.stop_tracing()
        found |= work_of(trace)
        browser.close()
    return found


def main() -> None:
    """Measure and print."""
    given = options(__doc__, frames=300)
    files = [photograph(seed) for seed in (0, 30)]
    with tempfile.TemporaryDirectory() as place:
        found = [frames(files, given.frames, Path(place)) for _ in range(given.runs)]
    for part in ("median", "p95"):
        bare = [one[f"bare {part}"] for one in found]
        row(f"a bare box: {part} of frames", bare, " ms")
        for what, name in (
            ("pan", "dragging both, 1:1"),
            ("divider", "moving the divider"),
            ("pinch", "pinching both"),
        ):
            ours = [one[f"{what} {part}"] for one in found]
            row(f"{name}: {part} of frames", ours, " ms")
            row("… ours / the bare box", [a / b for a, b in zip(ours, bare, strict=True)])
    for name in TRACED:
        row(f"{name}, in 60 frames of a drag", [one[name] for one in found])


if __name__ == "__main__":
    main()
