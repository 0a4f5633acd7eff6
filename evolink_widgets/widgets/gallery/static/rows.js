/** The rows that are in the page: those near the view, each in its place, used again for others when they have gone by. */
import { set } from "../../base/static/dom.js";

/** All whole numbers between two, and these. @param {number} from @param {number} last */
export const span = (from, last) => Array.from({ length: last + 1 - from }, (_, i) => from + i);

/** @param {HTMLElement} wall @param {() => HTMLElement} build makes a row */
export function rowsOf(wall, build) {
  /** By their numbers. @type {Map<number, any>} */
  const rows = new Map();

  /**
   * Keeps the rows from `first` to before `end`, and makes those that are missing.
   * @param {number} first @param {number} end @param {number} kept one more
   * @param {number} total how many there can be @param {number} height of a row with the space below it
   */
  function keep(first, end, kept, total, height) {
    const free = [];
    for (const [r, row] of rows)
      if ((r < first || r >= end) && (r !== kept || r >= total)) {
        row.remove();
        rows.delete(r);
        free.push(row);
      }
    for (let r = first; r < end; r++)
      if (!rows.has(r)) {
        const row = free.pop() ?? build();
        set(row, { "aria-rowindex": r + 1, "--y": `${r * height}px` });
        rows.set(r, row);
      }
    /** @type {Element | null} */
    let before = null;
    for (const r of [...rows.keys()].sort((a, b) => a - b)) {
      const row = rows.get(r);
      if (!row.isConnected || row.previousElementSibling !== before) before ? before.after(row) : wall.prepend(row);
      before = row;
    }
  }

  function clear() {
    rows.forEach((row) => row.remove());
    rows.clear();
  }

  return { rows, keep, clear };
}
