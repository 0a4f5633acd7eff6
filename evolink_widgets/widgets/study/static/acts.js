/** What a person does with a cell besides looking at it: another repeat of it in sight, selecting it, buying it. */
import { crossTable } from "./cross_table.js";
import { crossingOf } from "./crossing.js";

/**
 * @param {Deck} ui @param {ReturnType<typeof crossingOf>} crossing @param {ReturnType<typeof crossTable>} table
 * @param {{ open: (place: number) => void, redraw: () => void, change: (changes: [number, string, number][]) => void, fail: (error: Error) => void }} hand
 */
export function actsOf(ui, crossing, table, hand) {
  const { say } = ui;

  /** @param {number} place @param {number} by */
  function turn(place, by) {
    crossing.turn(place, by);
    hand.redraw();
    say(`Repeat ${crossing.shownOf(place) + 1} of ${crossing.repeats}`);
  }

  return {
    turn,
    /** @param {HTMLElement} button @param {number} place */
    async buy(button, place) {
      const had = document.activeElement === button;
      try {
        const said = await ui.buy(button, "buyCell", { place });
        if (!said) return;
        say("Asked for this cell.");
        const { letter, have } = crossing.at(place);
        if ("d.f".includes(letter)) hand.change([[place, "q", have]]);
        if (had) table.cell()?.focus({ preventScroll: true });
      } catch (/** @type {any} */ error) {
        hand.fail(error);
      }
    },
    /** What a key does on a cell; whether it does anything. @param {string} key @param {number} r @param {number} c @param {any} node */
    key(key, r, c, node) {
      const { place, letter, id } = crossing.factsAt(r, c);
      if (key === "Enter" && letter !== "n") node.querySelector("button")?.focus();
      else if (letter !== "n") return false;
      else if (key === "Enter") hand.open(place);
      else if (key === " ") ui.select([id], !ui.selected.has(id));
      else if (key === "r" || key === "R") turn(place, 1);
      else return false;
      return true;
    },
  };
}
