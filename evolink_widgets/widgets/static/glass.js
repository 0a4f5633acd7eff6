/** The glass through which all pictures are seen: the same part of each, moved by transforms alone. */
import { flag } from "./dom.js";

/** Pixels of the screen that one of a picture may take; Python's limit too. */
const LARGEST = 8;

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
  /** The pointer that is down, where it was last, and where the panes begin. @type {{ id: number, x: number, y: number } | undefined} */
  let held;
  let origin = 0;
  let isSliding = false;

  /** @param {number} value @param {number} low @param {number} high */
  const within = (value, low, high) => Math.min(Math.max(value, low), high);

  /** What is smaller than its pane stays in the middle. @param {number} value @param {number} whole @param {number} room */
  function inside(value, whole, room) {
    const half = room / scale / 2;
    return half * 2 >= whole ? whole / 2 : within(value, half, whole - half);
  }

  /** Where the part of the first picture that is in view begins and ends. */
  function span() {
    const left = wide / 2 - x * scale;
    return [Math.max(0, left), Math.min(wide, left + w * scale)];
  }

  function draw() {
    frame = 0;
    const left = Math.round(wide / 2 - x * scale);
    const top = Math.round(high / 2 - y * scale);
    const [from, to] = span();
    const edge = Math.round(from + (to - from) * position);
    for (const [at, { lens, image }] of layers.entries()) {
      // The lens is pushed aside and the picture in it pushed back: a cut without painting.
      const cut = over && !at ? wide - edge : 0;
      lens.style.transform = `translate3d(${-cut}px,0,0)`;
      if (image) image.style.transform = `translate3d(${left + cut}px,${top}px,0) scale(${scale})`;
    }
    divider.style.transform = `translate3d(${edge}px,0,0)`;
  }

  function move(dx = 0, dy = 0) {
    x = inside(x + dx / scale, w, wide);
    y = inside(y + dy / scale, h, high);
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

  /** Asks for another scale; what is under a point of the screen stays there. @type {Glass["ask"]} */
  function ask(to, point) {
    const wanted = within(to, Math.min(fit, 1), LARGEST);
    const before = scale;
    hand.zoom(Math.abs(wanted - fit) < 1e-6 ? 0 : wanted);
    if (!point) return;
    const grown = scale / before - 1;
    for (const { lens } of over ? layers.slice(1) : layers) {
      const box = lens.getBoundingClientRect();
      const [dx, dy] = [point.clientX - box.x - wide / 2, point.clientY - box.y - high / 2];
      // Side by side, the pane under the point counts.
      if (Math.abs(dx) <= wide / 2 && Math.abs(dy) <= high / 2) return move(dx * grown, dy * grown);
    }
  }

  /** @param {number} clientX */
  function slide(clientX) {
    const [from, to] = span();
    hand.slide(within((clientX - origin - from) / (to - from), 0, 1));
  }

  /** @param {PointerEvent} event */
  arena.onpointerdown = ({ target, button, pointerId, clientX, clientY }) => {
    const on = /** @type {Element} */ (target);
    if (button || !layers[0] || on.closest("button")) return;
    arena.setPointerCapture(pointerId);
    held = { id: pointerId, x: clientX, y: clientY };
    origin = arena.getBoundingClientRect().x;
    isSliding = over && (divider.contains(on) || scale <= fit);
    if (isSliding) slide(clientX);
  };
  /** @param {PointerEvent} event */
  arena.onpointermove = ({ pointerId, clientX, clientY }) => {
    if (held?.id !== pointerId) return;
    if (isSliding) slide(clientX);
    else move(held.x - clientX, held.y - clientY);
    held = { id: pointerId, x: clientX, y: clientY };
  };
  arena.onpointerup = arena.onpointercancel = () => (held = undefined);
  /** A plain wheel scrolls the notebook. @param {WheelEvent} event */
  arena.onwheel = (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    ask(scale * Math.exp(-event.deltaY / 400), event);
  };
  new ResizeObserver(measure).observe(arena);

  return {
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
  };
}
