/** Thousands of pictures in a grid that scrolls: only the rows near the view are in the page. */
import { h, hasFocus, set } from "../../base/static/dom.js";
import { within } from "../../lightbox/static/gestures.js";
import { buildCell, paintCell } from "./cells.js";
import { listenToGrid } from "./grid_keys.js";
import { rowsOf, span } from "./rows.js";

/** Pixels between pictures, that one has at least, and of the line below it. */
const SIZES = [8, 148, 24];
/** Rows that are ready before they can be seen. */
const SPARE = 2;

/** @param {Desk} ui @param {Hand} hand @param {number[]} [sizes] @returns {VirtualGrid} */
export function virtualGrid(ui, hand, [BETWEEN, SMALLEST, CAPTION] = SIZES) {
  const { cache } = ui;
  const wall = h("div.wall", { role: "grid", "aria-multiselectable": true, label: "Pictures" });
  const el = h("div.shelf", wall);
  /** @type {Places} */
  const at = { count: 0, cols: 0, now: 0, anchor: 0 };
  /** Of a row with the space below it. */
  let height = 1;
  /** What Tab comes to. */
  let stop = 0;
  let frame = 0;

  const rowOf = (/** @type {number} */ place) => Math.floor(place / at.cols);
  /** The cell that has the focus, or something in it has. @returns {any} */
  const held = () => hasFocus(wall) && document.activeElement?.closest(".ew-cell");
  const { rows, keep, clear } = rowsOf(wall, () =>
    h("div.row", { role: "row" }, ...span(1, at.cols).map(() => buildCell(ui, hand, (place) => hand.pick((at.anchor = place))))),
  );

  /** @param {Set<string>} [news] pictures that have just come */
  function draw(news) {
    frame = 0;
    const { scrollTop, clientHeight } = el;
    const { count, cols, now } = at;
    if (!cols || !clientHeight) return;
    const first = Math.max(0, Math.floor(scrollTop / height) - SPARE);
    const end = Math.min(Math.ceil(count / cols), Math.ceil((scrollTop + clientHeight) / height) + SPARE);
    // What has the focus stays, however far a person scrolls.
    keep(first, end, held() ? rowOf(held().at) : -1, Math.ceil(count / cols), height);
    stop = rows.has(rowOf(now)) ? now : Math.min(count - 1, Math.ceil(scrollTop / height) * cols);
    for (const [r, row] of rows)
      [...row.children].forEach((cell, c) => {
        const place = r * cols + c;
        const found = place < count ? cache.at(place) : null;
        const id = found?.id ?? "";
        paintCell(cell, !!news?.has(id), place, count, found, found && cache.thumb(id), ui.selected.has(id), place === stop ? 0 : -1);
      });
    cache.need(first * cols, Math.min(count, end * cols));
  }

  /** Rows as wide as there is room; what was on top stays there. */
  function layout() {
    const width = wall.clientWidth;
    if (!width) return;
    const cols = Math.max(2, Math.floor((width + BETWEEN) / (SMALLEST + BETWEEN)));
    const size = Math.floor((width + BETWEEN) / cols) - BETWEEN;
    const tall = size + CAPTION + BETWEEN;
    const total = Math.ceil(at.count / cols);
    const top = at.cols ? Math.floor(el.scrollTop / height) * at.cols : 0;
    const changed = cols !== at.cols || tall !== height;
    const focused = held();
    set(wall, {
      "--cols": cols,
      "--size": `${size}px`,
      "--all": `${total * tall}px`,
      "aria-rowcount": total,
      "aria-colcount": cols,
    });
    [at.cols, height] = [cols, tall];
    if (changed) {
      clear();
      el.scrollTop = rowOf(top) * height;
    }
    draw();
    if (focused) go(at.now);
  }

  /** @param {number} place */
  function show(place) {
    const top = rowOf(place) * height;
    const { scrollTop, clientHeight } = el;
    if (top < scrollTop) el.scrollTop = top;
    else if (top + height > scrollTop + clientHeight) el.scrollTop = top + height - clientHeight;
    draw();
  }

  /** The keyboard goes to a place, and with `isRange` selects on its way. @param {number} to */
  function go(to, isRange = false) {
    at.now = within(to, 0, at.count - 1);
    if (!isRange) at.anchor = at.now;
    show(at.now);
    rows.get(rowOf(at.now))?.children[at.now % at.cols].focus({ preventScroll: true });
  }

  el.addEventListener("scroll", () => (frame ||= requestAnimationFrame(() => draw())), { passive: true });
  wall.addEventListener("focusin", (/** @type {any} */ { target }) => {
    at.now = target.closest(".ew-cell").at;
    draw();
  });
  listenToGrid(wall, at, hand, go, () => Math.max(1, Math.floor(el.clientHeight / height)));
  new ResizeObserver(layout).observe(el);

  return {
    el,
    draw,
    show,
    go,
    update(count, anew) {
      const had = held();
      at.count = count;
      at.now = anew ? 0 : within(at.now, 0, count - 1);
      if (anew) el.scrollTop = 0;
      if (!count) at.cols = 0;
      el.hidden = !count;
      layout();
      if (had && count) go(at.now);
    },
  };
}
