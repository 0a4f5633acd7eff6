/** What this judge says of pictures: keeps, rejects, leaves for later, takes back; and what of that Python has already. */
import { decisionsOf } from "./decisions.js";
import { orderOf, SAID } from "./order.js";

/**
 * @param {ReturnType<typeof orderOf>} order @param {ReturnType<typeof decisionsOf>} decisions @param {Map<number, About>} known @param {Note} note
 * @param {{ ready: () => About | undefined, changed: () => void, tick: () => void, go: (to: number) => void, choose: (letter: string) => void }} hand
 *   `ready`: what is known of the picture in view, once that is seen; `tick`: one more is decided
 */
export function verdictsOf(order, decisions, known, note, hand) {
  /** What is taken back, the last first. @type {{ about: About, letter: string }[]} */
  const done = [];

  /** @param {About} one @param {string} letter */
  function put({ id, place }, letter) {
    order.letters[place] = letter;
    decisions.put(id, { verdict: letter === "k" ? "keep" : letter === "r" ? "reject" : null });
    hand.changed();
  }

  return {
    /** Says of the picture in view what it is. @param {string} letter */
    decide(letter) {
      const { place } = order;
      if (place == null) return;
      const about = hand.ready();
      if (!about) return note("The picture is still on its way.");
      note("");
      const before = order.letters[place];
      done.push({ about, letter: before });
      hand.tick();
      put(about, letter);
      hand.go(order.next(before === "."));
    },
    /** Leaves a picture for later. */
    pass() {
      const isOpen = order.isOpen(order.at);
      const to = order.next(isOpen);
      if (to >= order.list.length && isOpen) note("This is the last one that is undecided.");
      else hand.go(to);
    },
    takeBack() {
      const last = done.pop();
      if (!last) return note("There is nothing to undo.");
      const { about, letter } = last;
      note(`Undone: picture ${about.place + 1} is ${SAID[letter]} again.`);
      put(about, letter);
      if (!order.list.includes(about.place)) hand.choose("");
      hand.go(order.list.indexOf(about.place));
    },
    /** What Python has now; what is decided here and not taken yet stands. @param {[number, string][]} changes */
    take(changes) {
      for (const [place, letter] of changes) if (!decisions.waits(known.get(place)?.id)) order.letters[place] = letter;
      hand.changed();
    },
    /** The same of all pictures. @param {string} letters */
    begin(letters) {
      const own = order.letters;
      order.letters = [...letters];
      for (const [place, { id }] of known) if (own[place] && decisions.waits(id)) order.letters[place] = own[place];
    },
  };
}
