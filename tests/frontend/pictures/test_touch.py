"""Fingers: two zoom about their middle and move, one moves what is zoomed or scrolls the page."""

from __future__ import annotations

from typing import Any

import pytest
from bench import Bench
from compare_bench import Opener, arena, boxes, comparison, divider, settled
from playwright.sync_api import Locator, expect

Point = tuple[float, float]
#: A page that is longer than its window, in a browser with a touch screen.
TOUCH: dict[str, Any] = {"has_touch": True, "viewport": {"width": 948, "height": 700}}
LONGER = "() => { document.body.style.height = '4000px' }"
PAGE = "() => [scrollX, scrollY, visualViewport.scale]"


class Fingers:
    """Fingers on the screen, as the browser gets them from it."""

    def __init__(self, one: Bench, place: Locator) -> None:
        self._session = one.page.context.new_cdp_session(one.page)
        box = place.bounding_box()
        assert box
        self._left, self._top = box["x"], box["y"]

    def put(self, *points: Point) -> None:
        """So many fingers are down now, at points of the place."""
        self._send("touchStart", points)

    def move(self, *points: Point) -> None:
        """All of them have moved."""
        self._send("touchMove", points)

    def lift(self) -> None:
        """None is down any more."""
        self._send("touchEnd", ())

    def lift_second(self, x: float, y: float) -> None:
        """The one that came last goes, from where it is."""
        touch = {"x": self._left + x, "y": self._top + y, "id": 1}
        told = {"type": "touchEnd", "touchPoints": [touch]}
        self._session.send("Input.dispatchTouchEvent", told)

    def glide(self, start: list[Point], end: list[Point], steps: int = 8) -> None:
        """Put them down, one after the other, and move them in steps."""
        for count in range(1, len(start) + 1):
            self.put(*start[:count])
        for step in range(1, steps + 1):
            share = step / steps
            self.move(
                *(
                    (a + (c - a) * share, b + (d - b) * share)
                    for (a, b), (c, d) in zip(start, end, strict=True)
                )
            )

    def _send(self, kind: str, points: tuple[Point, ...]) -> None:
        touches = [
            {"x": self._left + x, "y": self._top + y, "id": at} for at, (x, y) in enumerate(points)
        ]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def touched(bench: Opener, **how: Any) -> tuple[Bench, Fingers]:
    one = comparison(bench, **TOUCH, **how)
    one.js(LONGER)
    return one, Fingers(one, arena(one))


def under(one: Bench, x: float, y: float) -> list[float]:
    """Which point of the picture lies there, as a share of its width."""
    left, top, width = boxes(one)[-1]
    return [(x - left) / width, (y - top) / width]


@pytest.mark.parametrize("mode", ["slider", "blink", "difference"])
def test_two_fingers_zoom_about_their_middle(bench: Opener, mode: str) -> None:
    one, fingers = touched(bench, traits={"mode": mode})
    before, fit = under(one, 300, 200), boxes(one)[0][2]
    fingers.glide([(280, 200), (320, 200)], [(240, 200), (360, 200)])
    one.page.wait_for_function("() => model.get('zoom') > 0")
    assert boxes(one)[0][2] == pytest.approx(3 * fit, rel=0.01)
    assert under(one, 300, 200) == pytest.approx(before, abs=0.01)
    # They go on together: the picture follows.
    fingers.move((340, 230), (460, 230))
    assert under(one, 400, 230) == pytest.approx(before, abs=0.01)
    fingers.lift()
    settled(one, "zoom", one.js("() => model.get('zoom')"))
    assert one.js(PAGE) == [0, 0, 1]
    assert one.js("() => model.get('position')") == 0.5


def test_side_by_side_the_pane_under_the_fingers_stays(bench: Opener) -> None:
    one, fingers = touched(bench, traits={"mode": "side"})
    pane = one.root.locator(".ew-pane").nth(1).bounding_box()
    whole = arena(one).bounding_box()
    assert pane
    assert whole
    x = pane["x"] - whole["x"]
    before = under(one, 100, 80)
    fingers.glide([(x + 80, 80), (x + 120, 80)], [(x + 40, 80), (x + 160, 80)])
    one.page.wait_for_function("() => model.get('zoom') > 0")
    assert under(one, 100, 80) == pytest.approx(before, abs=0.01)
    assert boxes(one)[0] == boxes(one)[1]


def test_a_pinch_ends_where_wheel_and_keys_do(bench: Opener) -> None:
    one, fingers = touched(bench, traits={"mode": "blink"})
    fingers.glide([(290, 200), (310, 200)], [(50, 200), (550, 200)])
    settled(one, "zoom", 8)
    fingers.lift()
    fingers.glide([(50, 200), (550, 200)], [(295, 200), (305, 200)])
    settled(one, "zoom", 0)
    fingers.lift()


def test_one_finger_moves_what_is_zoomed_and_the_page_stays(bench: Opener) -> None:
    one, fingers = touched(bench, traits={"zoom": 2.0})
    (x, y, _), _ = boxes(one)
    fingers.glide([(300, 300)], [(260, 220)])
    assert [at[:2] for at in boxes(one)] == [[x - 40, y - 80]] * 2
    # A second one that comes and goes moves nothing by itself.
    fingers.put((260, 220), (400, 220))
    fingers.lift_second(400, 220)
    fingers.move((250, 220))
    assert boxes(one)[0][:2] == [x - 50, y - 80]
    fingers.lift()
    assert one.js(PAGE) == [0, 0, 1]
    assert one.js("() => model.get('position')") == 0.5


@pytest.mark.parametrize("mode", ["slider", "blink"])
def test_one_finger_scrolls_the_page_over_what_is_not_zoomed(bench: Opener, mode: str) -> None:
    one, fingers = touched(bench, traits={"mode": mode})
    fingers.glide([(200, 300)], [(205, 120)], steps=12)
    fingers.lift()
    one.page.wait_for_function("() => scrollY > 100")
    assert one.js("() => model.get('position')") == 0.5, "the divider has not been meant"
    assert one.js("() => model.get('zoom')") == 0


def test_the_divider_follows_a_finger_and_not_the_first_of_two(bench: Opener) -> None:
    one, fingers = touched(bench)
    left, _, width = boxes(one)[0]
    quarter, half = left + width / 4, left + width / 2
    fingers.glide([(half, 200)], [(quarter, 204)])
    fingers.lift()
    placed(one, 0.25)
    fingers.glide([(half, 200)], [(half + 20, 200)])
    fingers.put((half + 20, 200), (half + 120, 200))
    placed(one, 0.25)
    fingers.lift()
    # A finger may be about to scroll: what it means is known once it moves or goes.
    fingers.put((left + width * 0.75, 100))
    placed(one, 0.25)
    fingers.lift()
    placed(one, 0.75)
    assert one.js("() => model.get('zoom')") == 0
    expect(divider(one)).to_have_attribute("aria-valuenow", "75")


def placed(one: Bench, share: float) -> None:
    """The divider is there, to a pixel or two."""
    near = "share => Math.abs(model.get('position') - share) < 0.005"
    one.page.wait_for_function(near, arg=share)


def test_a_trackpad_is_as_quick_as_its_fingers(bench: Opener) -> None:
    one = comparison(bench, traits={"zoom": 1.0})
    zoom = """(a, deltas) => { for (const deltaY of deltas) a.dispatchEvent(
        new WheelEvent("wheel", { deltaY, ctrlKey: true, bubbles: true, cancelable: true })) }"""
    # What Chromium makes of fingers that end twice as far apart.
    arena(one).evaluate(zoom, [-6.93] * 10)
    assert one.js("() => model.get('zoom')") == pytest.approx(2, abs=0.01)


def test_in_the_lightbox_two_fingers_zoom_and_one_moves(bench: Opener) -> None:
    one, fingers = enlarged(bench)
    image = one.root.locator(".ew-stage img")
    width, before = shown(image)[2], share_under(image, 150, 120)
    fingers.glide([(130, 120), (170, 120)], [(90, 120), (210, 120)])
    assert shown(image)[2] == pytest.approx(3 * width, rel=0.01)
    assert share_under(image, 150, 120) == pytest.approx(before, abs=0.01)
    fingers.move((110, 140), (230, 140))
    assert share_under(image, 170, 140) == pytest.approx(before, abs=0.01)
    fingers.lift()
    left, top, _ = shown(image)
    fingers.glide([(200, 200)], [(170, 150)])
    fingers.lift()
    assert shown(image)[:2] == pytest.approx((left - 30, top - 50), abs=2)
    expect(one.root.get_by_role("dialog").get_by_text("Picture 2 of 4")).to_be_visible()
    fingers.glide([(90, 120), (210, 120)], [(145, 120), (155, 120)])
    fingers.lift()
    assert shown(image)[2] == pytest.approx(width, rel=0.01), "never smaller than it fits"
    assert one.js(PAGE) == [0, 0, 1]


def test_in_the_lightbox_a_swipe_turns_to_the_next_picture(bench: Opener) -> None:
    one, fingers = enlarged(bench)
    box = one.root.get_by_role("dialog")
    fingers.glide([(250, 150)], [(150, 160)])
    fingers.lift()
    expect(box.get_by_text("Picture 3 of 4", exact=True)).to_be_visible()
    fingers.glide([(150, 150)], [(250, 140)])
    fingers.lift()
    expect(box.get_by_text("Picture 2 of 4", exact=True)).to_be_visible()
    fingers.glide([(250, 150)], [(230, 300)])
    fingers.lift()
    expect(box.get_by_text("Picture 2 of 4", exact=True)).to_be_visible()


def enlarged(bench: Opener) -> tuple[Bench, Fingers]:
    """The second of four pictures in the lightbox."""
    one = bench(**TOUCH)
    one.js(LONGER)
    one.done()
    one.root.get_by_role("gridcell").nth(1).press("Enter")
    expect(one.root.locator(".ew-facts dd").first).to_be_visible()
    return one, Fingers(one, one.root.locator(".ew-stage"))


def shown(image: Locator) -> tuple[float, float, float]:
    """Where the picture is within its stage, and how wide."""
    x, y, width = image.evaluate("""(image) => {
        const [box, stage] = [image, image.parentElement].map((e) => e.getBoundingClientRect());
        return [box.x - stage.x, box.y - stage.y, box.width];
    }""")
    return x, y, width


def share_under(image: Locator, x: float, y: float) -> list[float]:
    """Which point of the picture lies there, as a share of its width."""
    left, top, width = shown(image)
    return [(x - left) / width, (y - top) / width]
