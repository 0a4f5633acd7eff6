/** The grid of pictures: placeholders that fill, one tab stop, arrows that follow the columns. */
import { ahead, fill, h, isPlain, join, set, tool, write } from "./dom.js";
import { FAVOURITE } from "./favourite.js";
import { picTools } from "./work.js";

/** What a picture is dragged as: its id. */
export const DRAGGED = "application/x-evolink-picture";
/** Pixels: between pictures, a picture's least width, its greatest width and height. */
const GAP = 8;
const NARROWEST = 130;
const WIDEST = 480;
const TALLEST = 560;

/** @param {Deck} ui @param {Note} note where results of actions are told */
export function pictureGrid(ui, note) {
  const el = h("div.grid", { role: "grid", "aria-multiselectable": true });
  /** @type {any[]} */
  const cells = [];
  let cols = 0;
  let now = 0;
  let ratio = 1;

  /** As many columns as fit, so that rows are even; called whenever the width may have changed. */
  function layout() {
    const count = cells.length;
    const fit = Math.max(2, Math.floor((el.parentElement.clientWidth + GAP) / (NARROWEST + GAP)));
    const next = Math.min(ui.columns || Math.ceil(count / Math.ceil(count / fit)), count);
    const most = next * (Math.min(WIDEST, TALLEST * ratio) + GAP) - GAP;
    set(el, { "--cols": next, "--most": `${most}px` });
    if (next === cols) return;
    cols = next;
    const held = document.activeElement;
    const rows = [];
    for (let i = 0; i < count; i += cols) rows.push(h("div", { role: "row" }, ...cells.slice(i, i + cols)));
    fill(el, ...rows);
    if (el.contains(held)) /** @type {HTMLElement} */ (held).focus({ preventScroll: true });
  }

  const landed = () => cells.flatMap(({ pic }) => pic ?? []);
  const open = (/** @type {any} */ cell) => cell.pic && ui.open(landed(), cell.pic, cell);
  const toggle = (/** @type {any} */ { pic }) => pic && ui.select([pic.id], !ui.selected.has(pic.id));

  el.addEventListener("focusin", (/** @type {any} */ { target }) => {
    now = cells.indexOf(target.closest(".ew-tile"));
    cells.forEach((cell, i) => {
      for (const node of [cell, ...cell.querySelectorAll("button")]) node.tabIndex = i === now ? 0 : -1;
    });
  });

  el.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const { key, target } = event;
    if (!isPlain(event) || event.shiftKey) return;
    const cell = cells[now];
    const row = now - (now % cols);
    const step = ahead(el);
    /** @type {Record<string, number>} */
    const to = {
      ArrowRight: now + step,
      ArrowLeft: now - step,
      ArrowDown: now + cols,
      ArrowUp: now - cols,
      Home: row,
      End: Math.min(cells.length, row + cols) - 1,
    };
    if (key in to) cells[to[key]]?.focus();
    else if (target !== cell) return;
    else if (key === "Enter") open(cell);
    else if (key === " ") toggle(cell);
    else return;
    event.preventDefault();
  };

  return {
    el,
    landed,
    layout,
    /** @param {string} label @param {number} count @param {number} shape width over height @param {(place: number) => boolean} isMissing whether no picture comes there */
    shape(label, count, shape, isMissing) {
      ratio = shape;
      set(el, { label: label, "--ar": shape });
      if (cells.length !== count) cols = 0;
      for (let i = cells.length; i < count; i++)
        cells.push(h("div.tile.wait", { role: "gridcell", tabindex: i ? -1 : 0 }));
      cells.length = count;
      cells.forEach((cell, i) => {
        if (cell.pic) return;
        const missing = isMissing(i) && "did not come";
        write(cell, join(`${i + 1}`, missing));
        set(cell, { label: `Picture ${i + 1} of ${count}: ${missing || "waiting"}` });
      });
      layout();
    },
    /** @param {Picture} pic @param {number} i @param {string} [caption] */
    put(pic, i, caption) {
      const cell = cells[i];
      if (!cell || cell.pic) return;
      const tab = { tabindex: cell.tabIndex };
      set(cell, {
        class: "ew-tile",
        label: `Picture ${i + 1} of ${cells.length}: ${caption ? caption + ": " : ""}${pic.alt}`,
        draggable: !!ui.refer,
        ondragstart(/** @type {DragEvent} */ { dataTransfer }) {
          dataTransfer?.setData(DRAGGED, pic.id);
        },
        onclick(/** @type {any} */ { target }) {
          if (target.closest("button")) return;
          cell.focus();
          open(cell);
        },
      });
      cell.pic = pic;
      fill(
        cell,
        h("img.pic", { src: pic.url, alt: pic.alt, draggable: false }),
        tool("check", "Select", "check", () => toggle(cell), tab),
        tool("check.like", "Favourite", "star", () => FAVOURITE[3](ui, pic).then((said) => note(said || ""), ({ message }) => note(message, true)), tab),
        h(
          "div.over",
          ...picTools(ui, note, () => pic, tab),
          tool("ico", "Facts", "info", () => open(cell), tab),
        ),
        ...(caption ? [h("bdi.cap", { title: caption }, caption)] : []),
      );
    },
    /** Draws which pictures are selected. */
    mark() {
      for (const cell of cells) {
        const {
          pic,
          children: [, check, star],
        } = cell;
        const isOn = pic && ui.selected.has(pic.id);
        set(cell, { "aria-selected": isOn });
        if (!pic) continue;
        set(check, { "aria-pressed": isOn });
        set(star, { "aria-pressed": pic.favourite });
      }
    },
  };
}
