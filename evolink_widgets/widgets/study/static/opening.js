/** A cell's pictures at full size: its repeats, and past them those of the next cell that has any. */
import { crossTable } from "./cross_table.js";
import { crossingOf } from "./crossing.js";
import { layoutOf } from "./layout.js";

/**
 * Teaches the page's full view what a study's pictures are called and what follows them; answers what opens a cell.
 * @param {Deck} ui @param {ReturnType<typeof layoutOf>} layout @param {ReturnType<typeof crossingOf>} crossing
 * @param {ReturnType<typeof crossTable>} table @param {(error: Error) => void} fail
 */
export function openingOf(ui, layout, crossing, table, fail) {
  /** @param {number} place */
  async function open(place) {
    const { r, c } = table.now;
    try {
      await crossing.learn(place);
      const pics = crossing.picturesOf(place);
      const pic = crossing.pictureOf(place) ?? pics[0];
      if (pic) ui.open(pics, pic, /** @type {any} */ ({ focus: () => table.go(r, c) }));
    } catch (/** @type {any} */ error) {
      fail(error);
    }
  }

  /** @param {Picture} pic */
  function name({ place, index }) {
    const rows = crossing.told(place ?? -1)?.rows.slice(0, layout.axes.length) ?? [];
    const levels = rows.map((/** @type {string[]} */ [, level]) => level).join(", ");
    return crossing.repeats > 1 ? `${levels} · ${index + 1} of ${crossing.repeats}` : levels;
  }

  /** @param {Picture[]} pics @param {number} to */
  function beyond(pics, to) {
    if (pics[to]) return false;
    const by = to < 0 ? -1 : 1;
    const wide = layout.across.length;
    const count = wide * layout.down.length;
    for (let at = table.now.r * wide + table.now.c + by; at >= 0 && at < count; at += by) {
      const [r, c] = [Math.floor(at / wide), at % wide];
      const place = layout.place(r, c);
      if (crossing.at(place).letter !== "n") continue;
      table.go(r, c, false);
      open(place);
      return true;
    }
    ui.say("There are no more pictures.");
    return true;
  }

  Object.assign(ui, { name, beyond });
  return open;
}
