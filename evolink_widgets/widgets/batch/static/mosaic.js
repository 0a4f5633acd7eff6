/** Thousands of small cells, a letter each; only the rows in view are in the page, and their pictures. */
import { fill, h, hasFocus, icon, set } from "../../base/static/dom.js";
import { keptThumbs } from "../../base/static/kept_thumbs.js";
import { stateOf } from "./choices.js";

const GAP = 4;
const SMALL = 32;
const LARGE = 38;
const WIDE = 600;
/** Rows in view, and those that are ready beside them. */
const ROWS = 6;
const SPARE = 2;
/** Thumbnails that are kept. */
const KEPT = 600;
/** @type {Record<string, string>} */
const WORDS = { n: "new", s: "in the store", r: "rendering", f: "without a picture", ".": "not sent" };
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -ROWS], PageDown: [0, ROWS] };

/**
 * The rows that are in the page, each at its height; built anew when their width changes.
 * @param {HTMLElement} wall
 */
function rowsIn(wall) {
  /** @type {Map<number, any>} */
  const rows = new Map();
  return {
    rows,
    /** @param {number} r @param {number} cols @param {number} step */
    add(r, cols, step) {
      if (rows.has(r)) return;
      const cells = Array.from({ length: cols }, () => h("div.dot", { role: "gridcell" }));
      const row = h("div.line", { role: "row", "aria-rowindex": r + 1, "--y": `${r * step}px` }, ...cells);
      wall.append(row);
      rows.set(r, row);
    },
    /** Drops rows that have gone by. @param {(r: number) => boolean} stays */
    keep(stays) {
      for (const [r, row] of rows) {
        if (stays(r)) continue;
        row.remove();
        rows.delete(r);
      }
    },
    /** Where a cell is among those that are shown; -1 for anything else. @param {any} cell @param {number} cols */
    placeOf(cell, cols) {
      for (const [r, row] of rows) if (row === cell.parentNode) return r * cols + [...row.children].indexOf(cell);
      return -1;
    },
  };
}

/**
 * @param {{ shown: (letters: string[]) => number[], sign: (letter: string) => string, want: (places: number[]) => void, tell: (place: number) => void,
 *   open: (place: number, url: string, from: HTMLElement) => void }} hand
 */
export function mosaic(hand) {
  const wall = h("div.wall", { role: "grid", label: "Pictures, by row" });
  const el = h("div.mosaic", { hidden: true }, wall);
  /** @type {string[]} */
  let letters = [];
  /** The places of the cells that are shown. @type {number[]} */
  let shown = [];
  const thumbs = keptThumbs(KEPT);
  const { rows, add, keep, placeOf } = rowsIn(wall);
  let cols = 0;
  let step = LARGE + GAP;
  let now = 0;
  let frame = 0;

  const inView = () => {
    const first = Math.max(0, Math.floor(el.scrollTop / step) - SPARE);
    return [first, Math.min(Math.ceil(shown.length / cols), first + ROWS + 2 * SPARE + 1)];
  };
  const has = (/** @type {number} */ place) => "ns".includes(letters[place]);

  /** @param {any} cell @param {number} at among those that are shown */
  function paint(cell, at) {
    const place = shown[at];
    cell.hidden = place == null;
    if (cell.hidden) return;
    const letter = stateOf(letters[place]);
    const url = thumbs.at(place);
    const why = letter === "f" ? hand.sign(letters[place]) : null;
    const told = `${place}${letter}${why}${url}${at === now}`;
    if (cell.told === told) return;
    cell.told = told;
    fill(cell, ...(why ? [icon(why)] : []));
    set(cell, {
      "data-s": letter,
      "data-why": why,
      label: `Picture ${place + 1}, ${WORDS[letter]}`,
      tabindex: at === now ? 0 : -1,
      "--thumb": url ? `url(${url})` : "none",
    });
  }

  function draw() {
    frame = 0;
    if (!cols) return;
    const [first, end] = inView();
    const held = hasFocus(wall) ? Math.floor(now / cols) : -1;
    keep((r) => (r >= first && r < end) || r === held);
    for (let r = first; r < end; r++) add(r, cols, step);
    const missing = [];
    for (const place of shown.slice(first * cols, end * cols)) if (has(place) && !thumbs.at(place)) missing.push(place);
    for (const [r, row] of rows) [...row.children].forEach((cell, c) => paint(cell, r * cols + c));
    if (missing[0] != null) hand.want(missing);
  }
  const soon = () => (frame ||= requestAnimationFrame(draw));

  function layout() {
    const width = wall.clientWidth;
    if (!width) return;
    step = (width < WIDE ? SMALL : LARGE) + GAP;
    cols = Math.max(1, Math.floor((width + GAP) / step));
    const count = Math.ceil(shown.length / cols);
    set(wall, { "--step": `${step}px`, "--cell": `${step - GAP}px`, "--all": `${count * step}px`, "aria-rowcount": count, "aria-colcount": cols });
    set(el, { "--most": `${Math.min(count, ROWS) * step}px` });
    keep(() => false);
    draw();
  }

  /** @param {number} to */
  function go(to) {
    now = Math.min(Math.max(to, 0), shown.length - 1);
    const top = Math.floor(now / cols) * step;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + step > el.scrollTop + el.clientHeight) el.scrollTop = top + step - el.clientHeight;
    draw();
    rows.get(Math.floor(now / cols))?.children[now % cols].focus({ preventScroll: true });
  }

  /** What is shown is chosen anew; the rows stay where their number does. */
  function choose() {
    const before = shown.length;
    shown = hand.shown(letters);
    now = Math.min(now, Math.max(shown.length - 1, 0));
    el.hidden = shown[0] == null;
    if (shown.length !== before) layout();
    else soon();
  }

  const show = (/** @type {any} */ cell) => {
    const place = shown[placeOf(cell, cols)];
    if (has(place)) hand.open(place, thumbs.at(place) ?? "", cell);
  };

  set(wall, {
    onkeydown(/** @type {KeyboardEvent} */ event) {
      const to = STEPS[event.key];
      if (event.key === "Enter" || event.key === " ") show(event.target);
      else if (to) go(now + to[0] + to[1] * cols);
      else if (event.key === "Home") go(0);
      else if (event.key === "End") go(shown.length - 1);
      else return;
      event.preventDefault();
    },
    onclick: (/** @type {any} */ { target }) => target.matches(".ew-dot") && show(target),
  });
  wall.addEventListener("focusin", (/** @type {any} */ { target }) => {
    const at = placeOf(target, cols);
    if (at < 0) return;
    now = at;
    hand.tell(shown[at]);
    soon();
  });
  wall.addEventListener("pointerover", (/** @type {any} */ { target }) => {
    if (target.matches(".ew-dot")) hand.tell(shown[placeOf(target, cols)]);
  });
  el.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(layout).observe(el);

  return {
    el,
    /** @param {string} told a letter for each cell */
    reset(told) {
      letters = [...told];
      choose();
    },
    /** Another run's cells are other pictures. */
    forget: () => thumbs.clear(),
    filter() {
      now = el.scrollTop = 0;
      choose();
    },
    count: () => shown.length,
    /** @param {[number, string][]} changes */
    change(changes) {
      for (const [place, letter] of changes) letters[place] = letter;
      if (changes[0]) choose();
    },
    /** @param {number} place @param {DataView} bytes */
    thumb(place, bytes) {
      if (thumbs.take(place, bytes)) soon();
    },
  };
}
