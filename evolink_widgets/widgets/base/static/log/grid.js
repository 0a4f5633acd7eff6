/** The grid of pictures: placeholders that fill, one tab stop, arrows that follow the columns. */
import { ahead, fill, flag, h, hasFocus, isPlain, join, set, tool, write } from "../dom.js";
import { picTools } from "../work.js";
import { QUICK } from "../../../pictures/static/picture_work.js";

/** What a picture is dragged as: its id. */
export const DRAGGED = "application/x-evolink-picture";
/** Pixels: between pictures, a picture's least width, its greatest width and height. */
const GAP = 8;
const NARROWEST = 130;
const WIDEST = 480;
const TALLEST = 560;

/** Whether the picture of a place has come, and does not lie in the trash. @param {any} cell */
const isHere = ({ pic }) => pic && !pic.trashed;

/**
 * What stands in the place of a picture that has come.
 * @param {Deck} ui @param {Note} note @param {Picture} pic @param {string | undefined} caption
 * @param {object} tab @param {() => void} toggle @param {() => void} open
 */
function drawn(ui, note, pic, caption, tab, toggle, open) {
  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const star = () => ui.like([pic]).then((said) => note(said || ""), fail);
  const more = tool("ico", "More", "more", () => ui.menu(more, pic, note, open), { ...tab, "aria-haspopup": "menu" });
  return [
    h("img.pic", { src: pic.url, alt: pic.alt, draggable: false }),
    tool("check", "Select", "check", toggle, tab),
    tool("check.like", "Favourite", "star", star, tab),
    h("div.over", ...picTools(ui, note, () => pic, tab, QUICK.slice(0, -1)), more),
    h("div.binned", { hidden: true }, "In the trash", h("button.btn", { ...tab, onclick: () => ui.putBack([pic.id]).catch(fail) }, "Put back")),
    ...(caption ? [h("bdi.caption", { title: caption }, caption)] : []),
  ];
}

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

  const landed = () => cells.filter(isHere).map(({ pic }) => pic);
  const open = (/** @type {any} */ cell) => isHere(cell) && ui.open(landed(), cell.pic, cell);
  const toggle = (/** @type {any} */ cell) => isHere(cell) && ui.select([cell.pic.id], !ui.selected.has(cell.pic.id));

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
    /** @param {string} id a picture's */
    focus: (id) => cells.find((cell) => cell.pic?.id === id)?.focus(),
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
        draggable: !!ui.tray,
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
      fill(cell, ...drawn(ui, note, pic, caption, tab, () => toggle(cell), () => open(cell)));
    },
    /** Draws which pictures are selected. */
    mark() {
      for (const cell of cells) {
        const {
          pic,
          children: [, check, star, , binned],
        } = cell;
        const isOn = isHere(cell) && ui.selected.has(pic.id);
        set(cell, { "aria-selected": !!pic && isOn });
        if (!pic) continue;
        set(check, { "aria-pressed": isOn });
        set(star, { "aria-pressed": pic.favourite });
        flag(cell, "trashed", pic.trashed);
        binned.hidden = !pic.trashed;
        // What could be pressed in it is hidden by now, and would take the focus along.
        if (hasFocus(cell) && !document.activeElement?.checkVisibility()) cell.focus({ preventScroll: true });
      }
    },
  };
}
