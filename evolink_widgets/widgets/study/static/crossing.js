/** What is known of each cell of a study: its letter, its price, its repeats, and which of those is in sight. */
import { keptThumbs } from "../../base/static/kept_thumbs.js";
import { layoutOf } from "./layout.js";

/** Small pictures that are kept. */
const MOST_KEPT = 600;

/** @param {Deck} ui @param {ReturnType<typeof layoutOf>} layout */
export function crossingOf({ link, selected, signal }, layout) {
  const thumbs = keptThumbs(MOST_KEPT, signal);
  /** @type {StudyWelcome} */
  let all = /** @type {any} */ ({ have: [], priced: [], prices: [], repeats: 1 });
  /** @type {string[]} */
  let letters = [];
  /** Which repeat of a cell is in sight, where it is not the first. @type {Map<number, number>} */
  const turned = new Map();
  /** What Python has told of cells, until they change. @type {Map<number, any>} */
  const known = new Map();

  const shownOf = (/** @type {number} */ place) => Math.min(turned.get(place) ?? 0, Math.max(all.have[place] - 1, 0));

  /** @param {number} place @param {number} shown @returns {Picture | undefined} */
  function pictureOf(place, shown = shownOf(place)) {
    const found = known.get(place)?.pictures[shown];
    const id = `${place}.${shown}`;
    return found && Object.assign(found, { id, key: `${place}`, index: shown, place, url: thumbs.at(id) ?? "" });
  }

  return {
    /** @param {StudyWelcome} told */
    take(told) {
      all = told;
      letters = [...told.letters];
      known.clear();
    },
    /** @param {[number, string, number][]} changes */
    change(changes) {
      for (const [place, letter, have] of changes) {
        letters[place] = letter;
        all.have[place] = have;
        known.delete(place);
      }
    },
    thumb: thumbs.take,
    /** @param {{ id: string, favourite: boolean, trashed: boolean }[]} pictures */
    mark(pictures) {
      for (const { id, favourite, trashed } of pictures) {
        const [place, shown] = id.split(".");
        Object.assign(known.get(+place)?.pictures[+shown] ?? {}, { favourite, trashed });
      }
    },
    get repeats() {
      return all.repeats;
    },
    at: (/** @type {number} */ place) => ({ letter: letters[place], have: all.have[place] }),
    shownOf,
    /** Puts another repeat in sight. @param {number} place @param {number} by */
    turn(place, by) {
      const have = Math.max(1, all.have[place]);
      turned.set(place, (shownOf(place) + by + have) % have);
    },
    /** @param {number} r @param {number} c @returns {CellFacts} */
    factsAt(r, c) {
      const place = layout.place(r, c);
      const shown = shownOf(place);
      const id = `${place}.${shown}`;
      return {
        place,
        id,
        shown,
        letter: letters[place],
        have: all.have[place],
        repeats: all.repeats,
        url: thumbs.at(id),
        price: all.prices[all.priced[place]],
        verb: all.simulated ? "Make" : "Buy",
        levels: [layout.down[r], layout.across[c]],
        rows: [[layout.name("y"), layout.down[r]], [layout.name("x"), layout.across[c]]].filter(([name]) => name),
        isSelected: selected.has(id),
      };
    },
    pictureOf,
    /** Those that are here. @param {number} place */
    picturesOf: (place) => Array.from({ length: all.have[place] }, (_, at) => pictureOf(place, at)).filter((one) => one !== undefined),
    /** What Python has told of a cell. @param {number} place */
    told: (place) => known.get(place),
    /** Asks Python for what it has not told. @param {number} place */
    async learn(place) {
      if (!known.has(place)) known.set(place, (await link.ask("studyCell", { place }, 3))[0]);
    },
  };
}
