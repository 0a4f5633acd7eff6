/** How long the rest takes, by the last few decisions; a pause counts as a few seconds. */

const LAST = 20;
const ENOUGH = 8;
const PAUSE = 10_000;

export function paceOf() {
  /** @type {number[]} */
  const gaps = [];
  let before = 0;
  return {
    /** A decision is made. */
    tick() {
      const now = performance.now();
      if (before) gaps.push(Math.min(PAUSE, now - before));
      before = now;
      if (gaps.length > LAST) gaps.shift();
    },
    /** In words, with a comma before them; nothing where it is not known. @param {number} count */
    left(count) {
      if (gaps.length < ENOUGH || !count) return "";
      const minutes = (gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length / 60_000) * count;
      return minutes < 1 ? ", less than a minute left" : `, about ${Math.round(minutes)} min left`;
    },
  };
}
