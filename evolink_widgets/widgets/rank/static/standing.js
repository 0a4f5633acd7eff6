/** How a ranking stands: dots at the scores, whiskers for their intervals, and what is not settled yet. */
import { atEnd, fill, flag, h, make, num, set, token, urlOf, write } from "../../base/static/dom.js";

/** An example of each item beside its score, asked for when it is to be seen. @param {Deck} ui */
function examples({ link, signal }) {
  const view = token();
  /** @type {Map<string, string>} */
  const urls = new Map();
  /** @type {Set<string>} */
  const asked = new Set();
  atEnd(signal, () => urls.forEach((url) => URL.revokeObjectURL(url)));
  return {
    at: (/** @type {string} */ id) => urls.get(id),
    /** @param {string[]} ids */
    want(ids) {
      const missing = ids.filter((id) => !asked.has(id));
      if (missing[0] == null) return;
      for (const id of missing) asked.add(id);
      const again = () => missing.forEach((id) => asked.delete(id));
      link.ask("want", { view, pictures: missing, small: true }, 3).catch(again);
    },
    /** @param {Small[]} told @param {any[]} parts */
    take(told, parts) {
      told.forEach(({ id, gone }, at) => gone || urls.has(id) || urls.set(id, urlOf(parts[at])));
    },
  };
}

/** @param {Deck} ui */
export function standingOf(ui) {
  const small = examples(ui);
  const [open, bar, votes, total, list, after] = make("p.open div.meter bdi.num bdi.num ol.list p");
  bar.append(h("i"));
  const ends = h("div.ends", h("bdi", votes), h("bdi", total));
  const scale = h("div.scale", ...["less liked", "average", "more liked"].map((word) => h("span", word)));
  const axis = h("div.axis", { "aria-hidden": true }, scale);
  const [note, rest] = make("bdi.note bdi.note");
  after.append(rest, " ", note);
  const el = h("div.standing", open, bar, ends, list, axis, after);
  set(list, { label: "Scores" });
  set(bar, { "aria-hidden": true });

  /** What is not settled, in words; the number stands out. @param {Standing} told @param {(who: Who) => string} word @param {boolean} hidden */
  function sentence({ open: pair, left, votes }, word, hidden) {
    if (!votes) return ["The next pair is the one whose difference is known least."];
    if (!pair[0]) return ["Every neighbour’s order is settled."];
    if (left == null) return ["A few more votes, and it can be said how many are needed."];
    const number = h("b", `${num(left)} more vote${left === 1 ? "" : "s"}`);
    if (hidden) return ["About ", number, left === 1 ? " settles the next place" : " settle the next place"];
    const [first, second] = pair.map((who) => h("bdi", word(who)));
    return ["About ", number, left === 1 ? " separates " : " separate ", first, " from ", second];
  }

  /** @param {Rated} one @param {string} name @param {boolean} isOpen @param {boolean} named */
  function row(one, name, isOpen, named) {
    const [low, score, high] = one.at.map((share) => `${100 * share}%`);
    const url = small.at(one.picture);
    const plot = h("span.plot", { "--lo": low, "--at": score, "--hi": high }, h("i"), h("u"));
    const item = h(
      "li",
      named && (url ? h("img", { src: url, alt: "" }) : h("span.none")),
      h("span.who", h("span.item", h("bdi", name)), named && h("small", h("bdi", one.won))),
      plot,
      h("span.score.num", { "aria-hidden": true }, one.rating, h("small", ` ± ${one.half}`)),
      h("span.sr", `${one.rating}, between ${one.low} and ${one.high}`),
    );
    set(plot, { "aria-hidden": true });
    flag(item, "on", isOpen);
    return item;
  }

  return {
    el,
    take: small.take,
    /**
     * @param {Standing} told
     * @param {{ scores: boolean, names: boolean, pending: number }} how `pending`: votes that it does not count yet
     */
    draw(told, { scores, names, pending }) {
      const word = (/** @type {Who} */ who) => (names ? who.name : who.letter);
      const count = told.votes + pending;
      fill(open, h("bdi", ...sentence(told, word, !scores)));
      write(votes, `${num(count)} vote${count === 1 ? "" : "s"}`);
      write(total, told.left == null || !told.open[0] ? "" : `about ${num(told.votes + told.left)}`);
      set(bar, { "--p": `${100 * (told.left == null ? (told.open[0] ? 0 : 1) : Math.min(1, count / (told.votes + told.left)))}%` });
      for (const node of [list, axis, after]) node.hidden = !scores;
      flag(el, "named", names);
      if (scores && names) small.want(told.rows.map(({ picture }) => picture));
      if (!scores) return fill(list);
      const marked = told.open.map(({ letter }) => letter);
      fill(list, ...told.rows.map((one) => row(one, word(one), marked.includes(one.letter), names)));
      write(rest, told.more ? `And ${num(told.more)} more: to_frame() has all.` : "");
      write(note, names ? "Dots are scores, lines are 95 % intervals. Where two lines overlap, the order may not be settled." : "Letters hide the names until you show them.");
    },
  };
}
