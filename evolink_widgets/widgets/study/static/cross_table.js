/** A table of cells by two axes: one tab stop, arrows that follow the reading direction, and sizes by keys, wheel and buttons. */
import { hasFocus, isPlain, set, withCtrl } from "../../base/static/dom.js";
import { USUAL, ZOOMS } from "./measures.js";
import { planeOf } from "./plane.js";

/** The cell that a key leads to, also outside the table. @param {KeyboardEvent} event @param {GridSpot} now @param {number} page rows @param {number} sign of the reading direction @returns {[number, number] | undefined} */
function ledTo(event, { r, c }, page, sign) {
  const all = withCtrl(event);
  const isEnd = event.key === "Home" || event.key === "End";
  if (event.shiftKey || !(isEnd || isPlain(event))) return undefined;
  return /** @type {Record<string, [number, number]>} */ ({
    ArrowLeft: [r, c - sign],
    ArrowRight: [r, c + sign],
    ArrowUp: [r - 1, c],
    ArrowDown: [r + 1, c],
    PageUp: [r - page, c],
    PageDown: [r + page, c],
    Home: [all ? 0 : r, 0],
    End: [all ? Infinity : r, Infinity],
  })[event.key];
}

/** @param {CrossHand} hand */
export function crossTable(hand) {
  const plane = planeOf();
  const { el, grid, measures } = plane;
  let now = { r: 0, c: 0 };
  let frame = 0;

  function draw() {
    frame = 0;
    hand.want(plane.draw(now, hand.paint));
  }
  const soon = () => (frame ||= requestAnimationFrame(draw));
  const lay = () => plane.lay() && draw();
  const cellNow = () => plane.cell(now);

  /** @param {number} r @param {number} c @param {boolean} [focus] */
  function go(r, c, focus = true) {
    now = plane.within(r, c);
    measures.reveal(now);
    draw();
    if (focus) cellNow()?.focus({ preventScroll: true });
    else hand.current(now.r, now.c);
  }

  /** @param {number} to @param {{ x: number, y: number }} [point] of the view, which stays where it is */
  function resize(to, point) {
    if (!ZOOMS.includes(to) || to === measures.zoom) return;
    const had = hasFocus(grid);
    measures.resize(to, now, plane.lay, point);
    draw();
    if (had) cellNow()?.focus({ preventScroll: true });
    hand.zoomed(to);
  }
  const larger = (/** @type {number} */ by, /** @type {{ x: number, y: number } | undefined} */ point = undefined) => resize(ZOOMS[ZOOMS.indexOf(measures.zoom) + by], point);

  const cellOver = (/** @type {any} */ node) => node.closest?.(".ew-at");

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const { key, target } = event;
    const to = ledTo(event, now, measures.page(), measures.sign());
    if (to) go(...to);
    else if (!isPlain(event)) return;
    else if (key === "+" || key === "=") larger(1);
    else if (key === "-") larger(-1);
    else if (key === "0") resize(USUAL);
    else if (key === "Escape" && target !== cellNow()) cellNow()?.focus();
    else if (target !== cellNow() || !hand.key(key, now.r, now.c, cellNow())) return;
    event.preventDefault();
  }

  set(grid, {
    onkeydown,
    onclick(/** @type {any} */ { target }) {
      const cell = cellOver(target);
      if (!cell || target.closest("button")) return;
      const was = cell === cellNow() && cell.held;
      cell.focus({ preventScroll: true });
      cell.held = true;
      if (was) hand.key("Enter", cell.r, cell.c, cell);
    },
  });
  grid.addEventListener("focusin", (/** @type {any} */ { target }) => {
    const cell = cellOver(target);
    if (!cell) return;
    const isOther = cell !== cellNow();
    now = { r: cell.r, c: cell.c };
    if (isOther) measures.reveal(now);
    hand.current(now.r, now.c);
    soon();
  });
  grid.addEventListener("focusout", (/** @type {any} */ { target }) => {
    const cell = cellOver(target);
    if (cell) cell.held = false;
  });
  el.addEventListener("scroll", soon, { passive: true });
  el.addEventListener(
    "wheel",
    (/** @type {WheelEvent} */ event) => {
      if (!withCtrl(event)) return;
      event.preventDefault();
      larger(event.deltaY < 0 ? 1 : -1, measures.pointed(event));
    },
    { passive: false },
  );
  let seen = 0;
  new ResizeObserver(() => {
    if (el.clientWidth === seen) return soon();
    seen = el.clientWidth;
    lay();
  }).observe(el);

  return {
    el,
    soon,
    larger,
    go,
    get now() {
      return now;
    },
    get zoom() {
      return measures.zoom;
    },
    cell: cellNow,
    /** Other axes, or other levels. @param {string} label @param {string} words of the corner @param {string[]} rowLabels @param {string[]} colLabels @param {number} size */
    reset(label, words, rowLabels, colLabels, size) {
      set(grid, { label });
      plane.label(words, rowLabels, colLabels);
      measures.take(size);
      now = plane.within(now.r, now.c);
      lay();
      hand.current(now.r, now.c);
    },
  };
}
