/** What has no picture, by its reason: how many rows, what it means, and what can be done about it. */
import { fill, h, hasFocus, icon } from "../../base/static/dom.js";
import { choices } from "./choices.js";

/** @param {Deck} ui @param {ReturnType<typeof choices>} chosen which cells are shown @param {(error: Error) => void} fail */
export function failuresOf(ui, chosen, fail) {
  const el = h("div.failed");
  /** @type {any[]} */
  let groups = [];
  let drawn = "";

  /** @param {any} group */
  function item(group) {
    const again = h("button.btn.first", { hidden: !group.retry || null }, "Retry these");
    again.onclick = () => ui.buy(again, "retry", { errortype: group.kind }).then((told) => told && ui.say("Asked again."), fail);
    const is = chosen.reason() === group.letter;
    const rows = h("button.btn", { "aria-pressed": is, onclick: () => chosen.choose(is ? "" : "f", is ? "" : group.letter) }, "Show rows");
    return h("li", { "data-why": group.sign }, icon(group.sign), h("p", h("b", group.title), " ", h("span.muted", group.rows)), h("bdi.note", group.text), h("span.ways", again, rows));
  }

  return {
    el,
    /** The sign of a cell that failed. @param {string} letter of its reason */
    sign: (letter) => groups.find((one) => one.letter === letter)?.sign ?? "failed",
    /** Builds anew only what has changed: a button stays under the pointer. @param {any[]} told */
    draw(told = groups) {
      groups = told;
      el.hidden = !groups[0] || !chosen.failed();
      const now = JSON.stringify([groups, chosen.reason()]);
      if (now === drawn) return;
      drawn = now;
      const at = hasFocus(el) && [...el.querySelectorAll("button")].indexOf(/** @type {any} */ (document.activeElement));
      fill(el, h("b", "Without a picture"), h("ul", ...groups.map(item)));
      if (at !== false) el.querySelectorAll("button")[at]?.focus();
    },
  };
}
