/** What a mouse, a pen or fingers do to pictures: one moves them, two also enlarge them about their middle. */

/** @param {number} value @param {number} low @param {number} high */
export const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** How much a wheel enlarges; a trackpad's pinch comes as one with Ctrl, in small steps. @param {WheelEvent} event */
export const growth = ({ deltaY, ctrlKey }) =>
  Math.exp(ctrlKey ? within(-deltaY, -30, 30) / 100 : -deltaY / 400);

/**
 * What lies under two fingers when they come down stays under them; a third one does nothing.
 * @param {HTMLElement} el
 * @param {Gesture} act
 */
export function gestures(el, { begin, drag, grip, pinch, end }) {
  /** All that is down, and where it was last. @type {Map<number, PointerEvent>} */
  const down = new Map();
  let apart = 1;

  /** The middle of what is down. @returns {Spot} */
  function middle() {
    const [a, b = a] = down.values();
    return { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
  }

  function distance() {
    const [a, b] = down.values();
    return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) || 1;
  }

  /** @param {PointerEvent} event */
  el.onpointerdown = (event) => {
    // Where an end was missed, the first of the next ones tells.
    if (event.isPrimary) down.clear();
    if (event.button || down.size > 1 || !begin(event, down.size)) return;
    el.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event);
    if (down.size < 2) return;
    apart = distance();
    grip(middle());
  };
  /** @param {PointerEvent} event */
  el.onpointermove = (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    down.set(event.pointerId, event);
    if (down.size > 1) pinch(distance() / apart, middle());
    else drag(event.clientX - last.clientX, event.clientY - last.clientY, event);
  };
  /** @param {PointerEvent} event */
  el.onpointerup = el.onpointercancel = (event) => {
    if (down.delete(event.pointerId)) end(event);
  };
  // Not every browser takes "touch-action" for two fingers: they would scroll.
  el.addEventListener(
    "touchmove",
    (event) => {
      if (event.touches[1] && event.cancelable) event.preventDefault();
    },
    { passive: false },
  );
}
