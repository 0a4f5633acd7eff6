/** What others say of the picture in view, and how far all agree: hidden until it is asked for. */
import { fill, h, make, set, write } from "../../../base/static/dom.js";
import { pairOf } from "./agreement.js";

/** @type {Record<string, string>} */
const WORDS = { keep: "keeps it", reject: "rejects it" };

/** @param {Deck} ui @param {(on: boolean) => void} reveal */
export function othersOf({ link }, reveal) {
  const [list, pairs] = make("ul.others ul.pairs");
  const button = h("button.btn", () => show(!isOpen));
  let isOpen = false;
  let judge = "";
  let count = 0;

  function agreement() {
    link.ask("agreement", {}, 3).then(([told]) => fill(pairs, ...told.pairs.map((/** @type {Pair} */ one) => pairOf(one, judge))), () => {});
  }

  /** @param {boolean} on */
  function show(on) {
    isOpen = on;
    const who = count === 1 ? "the other reviewer says" : `${count} other reviewers say`;
    write(button, on ? "Hide what others say" : `Show what ${who}`);
    set(button, { "aria-pressed": on });
    button.hidden = !count;
    fill(pairs);
    if (on) agreement();
    reveal(on);
  }

  return {
    el: h("div.said", button, list, pairs),
    /** @param {{ judge: string, others: number }} told */
    welcome(told) {
      ({ judge, others: count } = told);
      show(isOpen);
    },
    /** @param {About | undefined} about */
    draw(about) {
      fill(list, ...((isOpen && about?.others) || []).map(([name, verdict, words]) =>
        h("li", h("bdi", name), h("span", WORDS[verdict] ?? "has not decided"), words && h("bdi.note", `“${words}”`))));
    },
    /** All is decided: nothing can be swayed any more. */
    end() {
      if (count) agreement();
    },
  };
}
