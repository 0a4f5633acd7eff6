/** The wall of small cells: how many stand side by side, which rows are in the page, and where a cell is. */
import { h, set } from "../../base/static/dom.js";

const GAP = 4;
const SMALL = 32;
const LARGE = 38;
const WIDE = 600;
/** Rows in view, and those that are ready beside them. */
export const ROWS = 6;
const SPARE = 2;

export function wallOf() {
  const wall = h("div.wall", { role: "grid", label: "Pictures, by row" });
  const el = h("div.mosaic", { hidden: true }, wall);
  /** Those in the page, by their number. @type {Map<number, any>} */
  const rows = new Map();
  let cols = 0;
  let step = LARGE + GAP;

  /** @param {number} r */
  function add(r) {
    if (rows.has(r)) return;
    const cells = Array.from({ length: cols }, () => h("div.dot", { role: "gridcell" }));
    const row = h("div.line", { role: "row", "aria-rowindex": r + 1, "--y": `${r * step}px` }, ...cells);
    wall.append(row);
    rows.set(r, row);
  }

  /** Drops rows that have gone by. @param {(r: number) => boolean} stays */
  function keep(stays) {
    for (const [r, row] of rows) {
      if (stays(r)) continue;
      row.remove();
      rows.delete(r);
    }
  }

  return {
    el,
    wall,
    get cols() {
      return cols;
    },
    /** Begins anew at the width that there is; whether there is any. @param {number} count of cells */
    lay(count) {
      const width = wall.clientWidth;
      if (!width) return false;
      step = (width < WIDE ? SMALL : LARGE) + GAP;
      cols = Math.max(1, Math.floor((width + GAP) / step));
      const all = Math.ceil(count / cols);
      set(wall, { "--step": `${step}px`, "--cell": `${step - GAP}px`, "--all": `${all * step}px`, "aria-rowcount": all, "aria-colcount": cols });
      set(el, { "--most": `${Math.min(all, ROWS) * step}px` });
      keep(() => false);
      return true;
    },
    /**
     * Has the rows near the view in the page, and the one with the focus, and paints them; tells the first and the end of
     * the cells near the view.
     * @param {number} count @param {number} held a cell, or -1 @param {(cell: any, at: number) => void} paint
     */
    fit(count, held, paint) {
      const first = Math.max(0, Math.floor(el.scrollTop / step) - SPARE);
      const end = Math.min(Math.ceil(count / cols), first + ROWS + 2 * SPARE + 1);
      keep((r) => (r >= first && r < end) || r === Math.floor(held / cols));
      for (let r = first; r < end; r++) add(r);
      for (const [r, row] of rows) [...row.children].forEach((cell, c) => paint(cell, r * cols + c));
      return [first * cols, end * cols];
    },
    /** Scrolls until a cell is in sight. @param {number} at */
    reveal(at) {
      const top = Math.floor(at / cols) * step;
      if (top < el.scrollTop) el.scrollTop = top;
      else if (top + step > el.scrollTop + el.clientHeight) el.scrollTop = top + step - el.clientHeight;
    },
    cell: (/** @type {number} */ at) => rows.get(Math.floor(at / cols))?.children[at % cols],
    /** Where a cell is; -1 for anything else. @param {any} cell */
    placeOf(cell) {
      for (const [r, row] of rows) if (row === cell.parentNode) return r * cols + [...row.children].indexOf(cell);
      return -1;
    },
  };
}
