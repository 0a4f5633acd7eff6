/**
 * A table of cells by two axes: the labels of both stay in sight, only the cells near the view are in the page, one tab
 * stop, arrows that follow the reading direction, and sizes by keys, wheel and buttons.
 */
import { ahead, fill, flag, h, hasFocus, isPlain, set, withCtrl, write } from "../../base/static/dom.js";

/** A cell's edge, from small to large. */
export const ZOOMS = [56, 72, 96, 128, 168, 224, 304];
const USUAL = 128;
/** Pixels between cells, of the head, and of the rows' labels, wide and narrow. */
const BESIDE = 8;
const TOP = 36;
const LABELS = [120, 92];
const NARROW = 600;
/** The most that is seen at once, in pixels, with the bar that scrolls it, and cells that are ready beside the view. */
const TALL = 480;
const BAR = 14;
const READY = 1;

/** @param {CrossHand} hand */
export function crossTable(hand) {
  const corner = h("div.corner", { role: "columnheader", "aria-colindex": 1 });
  const top = h("div.xs", { role: "row", "aria-rowindex": 1 }, corner);
  const plane = h("div.plane", { role: "grid", "aria-multiselectable": true }, top);
  const el = h("div.cross", plane);
  /** @type {Map<number, any>} */
  const rows = new Map();
  /** @type {Map<number, any>} */
  const heads = new Map();
  let now = { r: 0, c: 0 };
  let zoom = USUAL;
  let wide = LABELS[0];
  let frame = 0;
  let [down, across] = /** @type {string[][]} */ ([[], []]);

  const step = () => zoom + BESIDE;
  const sign = () => ahead(el);
  /** From the beginning of reading. */
  const scrolledX = () => Math.abs(el.scrollLeft);

  /** What is near the view, first and end. @param {number} at @param {number} seen @param {number} count */
  const near = (at, seen, count) => [
    Math.max(0, Math.floor(at / step()) - READY),
    Math.min(count, Math.ceil((at + seen) / step()) + READY),
  ];

  /** @param {Map<number, any>} kept @param {number[]} range @param {number} held @param {number} count @param {(at: number) => any} make @param {HTMLElement} into */
  function keep(kept, [first, end], held, count, make, into) {
    for (const [at, node] of kept)
      if (at >= count || ((at < first || at >= end) && at !== held)) {
        (node.el ?? node).remove();
        kept.delete(at);
      }
    const add = (/** @type {number} */ at) => {
      if (kept.has(at) || at >= count) return;
      const node = make(at);
      kept.set(at, node);
      into.append(node.el ?? node);
    };
    for (let at = first; at < end; at++) add(at);
    add(held);
  }

  const makeHead = (/** @type {number} */ c) =>
    h("div.x", { role: "columnheader", "aria-colindex": c + 2, title: across[c], "--x": `${c * step()}px` }, h("bdi", across[c]));

  function makeRow(/** @type {number} */ r) {
    const label = h("div.y", { role: "rowheader", "aria-colindex": 1, title: down[r] }, h("span", h("bdi", down[r])));
    const row = h("div.ln", { role: "row", "aria-rowindex": r + 2, "--y": `${TOP + r * step()}px` }, label);
    return { el: row, label, cells: new Map() };
  }

  const makeCell = (/** @type {number} */ c) => {
    const cell = h("div.at", { role: "gridcell", "aria-colindex": c + 2, "--x": `${c * step()}px` });
    cell.c = c;
    return cell;
  };

  function draw() {
    frame = 0;
    if (!across[0] && across.length !== 1) return;
    const rowRange = near(el.scrollTop, el.clientHeight - TOP, down.length);
    const colRange = near(scrolledX(), el.clientWidth - wide, across.length);
    keep(heads, colRange, now.c, across.length, makeHead, top);
    keep(rows, rowRange, now.r, down.length, makeRow, plane);
    const wanted = [];
    for (const [c, head] of heads) flag(head, "on", c === now.c);
    for (const [r, row] of rows) {
      flag(row.label, "on", r === now.r);
      keep(row.cells, colRange, r === now.r ? now.c : -1, across.length, makeCell, row.el);
      for (const [c, cell] of row.cells) {
        cell.r = r;
        const isNow = r === now.r && c === now.c;
        set(cell, { tabindex: isNow ? 0 : -1 });
        flag(cell, "now", isNow);
        const want = hand.paint(cell, r, c, zoom);
        if (want) wanted.push(want);
      }
    }
    hand.want(wanted);
  }
  const soon = () => (frame ||= requestAnimationFrame(draw));

  /** Draws all anew, at its size. */
  function lay() {
    const width = el.clientWidth;
    wide = LABELS[+(width < NARROW)];
    for (const kept of [rows, heads]) {
      for (const node of kept.values()) (node.el ?? node).remove();
      kept.clear();
    }
    set(plane, { "aria-rowcount": down.length + 1, "aria-colcount": across.length + 1 });
    set(el, {
      "--zoom": `${zoom}px`,
      "--labels": `${wide}px`,
      "--wide": `${wide + across.length * step() + BESIDE}px`,
      "--tall": `${TOP + down.length * step() + BESIDE}px`,
      "--most": `${Math.min(TALL, TOP + down.length * step() + BESIDE + 2 + (wide + across.length * step() + BESIDE > width ? BAR : 0))}px`,
    });
    if (width) draw();
  }

  /** Scrolls until a cell is in sight beside the labels. */
  function reveal() {
    const [y, x] = [now.r * step(), now.c * step()];
    const [height, width] = [el.clientHeight - TOP, el.clientWidth - wide];
    if (y < el.scrollTop) el.scrollTop = y;
    else if (y + step() + BESIDE > el.scrollTop + height) el.scrollTop = y + step() + BESIDE - height;
    const at = scrolledX();
    if (x < at) el.scrollLeft = sign() * x;
    else if (x + step() + BESIDE > at + width) el.scrollLeft = sign() * (x + step() + BESIDE - width);
  }

  const cellNow = () => rows.get(now.r)?.cells.get(now.c);

  /** @param {number} r @param {number} c @param {boolean} [focus] */
  function go(r, c, focus = true) {
    now = { r: Math.min(Math.max(r, 0), down.length - 1), c: Math.min(Math.max(c, 0), across.length - 1) };
    reveal();
    draw();
    if (focus) cellNow()?.focus({ preventScroll: true });
    else hand.current(now.r, now.c);
  }

  /** Another size; what is under the pointer, or the current cell, stays where it is. @param {number} to @param {{ x: number, y: number }} [spot] of the view */
  function resize(to, spot) {
    if (!ZOOMS.includes(to) || to === zoom) return;
    const before = step();
    const hold = spot ?? {
      x: Math.min(Math.max((now.c + 0.5) * before - scrolledX(), 0), el.clientWidth - wide),
      y: Math.min(Math.max((now.r + 0.5) * before - el.scrollTop, 0), el.clientHeight - TOP),
    };
    const [x, y] = [(scrolledX() + hold.x) / before, (el.scrollTop + hold.y) / before];
    const had = hasFocus(plane);
    zoom = to;
    lay();
    el.scrollTop = y * step() - hold.y;
    el.scrollLeft = sign() * (x * step() - hold.x);
    draw();
    if (had) cellNow()?.focus({ preventScroll: true });
    hand.zoomed(zoom);
  }
  const larger = (/** @type {number} */ by, /** @type {{ x: number, y: number } | undefined} */ spot = undefined) => resize(ZOOMS[ZOOMS.indexOf(zoom) + by], spot);

  const cellOf = (/** @type {any} */ node) => node.closest?.(".ew-at");

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const { key, target } = event;
    const { r, c } = now;
    const page = Math.max(1, Math.floor((el.clientHeight - TOP) / step()));
    const all = withCtrl(event);
    /** @type {Record<string, [number, number]>} */
    const to = {
      ArrowLeft: [r, c - sign()],
      ArrowRight: [r, c + sign()],
      ArrowUp: [r - 1, c],
      ArrowDown: [r + 1, c],
      PageUp: [r - page, c],
      PageDown: [r + page, c],
      Home: [all ? 0 : r, 0],
      End: [all ? Infinity : r, Infinity],
    };
    const isHome = key === "Home" || key === "End";
    if (to[key] && (isHome || isPlain(event)) && !event.shiftKey) go(...to[key]);
    else if (!isPlain(event)) return;
    else if (key === "+" || key === "=") larger(1);
    else if (key === "-") larger(-1);
    else if (key === "0") resize(USUAL);
    else if (key === "Escape" && target !== cellNow()) cellNow()?.focus();
    else if (target !== cellNow() || !hand.key(key, r, c, cellNow())) return;
    event.preventDefault();
  }

  set(plane, {
    onkeydown,
    onclick(/** @type {any} */ { target }) {
      const cell = cellOf(target);
      if (!cell || target.closest("button")) return;
      const was = cell.r === now.r && cell.c === now.c && cell.held;
      cell.focus({ preventScroll: true });
      cell.held = true;
      if (was) hand.key("Enter", cell.r, cell.c, cell);
    },
  });
  plane.addEventListener("focusin", (/** @type {any} */ { target }) => {
    const cell = cellOf(target);
    if (!cell) return;
    const isOther = cell.r !== now.r || cell.c !== now.c;
    now = { r: cell.r, c: cell.c };
    if (isOther) reveal();
    hand.current(now.r, now.c);
    soon();
  });
  plane.addEventListener("focusout", (/** @type {any} */ { target }) => {
    const cell = cellOf(target);
    if (cell) cell.held = false;
  });
  el.addEventListener("scroll", soon, { passive: true });
  el.addEventListener(
    "wheel",
    (/** @type {WheelEvent} */ event) => {
      if (!withCtrl(event)) return;
      event.preventDefault();
      const { left, right, top: y } = el.getBoundingClientRect();
      const x = sign() > 0 ? event.clientX - left : right - event.clientX;
      larger(event.deltaY < 0 ? 1 : -1, { x: Math.max(0, x - wide), y: Math.max(0, event.clientY - y - TOP) });
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
      return zoom;
    },
    cell: cellNow,
    /** Other axes, or other levels. @param {string} label @param {string} words of the corner @param {string[]} rowLabels @param {string[]} colLabels @param {number} size */
    reset(label, words, rowLabels, colLabels, size) {
      [down, across] = [rowLabels, colLabels];
      zoom = ZOOMS.includes(size) ? size : USUAL;
      now = { r: Math.min(now.r, down.length - 1), c: Math.min(now.c, across.length - 1) };
      set(plane, { label });
      fill(corner, h("bdi", words));
      write(corner, words);
      lay();
      hand.current(now.r, now.c);
    },
  };
}
