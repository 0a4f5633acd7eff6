/** Where the cells of a table stand and which are in view, in pixels from the beginning of reading; how large they are. */
import { ahead, set } from "../../base/static/dom.js";

/** A cell's edge, from small to large. */
export const ZOOMS = [56, 72, 96, 128, 168, 224, 304];
export const USUAL = 128;
/** Pixels between cells, of the head, and of the rows' labels, wide and narrow. */
const BETWEEN_CELLS = 8;
export const TOP = 36;
const LABELS = [120, 92];
const NARROW = 600;
/** The most that is seen at once, in pixels, with the bar that scrolls it, and cells that are ready beside the view. */
const TALL = 480;
const BAR = 14;
const READY = 1;

/** @param {HTMLElement} el what scrolls */
export function measuresOf(el) {
  let zoom = USUAL;
  let wide = LABELS[0];
  const step = () => zoom + BETWEEN_CELLS;
  const sign = () => ahead(el);
  const scrolled = () => ({ x: Math.abs(el.scrollLeft), y: el.scrollTop });
  /** How much of the cells is in view. */
  const seen = () => ({ x: el.clientWidth - wide, y: el.clientHeight - TOP });

  /** How far to scroll for a cell to be in sight. @param {number} from @param {number} at @param {number} size */
  function reach(from, at, size) {
    const end = from + step() + BETWEEN_CELLS;
    return from < at ? from : Math.max(at, end - size);
  }

  /** @param {number} x @param {number} y */
  function scroll(x, y) {
    el.scrollLeft = sign() * x;
    el.scrollTop = y;
  }

  return {
    get zoom() {
      return zoom;
    },
    step,
    sign,
    /** How many rows a page is. */
    page: () => Math.max(1, Math.floor(seen().y / step())),
    /** What is near the view, first and end. @param {"x" | "y"} way @param {number} count */
    near: (way, count) => [
      Math.max(0, Math.floor(scrolled()[way] / step()) - READY),
      Math.min(count, Math.ceil((scrolled()[way] + seen()[way]) / step()) + READY),
    ],
    /** Makes room for all; whether there is any. @param {number} rows @param {number} columns */
    lay(rows, columns) {
      const width = el.clientWidth;
      wide = LABELS[+(width < NARROW)];
      const [x, y] = [wide + columns * step() + BETWEEN_CELLS, TOP + rows * step() + BETWEEN_CELLS];
      const most = Math.min(TALL, y + 2 + (x > width ? BAR : 0));
      set(el, { "--zoom": `${zoom}px`, "--labels": `${wide}px`, "--wide": `${x}px`, "--tall": `${y}px`, "--most": `${most}px` });
      return !!width;
    },
    /** @param {number} size */
    take: (size) => (zoom = ZOOMS.includes(size) ? size : USUAL),
    /** Scrolls until a cell is in sight beside the labels. @param {GridSpot} now */
    reveal({ r, c }) {
      const [at, size] = [scrolled(), seen()];
      scroll(reach(c * step(), at.x, size.x), reach(r * step(), at.y, size.y));
    },
    /** Where a pointer is among the cells in view. @param {MouseEvent} event */
    pointed({ clientX, clientY }) {
      const { left, right, top } = el.getBoundingClientRect();
      return { x: Math.max(0, (sign() > 0 ? clientX - left : right - clientX) - wide), y: Math.max(0, clientY - top - TOP) };
    },
    /** Another size; a point of the view, or else the middle of a cell, stays where it is. @param {number} to @param {GridSpot} now @param {() => void} lay @param {{ x: number, y: number }} [point] */
    resize(to, { r, c }, lay, point) {
      const [before, at, size] = [step(), scrolled(), seen()];
      const middle = (/** @type {number} */ cell, /** @type {"x" | "y"} */ way) => Math.min(Math.max((cell + 0.5) * before - at[way], 0), size[way]);
      const { x, y } = point ?? { x: middle(c, "x"), y: middle(r, "y") };
      zoom = to;
      lay();
      const grown = step() / before;
      scroll((at.x + x) * grown - x, (at.y + y) * grown - y);
    },
  };
}
