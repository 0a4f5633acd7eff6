/** How many are kept, rejected and to be decided, as a bar and as filters; and what is said when the last is passed. */
import { fill, h, join, many, num, set, write } from "../../../base/static/dom.js";
import { orderOf } from "../order.js";
import { paceOf } from "./pace.js";

/** The filters: a letter each, and none for all. @type {[string, string][]} */
export const FILTERS = [["", "All"], [".", "Undecided"], ["k", "Kept"], ["r", "Rejected"]];

/** @param {ReturnType<typeof orderOf>} order @param {HTMLElement} head @param {(letter: string) => void} choose */
export function tallyOf(order, head, choose) {
  const pace = paceOf();
  const bar = h("div.states", { "aria-hidden": true });
  const filters = FILTERS.map(([letter, word]) => {
    const figure = h("b.num");
    const button = h("button.filter", () => choose(letter), letter && h("i", { "data-v": letter }), word, figure);
    return { letter, button, figure };
  });
  return {
    nodes: [bar, h("div.filters", { role: "group", label: "Show" }, ...filters.map(({ button }) => button))],
    tick: pace.tick,
    draw() {
      const total = order.letters.length;
      const [kept, rejected] = ["k", "r"].map(order.count);
      const left = total - kept - rejected;
      const parts = /** @type {[string, number][]} */ ([["k", kept], ["r", rejected], [".", left]]);
      fill(bar, ...parts.filter(([, size]) => size).map(([letter, size]) => h("i", { "data-v": letter, "--part": size })));
      const sizes = new Map([["", total], ...parts]);
      for (const { letter, button, figure } of filters) {
        write(figure, num(sizes.get(letter) ?? 0));
        set(button, { "aria-pressed": letter === order.filter });
      }
      write(head, `${num(kept + rejected)} of ${num(total)} decided${pace.left(left)}`);
    },
  };
}

/**
 * What stands where no picture does: all is decided, or the filter leaves nothing more.
 * @param {ReturnType<typeof orderOf>} order @param {(letter: string) => void} choose
 */
export function endingOf(order, choose) {
  const total = order.letters.length;
  const [kept, rejected] = ["k", "r"].map(order.count);
  const isDone = kept + rejected === total;
  const word = FILTERS.find(([letter]) => letter === order.filter)?.[1].toLowerCase();
  const text = !order.list.length ? `No picture is ${word}.` : isDone ? `All ${many(total)} are decided.` : "That was the last one.";
  const rest = isDone && `${num(kept)} kept, ${num(rejected)} rejected`;
  const next = FILTERS.filter(([letter]) => letter && letter !== order.filter && order.count(letter)).map(([letter, name]) =>
    h("button.btn", () => choose(letter), `Look through ${name.toLowerCase()}`));
  return { isDone, label: join(text, rest), nodes: [h("b", text), rest ? h("span", rest) : "", h("div.next", ...next)] };
}
