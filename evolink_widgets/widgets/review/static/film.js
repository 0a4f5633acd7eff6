/** The strip of small pictures under the large one: thousands, of which only those in view are in the page. */
import { ahead, atEnd, h, icon, set } from "../../base/static/dom.js";
import { keptThumbs } from "../../base/static/kept_thumbs.js";
import { SAID } from "./order.js";

/** Pixels from one to the next, as the style sheet has it, and how many are ready on either side. */
const FILM_STEP = 52;
const BESIDE = 6;
/** Small pictures that are kept. */
const THUMBS = 600;
/** How long a telling of what is in view waits for the next; for how many frames there may be no room. */
const SOON = 100;
const MOST_MISSES = 10;

/** @type {Record<string, string>} */
const MARKS = { k: "check", r: "close" };

/**
 * @param {AbortSignal} signal
 * @param {{ want: (places: number[]) => void, go: (at: number) => void, letter: (place: number) => string }} hand
 */
export function filmOf(signal, hand) {
  const reel = h("div.reel");
  const el = h("div.film", { role: "group", label: "Pictures" }, reel);
  const thumbs = keptThumbs(THUMBS, signal);
  /** The places that are shown, and which of them is the current one. @type {number[]} */
  let list = [];
  let now = -1;
  /** Those in the page, by where they stand in the list. @type {Map<number, any>} */
  const frames = new Map();
  let drawing = 0;
  let misses = 0;
  /** Where it was scrolled to: taken out of the page and put back, as hosts do with cells far off, it begins anew. */
  let scrolled = 0;
  /** Whether the current one is in view, and stays so where the strip gets narrower. */
  let isHeld = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let wanting;

  const inView = () => {
    const first = Math.floor(Math.abs(el.scrollLeft) / FILM_STEP) - BESIDE;
    return [Math.max(0, first), Math.min(list.length, first + Math.ceil(el.clientWidth / FILM_STEP) + 2 * BESIDE + 1)];
  };

  /** @param {any} frame @param {number} at */
  function paint(frame, at) {
    const place = list[at];
    const letter = hand.letter(place);
    const url = thumbs.at(place);
    const told = `${place}${letter}${url}${at === now}`;
    if (frame.told === told) return;
    frame.told = told;
    set(frame, {
      label: `Picture ${place + 1}, ${SAID[letter]}`,
      "data-v": letter,
      "aria-current": at === now || null,
      tabindex: at === now ? 0 : -1,
      "--x": `${at * FILM_STEP}px`,
      "--thumb": url ? `url(${url})` : "none",
    });
    frame.replaceChildren(...(MARKS[letter] ? [h("span.sign", icon(MARKS[letter]))] : []));
  }

  function draw() {
    // For a frame a host may have no room for it, as JupyterLab while it changes its theme, and no observer hears of that.
    drawing = el.clientWidth || ++misses > MOST_MISSES ? 0 : requestAnimationFrame(draw);
    if (!el.clientWidth) return;
    misses = 0;
    const [first, end] = inView();
    for (const [at, frame] of frames) {
      if (at >= first && at < end) continue;
      frame.remove();
      frames.delete(at);
    }
    for (let at = first; at < end; at++) {
      let frame = frames.get(at);
      if (!frame) {
        frame = h("button.frame", () => hand.go(at));
        frames.set(at, frame);
        reel.append(frame);
      }
      paint(frame, at);
    }
    wanting ??= setTimeout(ask, SOON);
    isHeld = isSeen(now);
  }
  const soon = () => (drawing ||= requestAnimationFrame(draw));

  const isSeen = (/** @type {number} */ at) => {
    const from = at * FILM_STEP - Math.abs(el.scrollLeft);
    return from >= 0 && from + FILM_STEP <= el.clientWidth;
  };

  /** Makes one the current; it stands in the middle, unless it may stay where it stands. @param {number} at @param {boolean} [stays] */
  function show(at, stays) {
    now = at;
    if (!stays || !isSeen(at)) el.scrollLeft = ahead(el) * Math.max(0, at * FILM_STEP - (el.clientWidth - FILM_STEP) / 2);
    scrolled = el.scrollLeft;
    soon();
  }

  function ask() {
    wanting = undefined;
    const [first, end] = inView();
    const missing = list.slice(first, end).filter((place) => !thumbs.at(place));
    if (missing[0] != null) hand.want(missing);
  }

  el.addEventListener("scroll", () => ((scrolled = el.scrollLeft), soon()), { passive: true });
  new ResizeObserver(() => {
    if (!el.clientWidth) return;
    el.scrollLeft = scrolled;
    if (isHeld) show(now, true);
    soon();
  }).observe(el);
  atEnd(signal, () => clearTimeout(wanting));

  return {
    el,
    /** @param {number[]} places */
    reset(places) {
      list = places;
      for (const frame of frames.values()) frame.remove();
      frames.clear();
      set(reel, { "--all": `${list.length * FILM_STEP}px` });
      soon();
    },
    show,
    soon,
    /** @param {number} place @param {DataView} bytes */
    thumb(place, bytes) {
      if (thumbs.take(place, bytes)) soon();
    },
  };
}
