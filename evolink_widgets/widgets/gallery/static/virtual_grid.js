/** Thousands of pictures in a grid that scrolls: only the rows near the view are in the page. */
import { ahead, flag, h, set, tool, write } from "../../base/static/dom.js";
import { picTools } from "../../base/static/work.js";

/** Pixels between pictures, that one has at least, and of the line below it. */
const SIZES = [8, 148, 24];
/** Rows that are ready before they can be seen. */
const SPARE = 2;

/** 1,204: made once, as it is asked for in every frame. */
export const num = new Intl.NumberFormat("en").format;

/** @param {Deck} ui @param {PageCache} cache @param {Hand} hand @param {Note} note @param {number[]} [sizes] @returns {VirtualGrid} */
export function virtualGrid(ui, cache, hand, note, [BETWEEN, SMALLEST, CAPTION] = SIZES) {
  const wall = h("div.wall", { role: "grid", "aria-multiselectable": true, label: "Pictures" }),
    el = h("div.shelf", wall),
    /** @type {Map<number, any>} */
    rows = new Map();
  let count = 0,
    cols = 0,
    /** Of a row with the space below it. */
    height = 1,
    /** Where the keyboard is, where a range begins, what Tab comes to. */
    now = 0,
    anchor = 0,
    stop = 0,
    frame = 0;

  const rowOf = (/** @type {number} */ i) => Math.floor(i / cols),
    cellOf = (/** @type {number} */ i) => rows.get(rowOf(i))?.children[i % cols],
    /** The cell that has the focus, or something in it has. @returns {any} */
    held = () => wall.contains(document.activeElement) && document.activeElement?.closest(".ew-cell"),
    build = () => {
      const cell = h("div.cell", {
        role: "gridcell",
        onclick({ target, shiftKey, ctrlKey, metaKey }) {
          if (target.closest("button")) return;
          if (shiftKey) return hand.range(anchor, cell.at);
          anchor = cell.at;
          cell.focus();
          if (ctrlKey || metaKey) hand.pick(anchor);
          else hand.open(anchor);
        },
        // A range is no selection of words. With braces: false would keep pictures from being dragged.
        onmousedown(/** @type {MouseEvent} */ e) {
          if (e.shiftKey) e.preventDefault();
        },
      });
      cell.append(
        h(
          "div.tile",
          h("img", { alt: "", draggable: false, decoding: "async" }),
          h("bdi.gone"),
          tool("check", "Select", "check", () => hand.pick((anchor = cell.at))),
          h("div.over", ...picTools({ ...ui, work: hand.work }, note, () => hand.picture(cell.at))),
        ),
        h("bdi.caption"),
      );
      return cell;
    },
    /** Draws one place; what is drawn already is not touched. */
    paint = (/** @type {any} */ cell, /** @type {number} */ i, /** @type {boolean} */ arrived) => {
      const found = i < count ? cache.at(i) : null,
        thumb = found && cache.thumb(found.id),
        on = !!found && ui.selected.has(found.id),
        tab = i === stop ? 0 : -1,
        look = [i, count, found, thumb, on, tab];
      if (look.every((part, k) => part === cell.look?.[k])) return;
      cell.look = look;
      cell.at = i;
      const [tile, caption] = cell.children,
        [image, gone, check] = tile.children,
        lost = i < count && (found === null ? "This picture can't be read." : thumb?.gone);
      set(cell, {
        tabindex: tab,
        label: `Picture ${num(i + 1)} of ${num(count)}: ${found?.alt ?? (lost || "loading")}`,
        "aria-selected": found ? on : null,
      });
      cell.hidden = i >= count;
      for (const button of tile.querySelectorAll("button")) button.tabIndex = tab;
      set(check, { "aria-pressed": on });
      flag(cell, "blank", !found);
      flag(cell, "fav", found?.favourite);
      write(gone, lost || "");
      write(caption, found?.prompt);
      image.hidden = !thumb?.url;
      flag(image, "pic", arrived);
      if (thumb?.url && image.src !== thumb.url) image.src = thumb.url;
    },
    /** @param {Set<string>} [news] pictures that have just come */
    draw = (news) => {
      frame = 0;
      if (!cols || !el.clientHeight) return;
      const { scrollTop, clientHeight } = el,
        total = Math.ceil(count / cols),
        first = Math.max(0, Math.floor(scrollTop / height) - SPARE),
        end = Math.min(total, Math.ceil((scrollTop + clientHeight) / height) + SPARE),
        // What has the focus stays, however far a person scrolls.
        kept = held() ? rowOf(held().at) : -1,
        free = [];
      for (const [r, row] of rows)
        if ((r < first || r >= end) && (r !== kept || r >= total)) {
          row.remove();
          rows.delete(r);
          free.push(row);
        }
      for (let r = first; r < end; r++)
        if (!rows.has(r)) {
          const row = free.pop() ?? h("div.row", { role: "row" }, ...Array.from({ length: cols }, build));
          set(row, { "aria-rowindex": r + 1, "--y": `${r * height}px` });
          rows.set(r, row);
        }
      stop = rows.has(rowOf(now)) ? now : Math.min(count - 1, Math.ceil(scrollTop / height) * cols);
      let before = null;
      for (const r of [...rows.keys()].sort((a, b) => a - b)) {
        const row = rows.get(r);
        if (!row.isConnected || row.previousElementSibling !== before) before ? before.after(row) : wall.prepend(row);
        before = row;
        [...row.children].forEach((cell, c) => {
          const i = r * cols + c,
            id = news && cache.at(i)?.id;
          paint(cell, i, !!id && !!news?.has(id));
        });
      }
      cache.need(first * cols, Math.min(count, end * cols));
    },
    /** Rows as wide as there is room; what was on top stays there. */
    layout = () => {
      const width = wall.clientWidth;
      if (!width) return;
      const next = Math.max(2, Math.floor((width + BETWEEN) / (SMALLEST + BETWEEN))),
        size = Math.floor((width + BETWEEN) / next) - BETWEEN,
        tall = size + CAPTION + BETWEEN,
        total = Math.ceil(count / next),
        top = cols ? Math.floor(el.scrollTop / height) * cols : 0,
        changed = next !== cols || tall !== height,
        focused = held();
      set(wall, {
        "--cols": next,
        "--size": `${size}px`,
        "--all": `${total * tall}px`,
        "aria-rowcount": total,
        "aria-colcount": next,
      });
      [cols, height] = [next, tall];
      if (changed) {
        rows.forEach((row) => row.remove());
        rows.clear();
        el.scrollTop = rowOf(top) * height;
      }
      draw();
      if (focused) go(now);
    },
    show = (/** @type {number} */ i) => {
      const top = rowOf(i) * height,
        { scrollTop, clientHeight } = el;
      if (top < scrollTop) el.scrollTop = top;
      else if (top + height > scrollTop + clientHeight) el.scrollTop = top + height - clientHeight;
      draw();
    },
    /** The keyboard goes to a place, and with `range` selects on its way. */
    go = (/** @type {number} */ to, range = false) => {
      now = Math.max(0, Math.min(count - 1, to));
      if (!range) anchor = now;
      show(now);
      cellOf(now)?.focus({ preventScroll: true });
    };

  el.addEventListener("scroll", () => (frame ||= requestAnimationFrame(() => draw())), { passive: true });
  wall.addEventListener("focusin", (/** @type {any} */ { target }) => {
    now = target.closest(".ew-cell").at;
    draw();
  });
  wall.onkeydown = (/** @type {KeyboardEvent} */ e) => {
    const { key, target, shiftKey, altKey } = e,
      many = e.ctrlKey || e.metaKey,
      page = Math.max(1, Math.floor(el.clientHeight / height)) * cols,
      start = now - (now % cols),
      step = ahead(wall),
      /** @type {Record<string, number>} */
      to = {
        ArrowRight: now + step,
        ArrowLeft: now - step,
        ArrowDown: now + cols,
        ArrowUp: now - cols,
        PageDown: now + page,
        PageUp: now - page,
        Home: many ? 0 : start,
        End: many ? count - 1 : start + cols - 1,
      },
      onCell = target === cellOf(now),
      /** @type {Record<string, () => void>} */
      acts = {
        Enter: () => hand.open(now),
        " ": () => hand.pick((anchor = now)),
        Delete: () => hand.trash(now),
        // The Delete key of a Mac.
        Backspace: () => hand.trash(now),
        Escape: hand.clear,
      },
      /** @type {Record<string, () => void>} */
      letters = { a: hand.all, z: hand.undo };
    if (altKey || !count) return;
    if (many && key in letters) letters[key]();
    else if (key in to && (!many || key === "Home" || key === "End")) {
      // Up from the first row, or down from the last, there is nothing: stay in the column.
      if (/Up|Down/.test(key) && key.startsWith("Arrow") && (to[key] < 0 || to[key] >= count)) return e.preventDefault();
      go(to[key], shiftKey);
      if (shiftKey) hand.range(anchor, now);
    } else if (!many && onCell && key in acts) acts[key]();
    else return;
    e.preventDefault();
  };
  // Of the keys with Ctrl or Cmd, JupyterLab is kept from those alone that mean something here.
  window.addEventListener(
    "keydown",
    ({ key, ctrlKey, metaKey }) => set(wall, { "data-lm-suppress-shortcuts": ((ctrlKey || metaKey) && /^([az]|Home|End)$/.test(key)) || null }),
    { capture: true, signal: ui.signal },
  );
  new ResizeObserver(layout).observe(el);

  return {
    el,
    draw,
    show,
    go,
    /** @param {number} next how many there are now @param {boolean} anew whether others are looked for */
    update(next, anew) {
      const had = held();
      count = next;
      now = anew ? 0 : Math.max(0, Math.min(now, count - 1));
      if (anew) el.scrollTop = 0;
      if (!count) cols = 0;
      el.hidden = !count;
      layout();
      if (had && count) go(now);
    },
  };
}
