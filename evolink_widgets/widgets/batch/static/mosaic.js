/** Thousands of small cells, a letter each; only the rows in view are in the page, and their pictures. */
import { h, hasFocus, set } from "../../base/static/dom.js";
import { keptThumbs } from "../../base/static/kept_thumbs.js";

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
    /** Where a cell is; -1 for anything else. @param {any} cell @param {number} cols */
    placeOf(cell, cols) {
      for (const [r, row] of rows) if (row === cell.parentNode) return r * cols + [...row.children].indexOf(cell);
      return -1;
    },
  };
}

/**
 * @param {{ want: (places: number[]) => void, tell: (place: number) => void,
 *   open: (place: number, url: string, from: HTMLElement) => void }} hand
 */
export function mosaic(hand) {
  const wall = h("div.wall", { role: "grid", label: "Pictures, by row" });
  const el = h("div.mosaic", { hidden: true }, wall);
  /** @type {string[]} */
  let letters = [];
  const thumbs = keptThumbs(KEPT);
  const { rows, add, keep, placeOf } = rowsIn(wall);
  let cols = 0;
  let step = LARGE + GAP;
  let now = 0;
  let frame = 0;

  const inView = () => {
    const first = Math.max(0, Math.floor(el.scrollTop / step) - SPARE);
    return [first, Math.min(Math.ceil(letters.length / cols), first + ROWS + 2 * SPARE + 1)];
  };
  const has = (/** @type {number} */ place) => "ns".includes(letters[place]);

  /** @param {any} cell @param {number} place */
  function paint(cell, place) {
    const letter = letters[place];
    const url = thumbs.at(place);
    const word = `Picture ${place + 1}, ${WORDS[letter]}`;
    cell.hidden = place >= letters.length;
    if (cell.told === `${letter}${url}${place === now}`) return;
    cell.told = `${letter}${url}${place === now}`;
    set(cell, { "data-s": letter, label: word, tabindex: place === now ? 0 : -1, "--thumb": url ? `url(${url})` : "none" });
  }

  function draw() {
    frame = 0;
    if (!cols) return;
    const [first, end] = inView();
    const held = hasFocus(wall) ? Math.floor(now / cols) : -1;
    keep((r) => (r >= first && r < end) || r === held);
    for (let r = first; r < end; r++) add(r, cols, step);
    const missing = [];
    for (let place = first * cols; place < Math.min(end * cols, letters.length); place++)
      if (has(place) && !thumbs.at(place)) missing.push(place);
    for (const [r, row] of rows) [...row.children].forEach((cell, c) => paint(cell, r * cols + c));
    if (missing[0] != null) hand.want(missing);
  }
  const soon = () => (frame ||= requestAnimationFrame(draw));

  function layout() {
    const width = wall.clientWidth;
    if (!width) return;
    step = (width < WIDE ? SMALL : LARGE) + GAP;
    cols = Math.max(1, Math.floor((width + GAP) / step));
    const count = Math.ceil(letters.length / cols);
    set(wall, { "--step": `${step}px`, "--cell": `${step - GAP}px`, "--all": `${count * step}px`, "aria-rowcount": count, "aria-colcount": cols });
    set(el, { "--most": `${Math.min(count, ROWS) * step}px` });
    keep(() => false);
    draw();
  }

  /** @param {number} to */
  function go(to) {
    now = Math.min(Math.max(to, 0), letters.length - 1);
    const top = Math.floor(now / cols) * step;
    if (top < el.scrollTop) el.scrollTop = top;
    else if (top + step > el.scrollTop + el.clientHeight) el.scrollTop = top + step - el.clientHeight;
    draw();
    rows.get(Math.floor(now / cols))?.children[now % cols].focus({ preventScroll: true });
  }

  const show = (/** @type {any} */ cell) => {
    const place = placeOf(cell, cols);
    if (place >= 0 && has(place)) hand.open(place, thumbs.at(place) ?? "", cell);
  };

  set(wall, {
    onkeydown(/** @type {KeyboardEvent} */ event) {
      const to = STEPS[event.key];
      if (event.key === "Enter" || event.key === " ") show(event.target);
      else if (to) go(now + to[0] + to[1] * cols);
      else if (event.key === "Home") go(0);
      else if (event.key === "End") go(letters.length - 1);
      else return;
      event.preventDefault();
    },
    onclick: (/** @type {any} */ { target }) => target.matches(".ew-dot") && show(target),
  });
  wall.addEventListener("focusin", (/** @type {any} */ { target }) => {
    const place = placeOf(target, cols);
    if (place < 0) return;
    now = place;
    hand.tell(place);
    soon();
  });
  wall.addEventListener("pointerover", (/** @type {any} */ { target }) => {
    if (target.matches(".ew-dot")) hand.tell(placeOf(target, cols));
  });
  el.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(layout).observe(el);

  return {
    el,
    /** @param {string} told a letter for each cell */
    reset(told) {
      letters = [...told];
      el.hidden = !letters[0];
      layout();
    },
    /** @param {[number, string][]} changes */
    change(changes) {
      for (const [place, letter] of changes) letters[place] = letter;
      if (changes[0]) soon();
    },
    /** @param {number} place @param {DataView} bytes */
    thumb(place, bytes) {
      if (thumbs.take(place, bytes)) soon();
    },
  };
}
