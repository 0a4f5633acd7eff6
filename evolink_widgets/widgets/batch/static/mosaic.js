/** Thousands of small cells, a letter each; only the rows in view are in the page, and their pictures. */
import { fill, hasFocus, icon, many, set } from "../../base/static/dom.js";
import { keptThumbs } from "../../base/static/kept_thumbs.js";
import { stateOf } from "./choices.js";
import { ROWS, wallOf } from "./wall.js";

/** Thumbnails that are kept. */
const KEPT = 600;
/** @type {Record<string, string>} */
const WORDS = { n: "new", s: "in the store", r: "rendering", f: "without a picture", ".": "not sent" };
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -ROWS], PageDown: [0, ROWS] };

/**
 * Draws a cell, where anything of it is another than before.
 * @param {any} cell
 * @param {{ place: number, letter: string, count: number, why: string | null, url: string | undefined, isNow: boolean }} facts
 */
function paintDot(cell, { place, letter, count, why, url, isNow }) {
  cell.hidden = place == null;
  if (cell.hidden) return;
  const told = `${place}${letter}${why}${url}${isNow}`;
  if (cell.told === told) return;
  cell.told = told;
  fill(cell, ...(why ? [icon(why)] : []));
  set(cell, {
    "data-s": letter,
    "data-why": why,
    label: `Picture ${place + 1}, ${WORDS[letter]}${count > 1 ? ", " + many(count) : ""}`,
    "data-pips": count > 1 ? "•".repeat(count) : null,
    tabindex: isNow ? 0 : -1,
    "--thumb": url ? `url(${url})` : "none",
  });
}

/**
 * @param {AbortSignal} signal
 * @param {{ shown: (letters: string[]) => number[], sign: (letter: string) => string, want: (places: number[]) => void, tell: (place: number) => void,
 *   open: (place: number, url: string, from: HTMLElement) => void }} hand
 */
export function mosaic(signal, hand) {
  const cells = wallOf();
  const { el, wall, placeOf } = cells;
  /** @type {string[]} */
  let letters = [];
  /** How many pictures each cell stands for, a digit each; empty where it is one. */
  let pips = "";
  /** The places of the cells that are shown. @type {number[]} */
  let shown = [];
  const thumbs = keptThumbs(KEPT, signal);
  let now = 0;
  let frame = 0;

  const has = (/** @type {number} */ place) => "ns".includes(letters[place]);

  /** @param {any} cell @param {number} at among those that are shown */
  function paint(cell, at) {
    const place = shown[at];
    const letter = stateOf(letters[place]);
    const why = letter === "f" ? hand.sign(letters[place]) : null;
    paintDot(cell, { place, letter, why, count: +pips[place], url: thumbs.at(place), isNow: at === now });
  }

  function draw() {
    frame = 0;
    if (!cells.cols) return;
    const near = cells.fit(shown.length, hasFocus(wall) ? now : -1, paint);
    const missing = shown.slice(...near).filter((place) => has(place) && !thumbs.at(place));
    if (missing[0] != null) hand.want(missing);
  }
  const soon = () => (frame ||= requestAnimationFrame(draw));

  /** The cells are laid out anew: the one with the focus is another node then. */
  function layout() {
    const had = hasFocus(wall);
    if (!cells.lay(shown.length)) return;
    draw();
    if (had) cells.cell(now)?.focus({ preventScroll: true });
  }

  /** @param {number} to */
  function go(to) {
    now = Math.min(Math.max(to, 0), shown.length - 1);
    cells.reveal(now);
    draw();
    cells.cell(now)?.focus({ preventScroll: true });
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

  /** @param {any} cell */
  function show(cell) {
    const place = shown[placeOf(cell)];
    if (has(place)) hand.open(place, thumbs.at(place) ?? "", cell);
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const to = STEPS[event.key];
    if (event.key === "Enter" || event.key === " ") show(event.target);
    else if (to) go(now + to[0] + to[1] * cells.cols);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(shown.length - 1);
    else return;
    event.preventDefault();
  }

  const isDot = (/** @type {any} */ node) => node.matches(".ew-dot");
  set(wall, { onkeydown, onclick: (/** @type {any} */ { target }) => isDot(target) && show(target) });
  wall.addEventListener("focusin", (/** @type {any} */ { target }) => {
    const at = placeOf(target);
    if (at < 0) return;
    now = at;
    hand.tell(shown[at]);
    soon();
  });
  wall.addEventListener("pointerover", (/** @type {any} */ { target }) => {
    if (isDot(target)) hand.tell(shown[placeOf(target)]);
  });
  el.addEventListener("scroll", soon, { passive: true });
  new ResizeObserver(layout).observe(el);

  return {
    el,
    /** @param {string} told a letter for each cell @param {string} [digits] */
    reset(told, digits = "") {
      letters = [...told];
      pips = digits;
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
