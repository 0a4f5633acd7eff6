/** The grid of pictures: placeholders that fill, one tab stop, arrows that follow the columns. */
import { asPng, attrs, copyText, h, icon, saveBlob } from "./dom.js";

const GAP = 8;
/** Least width of a picture, and its greatest width and height. */
const TILE = { least: 130, width: 480, height: 560 };

/** Columns so that rows stay even. @param {number} count @param {number} width */
export function columnsFor(count, width) {
  const fit = Math.max(2, Math.floor((width + GAP) / (TILE.least + GAP)));
  return Math.ceil(count / Math.ceil(count / fit)) || 1;
}

/** Fetches the file and hands it to the browser's own saving. @param {Deck} deck @param {Picture} picture */
export async function savePicture(deck, picture) {
  const { blob, name } = await deck.link.pull(picture.id, "original");
  saveBlob(blob, name || picture.name);
}

/** @param {Deck} deck @param {Picture} picture */
export async function copyPicture(deck, picture) {
  if (!navigator.clipboard?.write) throw new Error("Copying a picture needs https or localhost. Save it instead.");
  // The promise goes into the item: the browser must see the copy begin while the click counts.
  const png = deck.link.pull(picture.id, "original").then(({ blob }) => asPng(blob));
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
}

/** @param {Deck} deck @param {Picture} picture */
export async function copyCode(deck, picture) {
  const { message } = await deck.link.ask("code", { picture: picture.id }, { tries: 3 });
  await copyText(message.text, deck.root.querySelector("dialog[open]") ?? deck.root);
}

/** What can be done with one picture: name, icon, work, and the word when it is done. */
export const PICTURE_ACTIONS = /** @type {[string, string, (deck: Deck, picture: Picture) => Promise<void>, string][]} */ ([
  ["Copy", "copy", copyPicture, "Picture copied."],
  ["Save", "save", savePicture, "Picture saved."],
  ["Copy as code", "code", copyCode, "Code copied."],
]);

/**
 * @param {Deck} deck
 * @param {(text: string, bad?: boolean) => void} note where results of actions are told
 */
export function pictureGrid(deck, note) {
  const el = h("div.ew-grid", { role: "grid", "aria-multiselectable": "true" });
  /** @type {{ cell: any, picture: Picture | null, check: any }[]} */
  let slots = [];
  let columns = 0;
  let active = 0;
  let ratio = 1;

  const layout = () => {
    if (!slots.length) return;
    const width = el.parentElement?.clientWidth || 0;
    const next = Math.min(deck.columns || columnsFor(slots.length, width), slots.length);
    const most = Math.min(TILE.width, TILE.height * ratio);
    attrs(el, { "--cols": next, "--most": `${next * most + (next - 1) * GAP}px` });
    if (next === columns && el.querySelectorAll("[role=gridcell]").length === slots.length) return;
    columns = next;
    const focused = el.contains(document.activeElement) ? document.activeElement : null;
    const rows = [];
    for (let i = 0; i < slots.length; i += columns) rows.push(h("div", { role: "row" }, ...slots.slice(i, i + columns).map((s) => s.cell)));
    el.replaceChildren(...rows);
    /** @type {any} */ (focused)?.focus({ preventScroll: true });
  };
  const watcher = new ResizeObserver(layout);

  const rove = (/** @type {number} */ to, focus = true) => {
    active = Math.max(0, Math.min(slots.length - 1, to));
    slots.forEach(({ cell }, i) => {
      const tab = i === active ? 0 : -1;
      cell.tabIndex = tab;
      for (const button of cell.querySelectorAll("button")) button.tabIndex = tab;
    });
    if (focus) slots[active]?.cell.focus();
  };

  const landed = () => /** @type {Picture[]} */ (slots.map((s) => s.picture).filter(Boolean));
  const open = (/** @type {number} */ i) => {
    const at = slots[i]?.picture;
    if (at) deck.open(landed(), at, slots[i].cell);
  };
  const toggle = (/** @type {number} */ i) => {
    const picture = slots[i]?.picture;
    if (picture) deck.select([picture.id], !deck.isSelected(picture.id));
  };

  el.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey || event.shiftKey) return;
    const ahead = getComputedStyle(el).direction === "rtl" ? -1 : 1;
    const row = Math.floor(active / columns) * columns;
    const far = event.ctrlKey || event.metaKey;
    /** @type {Record<string, number>} */
    const moves = {
      ArrowRight: active + ahead, ArrowLeft: active - ahead, ArrowDown: active + columns, ArrowUp: active - columns,
      Home: far ? 0 : row, End: far ? slots.length - 1 : row + columns - 1,
    };
    const onCell = event.target === slots[active]?.cell;
    if (event.key in moves) {
      const to = moves[event.key];
      if (event.key.startsWith("Arrow") && (to < 0 || to >= slots.length)) return event.preventDefault();
      rove(to);
    } else if (event.key === "Enter" && onCell && !far) open(active);
    else if (event.key === " " && onCell) toggle(active);
    else return;
    event.preventDefault();
  });
  el.addEventListener("focusin", (/** @type {FocusEvent} */ event) => {
    const i = slots.findIndex(({ cell }) => cell.contains(event.target));
    if (i >= 0 && i !== active) rove(i, false);
  });

  const waitingCell = (/** @type {number} */ i) =>
    h("div.ew-tile.ew-wait", { role: "gridcell", tabindex: i === active ? 0 : -1 }, h("span", {}, String(i + 1)), h("span.ew-sr", {}, ": waiting"));

  /** @param {Picture} picture @param {number} i */
  const fullCell = (picture, i) => {
    const tab = i === active ? 0 : -1;
    const button = (/** @type {string} */ spec, /** @type {string} */ label, /** @type {string} */ sign, /** @type {() => void} */ act) =>
      h(spec, { type: "button", tabindex: tab, "aria-label": label, title: label, onclick: (/** @type {Event} */ e) => (e.stopPropagation(), act()) }, icon(sign));
    const work = PICTURE_ACTIONS.map(([name, sign, act, word]) =>
      button("button.ew-ico", `${name}, picture ${i + 1}`, sign, () => {
        note(`${name}…`);
        act(deck, picture).then(() => note(word), (error) => note(error.message, true));
      }));
    const check = button("button.ew-check", `Select picture ${i + 1}`, "check", () => toggle(i));
    const image = h("img.ew-pic", { src: picture.url, alt: picture.alt, width: picture.width, height: picture.height, draggable: "false" });
    const cell = h(
      "div.ew-tile", {
        role: "gridcell", tabindex: tab, "aria-label": `Picture ${i + 1} of ${slots.length}: ${picture.alt}`,
        onclick: (/** @type {MouseEvent} */ e) => (e.ctrlKey || e.metaKey ? toggle(i) : (rove(i), open(i))),
      },
      image, check, h("div.ew-over", {}, ...work, button("button.ew-ico", `Facts, picture ${i + 1}`, "info", () => open(i))),
    );
    return { cell, picture, check };
  };

  return {
    el,
    landed,
    /** @param {string} label @param {number} count @param {number} shape width over height */
    shape(label, count, shape) {
      ratio = shape;
      attrs(el, { "aria-label": label, "--ar": shape });
      while (slots.length < count) slots.push({ cell: waitingCell(slots.length), picture: null, check: null });
      if (slots.length > count) slots = slots.slice(0, count);
      columns = columns && el.querySelectorAll("[role=gridcell]").length === slots.length ? columns : 0;
      layout();
    },
    /** @param {Picture} picture @param {number} i */
    put(picture, i) {
      if (!slots[i] || slots[i].picture) return;
      const had = slots[i].cell.contains(document.activeElement);
      const full = fullCell(picture, i);
      slots[i].cell.replaceWith(full.cell);
      slots[i] = full;
      this.mark();
      if (had) full.cell.focus({ preventScroll: true });
    },
    /** Marks placeholders that will stay empty. @param {boolean} still */
    still(still) {
      el.classList.toggle("ew-still", still);
    },
    /** Draws which pictures are selected. */
    mark() {
      for (const { cell, picture, check } of slots) {
        if (!picture) continue;
        const on = deck.isSelected(picture.id);
        attrs(cell, { "aria-selected": on });
        attrs(check, { "aria-pressed": on });
      }
    },
    /** @param {HTMLElement} home the element whose width counts */
    watch(home) {
      watcher.observe(home);
      layout();
    },
    layout,
    close: () => watcher.disconnect(),
  };
}
