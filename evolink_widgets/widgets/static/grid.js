/** The grid of pictures: placeholders that fill, one tab stop, arrows that follow the columns. */
import { ahead, fill, h, set, tool } from "./dom.js";
import { picTools } from "./work.js";

const GAP = 8;
const NARROWEST = 130;
const WIDEST = 480;
const TALLEST = 560;

/** @param {Deck} ui @param {Note} note where results of actions are told */
export function pictureGrid(ui, note) {
  const el = h("div.grid", { role: "grid", "aria-multiselectable": true }),
    /** @type {any[]} */
    cells = [];
  let cols = 0,
    now = 0,
    ratio = 1;

  const layout = () => {
      const count = cells.length,
        fit = Math.max(2, Math.floor((el.parentElement.clientWidth + GAP) / (NARROWEST + GAP))),
        next = Math.min(ui.columns || Math.ceil(count / Math.ceil(count / fit)), count);
      set(el, { "--cols": next, "--most": `${next * (Math.min(WIDEST, TALLEST * ratio) + GAP) - GAP}px` });
      if (next === cols) return;
      cols = next;
      const held = document.activeElement,
        rows = [];
      for (let i = 0; i < count; i += cols) rows.push(h("div", { role: "row" }, ...cells.slice(i, i + cols)));
      fill(el, ...rows);
      if (el.contains(held)) /** @type {HTMLElement} */ (held).focus({ preventScroll: true });
    },
    landed = () => cells.flatMap(({ pic }) => pic ?? []),
    open = (/** @type {any} */ cell) => cell.pic && ui.open(landed(), cell.pic, cell),
    toggle = (/** @type {any} */ { pic }) => pic && ui.select([pic.id], !ui.selected.has(pic.id));

  el.addEventListener("focusin", (/** @type {any} */ { target }) => {
    now = cells.indexOf(target.closest(".ew-tile"));
    cells.forEach((cell, i) =>
      [cell, ...cell.querySelectorAll("button")].forEach((node) => (node.tabIndex = i === now ? 0 : -1)),
    );
  });
  el.onkeydown = (/** @type {KeyboardEvent} */ e) => {
    const { key, target, ctrlKey, metaKey, shiftKey, altKey } = e,
      row = now - (now % cols),
      cell = cells[now],
      step = ahead(el),
      /** @type {Record<string, number>} */
      to = {
        ArrowRight: now + step,
        ArrowLeft: now - step,
        ArrowDown: now + cols,
        ArrowUp: now - cols,
        Home: row,
        End: Math.min(cells.length, row + cols) - 1,
      };
    if (altKey || shiftKey || ctrlKey || metaKey) return;
    if (key in to) cells[to[key]]?.focus();
    else if (target !== cell) return;
    else if (key === "Enter") open(cell);
    else if (key === " ") toggle(cell);
    else return;
    e.preventDefault();
  };

  return {
    el,
    landed,
    layout,
    /** @param {string} label @param {number} count @param {number} shape width over height */
    shape(label, count, shape) {
      ratio = shape;
      set(el, { label: label, "--ar": shape });
      if (cells.length !== count) cols = 0;
      for (let i = cells.length; i < count; i++)
        cells.push(
          h("div.tile.wait", { role: "gridcell", tabindex: i ? -1 : 0 }, `${i + 1}`, h("span.sr", ": waiting")),
        );
      cells.length = count;
      layout();
    },
    /** @param {Picture} pic @param {number} i */
    put(pic, i) {
      const cell = cells[i];
      if (!cell || cell.pic) return;
      const tab = { tabindex: cell.tabIndex };
      set(cell, {
        class: "ew-tile",
        label: `Picture ${i + 1} of ${cells.length}: ${pic.alt}`,
        onclick: (/** @type {any} */ e) => e.target.closest("button") || (cell.focus(), open(cell)),
      });
      cell.pic = pic;
      fill(
        cell,
        h("img.pic", { src: pic.url, alt: pic.alt, draggable: false }),
        tool("check", "Select", "check", () => toggle(cell), tab),
        h(
          "div.over",
          ...picTools(ui, note, () => pic, tab),
          tool("ico", "Facts", "info", () => open(cell), tab),
        ),
      );
    },
    /** Draws which pictures are selected. */
    mark() {
      for (const cell of cells) {
        const on = cell.pic && ui.selected.has(cell.pic.id);
        set(cell, { "aria-selected": on });
        if (cell.pic) set(cell.children[1], { "aria-pressed": on });
      }
    },
  };
}
