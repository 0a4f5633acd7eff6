/** Which cells are shown: all of them, those of one state, or those that failed for one reason. */
import { h, num, token, write } from "../../base/static/dom.js";

/** A letter's state: each reason of failure has a capital of its own. @param {string} letter */
export const stateOf = (letter) => (letter >= "A" && letter <= "Z" ? "f" : letter);

/** @param {() => void} changed */
export function choices(changed) {
  const name = token();
  const el = h("fieldset.legend", { label: "Show" });
  /** @type {Record<string, any>} */
  const options = {};
  let state = "";
  let reason = "";

  /** @param {string} kind of state, or "" for all @param {string} why a reason's letter, or "" */
  function choose(kind, why) {
    state = kind;
    reason = why;
    for (const one in options) options[one].box.checked = one === kind;
    changed();
  }

  /** One choice, made when its state is first told of. @param {any} part */
  function option({ kind, word, count }) {
    if (!options[kind]) {
      const box = h("input", { type: "radio", name, onchange: () => choose(kind, "") });
      const amount = h("b.num");
      const label = h("label", box, h("span.opt", kind && h("i", { "data-s": kind }), word, amount));
      box.checked = kind === state;
      options[kind] = { box, amount, label };
      el.append(label);
    }
    const { amount, label } = options[kind];
    write(amount, num(count));
    label.hidden = !count && kind !== state;
  }

  return {
    el,
    choose,
    /** Whether the failures are among what is shown. */
    failed: () => !state || state === "f",
    reason: () => reason,
    /** The places of the cells that are shown, in order. @param {string[]} letters */
    shown: (letters) => [...letters.keys()].filter((at) => !state || (reason ? letters[at] === reason : stateOf(letters[at]) === state)),
    /** @param {any[]} parts @param {any[]} groups */
    know(parts, groups) {
      option({ kind: "", word: "All", count: parts.reduce((sum, { count }) => sum + count, 0) });
      parts.forEach(option);
      if (reason && !groups.some(({ letter }) => letter === reason)) choose("f", "");
    },
  };
}
