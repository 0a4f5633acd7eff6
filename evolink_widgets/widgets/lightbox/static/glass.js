/** The glass through which all pictures are seen: the same part of each, moved by transforms alone. */
import { flag, withCtrl } from "../../base/static/dom.js";
import { gestures, growth, within } from "./gestures.js";

/** Pixels of the screen that one of a picture may take; Python's limit too. */
const LARGEST = 8;

/** What is smaller than its pane stays in the middle. @param {number} value @param {number} whole @param {number} half of the pane, in pixels of the picture */
const inside = (value, whole, half) => (half * 2 >= whole ? whole / 2 : within(value, half, whole - half));

/**
 * Wheel, mouse and fingers: they move the pictures, zoom them, or slide the divider.
 * @param {HTMLElement} arena @param {HTMLElement} divider @param {Wish} hand @param {Glass} view
 */
function handle(arena, divider, hand, view) {
  /** Whether the divider is dragged; where it was before, and where the panes begin. */
  let isSliding = false;
  let before = 0;
  let origin = 0;
  /** What two fingers hold, and the scale they found. @type {Hold} */
  let held;
  let from = 1;

  /** @param {number} clientX */
  function slide(clientX) {
    const [start, end] = view.span();
    hand.slide(within((clientX - origin - start) / (end - start), 0, 1));
  }

  gestures(arena, {
    begin({ target, clientX, pointerType }, others) {
      const on = /** @type {Element} */ (target);
      if (view.isEmpty || (!others && on.closest("button"))) return false;
      // With a second finger, it was no slide.
      if (isSliding) hand.slide(before);
      isSliding = !others && view.isOver && (divider.contains(on) || view.scale <= view.fit);
      before = view.position;
      origin = arena.getBoundingClientRect().x;
      // A finger may be about to scroll the page.
      if (isSliding && pointerType !== "touch") slide(clientX);
      return true;
    },
    drag: (dx, dy, { clientX }) => (isSliding ? slide(clientX) : view.move(-dx, -dy)),
    grip(middle) {
      held = view.holdAt(middle);
      from = view.scale;
    },
    pinch: (by, middle) => view.ask(from * by, middle, held),
    end({ type, clientX }) {
      if (isSliding) type === "pointerup" ? slide(clientX) : hand.slide(before);
      isSliding = false;
    },
  });
  /** A plain wheel scrolls the notebook. @param {WheelEvent} event */
  arena.onwheel = (event) => {
    if (!withCtrl(event)) return;
    event.preventDefault();
    view.ask(view.scale * growth(event), event);
  };
}

/**
 * Pictures lie in the frame of the first, a layer each: what moves is composited, nothing is laid
 * out or painted.
 * @param {HTMLElement} arena @param {HTMLElement} divider @param {Wish} hand @returns {Glass}
 */
export function glass(arena, divider, hand) {
  /** @type {Layer[]} */
  let layers = [];
  /** The first picture's pixels, those of a pane, and the pixel in the middle of each pane. */
  let [w, h, wide, high, x, y] = [1, 1, 1, 1, 0, 0];
  let scale = 1;
  let fit = 1;
  /** What `zoom` was asked for; 0: all of it. */
  let asked = 0;
  let position = 0.5;
  let over = false;
  let frame = 0;
  /** Where the part of the first picture that is in view begins and ends. */
  function span() {
    const left = wide / 2 - x * scale;
    return [Math.max(0, left), Math.min(wide, left + w * scale)];
  }

  function draw() {
    frame = 0;
    const left = Math.round(wide / 2 - x * scale);
    const top = Math.round(high / 2 - y * scale);
    const [start, end] = span();
    const edge = Math.round(start + (end - start) * position);
    for (const [at, { lens, image }] of layers.entries()) {
      // The lens is pushed aside and the picture in it pushed back: a cut without painting.
      const cut = over && !at ? wide - edge : 0;
      lens.style.transform = `translate3d(${-cut}px,0,0)`;
      if (image) image.style.transform = `translate3d(${left + cut}px,${top}px,0) scale(${scale})`;
    }
    divider.style.transform = `translate3d(${edge}px,0,0)`;
  }

  function move(dx = 0, dy = 0) {
    x = inside(x + dx / scale, w, wide / scale / 2);
    y = inside(y + dy / scale, h, high / scale / 2);
    frame ||= requestAnimationFrame(draw);
  }

  function zoom(to = asked) {
    asked = to;
    fit = Math.min(wide / w, high / h) || 1;
    scale = to ? within(to, Math.min(fit, 1), Math.max(fit, LARGEST)) : fit;
    flag(arena, "large", scale > fit);
    move();
    hand.seen();
  }

  /** All panes are of one size. */
  function measure() {
    if (!layers[0]) return;
    const { width, height } = layers[0].lens.getBoundingClientRect();
    [wide, high] = [width || 1, height || 1];
    zoom();
  }

  /** What of the pictures is under a point of the screen; side by side, in the pane that is nearest. @param {Spot} point @returns {Hold} */
  function holdAt({ clientX, clientY }) {
    const [[, dx, dy]] = (over ? layers.slice(1) : layers)
      .map(({ lens }) => {
        const box = lens.getBoundingClientRect();
        const [dx, dy] = [clientX - box.x - wide / 2, clientY - box.y - high / 2];
        return [Math.hypot(dx / wide, dy / high), dx, dy];
      })
      .sort(([a], [b]) => a - b);
    return { x: x + dx / scale, y: y + dy / scale, middleX: clientX - dx, middleY: clientY - dy };
  }

  /** Asks for another scale; what is held is under the point then. @type {Glass["ask"]} */
  function ask(to, point, hold = point && holdAt(point)) {
    const wanted = within(to, Math.min(fit, 1), LARGEST);
    hand.zoom(Math.abs(wanted - fit) < 1e-6 ? 0 : wanted);
    if (!point || !hold) return;
    x = hold.x - (point.clientX - hold.middleX) / scale;
    y = hold.y - (point.clientY - hold.middleY) / scale;
    move();
  }

  new ResizeObserver(measure).observe(arena);

  /** @type {Glass} */
  const view = {
    frame(width, height) {
      [w, h, x, y] = [width, height, width / 2, height / 2];
    },
    show(shown, isOver) {
      [layers, over] = [shown, isOver];
      measure();
    },
    zoom,
    ask,
    move,
    place(to) {
      position = to;
      move();
    },
    get scale() {
      return scale;
    },
    get fit() {
      return fit;
    },
    get position() {
      return position;
    },
    get isOver() {
      return over;
    },
    get isEmpty() {
      return !layers[0];
    },
    span,
    holdAt,
  };
  handle(arena, divider, hand, view);
  return view;
}
