/** What keys and clicks do in the grid: they go to places, open them, and select them one by one or in ranges. */
import { ahead, withCtrl } from "../../base/static/dom.js";

/**
 * @param {any} wall
 * @param {Places} at
 * @param {Hand} hand
 * @param {(place: number, isRange?: boolean) => void} go
 * @param {() => number} rows that are in view
 */
export function listenToGrid(wall, at, hand, go, rows) {
  /** @type {Record<string, () => void>} */
  const acts = {
    Enter: () => hand.open(at.now),
    " ": () => hand.pick((at.anchor = at.now)),
    Delete: () => hand.trash(at.now),
    // The Delete key of a Mac.
    Backspace: () => hand.trash(at.now),
    Escape: hand.clear,
  };
  /** @type {Record<string, () => void>} */
  const letters = { a: hand.all, z: hand.undo };

  /** Where a key leads to. @param {string} key @param {boolean} isFar with Ctrl @returns {number | undefined} */
  function placeOf(key, isFar) {
    const { count, cols, now } = at;
    const start = now - (now % cols);
    const step = ahead(wall);
    const page = rows() * cols;
    if (isFar) return { Home: 0, End: count - 1 }[key];
    return {
      ArrowRight: now + step,
      ArrowLeft: now - step,
      ArrowDown: now + cols,
      ArrowUp: now - cols,
      PageDown: now + page,
      PageUp: now - page,
      Home: start,
      End: start + cols - 1,
    }[key];
  }

  wall.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const { key, target, shiftKey, altKey } = event;
    const isFar = withCtrl(event);
    const to = placeOf(key, isFar);
    const isOnCell = /** @type {any} */ (target).at === at.now;
    if (altKey || !at.count) return;
    if (isFar && letters[key]) letters[key]();
    else if (to !== undefined) {
      // Up from the first row, or down from the last, there is nothing: stay in the column.
      if (!/^Arrow(Up|Down)/.test(key) || (to >= 0 && to < at.count)) {
        go(to, shiftKey);
        if (shiftKey) hand.range(at.anchor, at.now);
      }
    } else if (!isFar && isOnCell && acts[key]) acts[key]();
    else return;
    event.preventDefault();
  };
  wall.onclick = (/** @type {any} */ event) => {
    const { target, shiftKey } = event;
    const cell = target.closest(".ew-cell");
    if (!cell || target.closest("button")) return;
    if (shiftKey) return hand.range(at.anchor, cell.at);
    at.anchor = cell.at;
    cell.focus();
    if (withCtrl(event)) hand.pick(cell.at);
    else hand.open(cell.at);
  };
  // A range is no selection of words. With braces: false would keep pictures from being dragged.
  wall.onmousedown = (/** @type {MouseEvent} */ event) => {
    if (event.shiftKey) event.preventDefault();
  };
}
