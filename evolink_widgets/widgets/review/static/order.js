/** Which pictures there are, what is said of each, which of them the filter leaves, and where among those we are. */

/** What a letter says. @type {Record<string, string>} */
export const SAID = { k: "kept", r: "rejected", ".": "undecided" };

/** Pictures that are ready before they are looked at: some eight seconds at three a second. */
const READY = 24;

export function orderOf() {
  const order = {
    /** What this judge says of each picture, by its place. @type {string[]} */
    letters: [],
    /** The places that the filter leaves. @type {number[]} */
    list: [],
    /** Where in the list we are; at its length all is seen. */
    at: 0,
    filter: "",
    /** The picture in view; none behind the end. */
    get place() {
      return order.list[order.at];
    },
    /** @param {string} letter */
    count: (letter) => order.letters.reduce((sum, one) => sum + (one === letter ? 1 : 0), 0),
    /** Whether what is decided is gone through once more. */
    get isAgain() {
      return order.filter === "k" || order.filter === "r";
    },
    /** @param {number} to in the list */
    isOpen: (to) => order.letters[order.list[to]] === ".",
    /** Where the next undecided one is: behind a place, or else before it; the end where there is none. @param {number} from */
    open(from) {
      const { list } = order;
      for (let to = from + 1; to < list.length; to++) if (order.isOpen(to)) return to;
      for (let to = 0; to < from; to++) if (order.isOpen(to)) return to;
      return list.length;
    },
    /** Where to go from here: from one that was undecided to the next that is; where verdicts are looked at again, simply on. @param {boolean} wasOpen */
    next: (wasOpen) => (wasOpen && !order.isAgain ? order.open(order.at) : order.at + 1),
    /** @param {string} letter none for all */
    choose(letter) {
      order.filter = letter;
      order.list = [...order.letters.keys()].filter((one) => !letter || order.letters[one] === letter);
    },
    /** The places that are likely to be looked at, the next ones first. */
    near() {
      const { list, at } = order;
      const found = new Set([list[at], list[at + 1]]);
      for (let to = at + 1; to < list.length && found.size < READY; to++) if (order.isAgain || order.isOpen(to)) found.add(list[to]);
      for (let to = 0; to < at && found.size < READY; to++) if (order.isOpen(to)) found.add(list[to]);
      for (const to of [at - 1, at + 2, at - 2]) found.add(list[to]);
      return [...found].filter((one) => one != null);
    },
  };
  return order;
}
