/** The plane of a table of cells: the labels of both axes stay in sight, of the cells only those near the view are in the page. */
import { fill, flag, h, set } from "../../base/static/dom.js";
import { measuresOf, TOP } from "./measures.js";

/**
 * Has what is near the view in the page, and one that is held: drops the others, and makes what is missing.
 * @param {Map<number, any>} kept @param {number[]} range first and end @param {number} held @param {number} count
 * @param {(at: number) => any} make @param {HTMLElement} into
 */
function keep(kept, [first, end], held, count, make, into) {
  for (const [at, node] of kept)
    if (at >= count || ((at < first || at >= end) && at !== held)) {
      (node.el ?? node).remove();
      kept.delete(at);
    }
  const add = (/** @type {number} */ at) => {
    if (kept.has(at) || at >= count) return;
    const node = make(at);
    kept.set(at, node);
    into.append(node.el ?? node);
  };
  for (let at = first; at < end; at++) add(at);
  add(held);
}

/** The label of a column. @param {number} c @param {string} name @param {number} x */
const headOf = (c, name, x) => h("div.x", { role: "columnheader", "aria-colindex": c + 2, title: name, "--x": `${x}px` }, h("bdi", name));

/** A row, so far without cells. @param {number} r @param {string} name @param {number} y */
function rowOf(r, name, y) {
  const label = h("div.y", { role: "rowheader", "aria-colindex": 1, title: name }, h("span", h("bdi", name)));
  const el = h("div.ln", { role: "row", "aria-rowindex": r + 2, "--y": `${y}px` }, label);
  return { el, label, cells: new Map() };
}

/** @param {number} r @param {number} c @param {number} x */
const cellOf = (r, c, x) => Object.assign(h("div.at", { role: "gridcell", "aria-colindex": c + 2, "--x": `${x}px` }), { r, c });

export function planeOf() {
  const corner = h("div.corner", { role: "columnheader", "aria-colindex": 1 });
  const top = h("div.xs", { role: "row", "aria-rowindex": 1 }, corner);
  const grid = h("div.plane", { role: "grid", "aria-multiselectable": true }, top);
  const el = h("div.cross", grid);
  const measures = measuresOf(el);
  const { step, near } = measures;
  /** @type {Map<number, any>} */
  const rows = new Map();
  /** @type {Map<number, any>} */
  const heads = new Map();
  let [down, across] = /** @type {string[][]} */ ([[], []]);

  return {
    el,
    grid,
    measures,
    cell: (/** @type {GridSpot} */ { r, c }) => rows.get(r)?.cells.get(c),
    /** The nearest cell that there is. @param {number} r @param {number} c @returns {GridSpot} */
    within: (r, c) => ({ r: Math.min(Math.max(r, 0), down.length - 1), c: Math.min(Math.max(c, 0), across.length - 1) }),
    /** Other axes, or other levels. @param {string} words of the corner @param {string[]} rowLabels @param {string[]} colLabels */
    label(words, rowLabels, colLabels) {
      [down, across] = [rowLabels, colLabels];
      fill(corner, h("bdi", words));
    },
    /** Begins anew, at its size; whether there is room. */
    lay() {
      for (const kept of [rows, heads]) {
        for (const node of kept.values()) (node.el ?? node).remove();
        kept.clear();
      }
      set(grid, { "aria-rowcount": down.length + 1, "aria-colcount": across.length + 1 });
      return measures.lay(down.length, across.length);
    },
    /** Draws what is near the view; tells the names of small pictures that are missing. @param {GridSpot} now @param {CrossHand["paint"]} paint */
    draw(now, paint) {
      /** @type {string[]} */
      const wanted = [];
      if (!across[0] && across.length !== 1) return wanted;
      const columns = near("x", across.length);
      keep(heads, columns, now.c, across.length, (c) => headOf(c, across[c], c * step()), top);
      keep(rows, near("y", down.length), now.r, down.length, (r) => rowOf(r, down[r], TOP + r * step()), grid);
      for (const [c, head] of heads) flag(head, "on", c === now.c);
      for (const [r, row] of rows) {
        const isRow = r === now.r;
        flag(row.label, "on", isRow);
        keep(row.cells, columns, isRow ? now.c : -1, across.length, (c) => cellOf(r, c, c * step()), row.el);
        for (const [c, cell] of row.cells) {
          const isNow = isRow && c === now.c;
          set(cell, { tabindex: isNow ? 0 : -1 });
          flag(cell, "now", isNow);
          const want = paint(cell, r, c, measures.zoom);
          if (want) wanted.push(want);
        }
      }
      return wanted;
    },
  };
}
