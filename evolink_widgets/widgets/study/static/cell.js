/** One cell of a study: its picture, its repeats as pips, or why it has none and what it would cost. */
import { fill, flag, h, icon, join, set } from "../../base/static/dom.js";

/** From this edge on a cell has room for the words of its price, and repeats for their pips. */
const ROOM = 96;
const MOST_PIPS = 8;

/** @type {Record<string, string>} */
const WORDS = {
  r: "being made",
  q: "waits to be sent",
  f: "did not come",
  x: "can't be asked for, it breaks a rule",
  d: "in the design, not bought",
  ".": "not bought",
};

/** @param {number} count @param {number} have @param {number} shown */
export function pips(count, have, shown) {
  if (count < 2) return null;
  if (count > MOST_PIPS) return h("span.pips.num", `${shown + 1}/${count}`);
  return h(
    "span.pips",
    { "aria-hidden": true },
    ...Array.from({ length: count }, (_, at) => h(`i${at < have ? ".in" : ""}${at === shown ? ".is" : ""}`)),
  );
}

/** What a cell is called: its levels, and how it stands. @param {CellFacts} facts */
export function nameOf({ levels, letter, have, repeats, shown, price, verb }) {
  const where = levels.filter(Boolean).join(", ");
  if (letter === "n") return join(`${where}:`, repeats > 1 ? `picture ${shown + 1} of ${repeats}` : "picture", have < repeats && `(${have} here)`);
  const cost = "d.".includes(letter) && price && `, ${verb === "Buy" ? "would cost" : "simulated, would cost"} ${price} credits`;
  return `${where}: ${WORDS[letter]}${cost || ""}`;
}

/**
 * Draws a cell, where anything of it is another than before.
 * @param {any} node @param {CellFacts} facts @param {number} zoom @param {(button: HTMLElement) => void} buy
 */
export function paintStudyCell(node, facts, zoom, buy) {
  const { letter, have, repeats, shown, url, price, verb, isSelected } = facts;
  const told = [letter, have, shown, url, price, isSelected, zoom >= ROOM, facts.place].join();
  if (node.told === told) return;
  node.told = told;
  const label = nameOf(facts);
  set(node, { label, title: zoom < ROOM && !url ? label : null, "data-s": letter, "aria-selected": letter === "n" ? !!isSelected : null });
  flag(node, "picked", isSelected);
  /** @type {any[]} */
  const inside = [];
  if (letter === "n") {
    inside.push(url ? h("img.shot", { src: url, alt: "", draggable: false }) : h("span.shot"));
    inside.push(zoom >= ROOM && pips(repeats, have, shown));
    if (isSelected) inside.push(h("span.tick", icon("check")));
  } else if ("d.".includes(letter) && price && zoom >= ROOM) {
    const button = h("button.offer", { tabindex: -1, "data-offer": "", onclick: () => buy(button) }, h("b", `${verb} this cell`), h("span.num", `${price} credits`));
    inside.push(button);
  } else if (letter === "f" && zoom >= ROOM) inside.push(h("span.words", WORDS.f));
  else if (letter === "r") inside.push(h("span.bar", h("i")));
  fill(node, ...inside.filter(Boolean));
}
