/** What of a batch may be bought: its price, a few first, a budget, the one button that buys; and what is left out. */
import { fill, h, make, set, write } from "../../base/static/dom.js";

/** Credits as they are typed. */
const AMOUNT = /^\d+(\.\d+)?$/;
const COLUMNS = ["Row", "Field", "Value", "Rule", "Nearest"];

/** @param {Deck} ui @param {(error: Error) => void} fail */
export function plan(ui, fail) {
  const [given, price, more] = make("bdi.given span.muted p.note");
  // No field for numbers: of "12,5" that makes 125 where a point is wanted, and a wheel changes it.
  const budget = h("input", { type: "text", inputmode: "decimal", placeholder: "none", oninput: () => ui.withdraw() });
  /** What is asked with a press; none that buys where the budget is no number: it would be bought without one. @param {any} made @param {string} kind */
  async function ask(made, kind) {
    const value = budget.value.trim();
    const isWrong = value && !(AMOUNT.test(value) && +value > 0);
    set(budget, { "aria-invalid": isWrong || null });
    if (!isWrong) return ui.buy(made, kind, { budget: value ? +value : null }, now?.most);
    budget.focus();
    throw Error("Budget must be a number above 0, such as 12.5, or empty for none. Nothing was asked for.");
  }
  /** @type {Plan | null} */
  let now = null;
  /** What rests after a press has words of its own, and gets these when it has rested. */
  function name() {
    if (ui.busy || !now) return;
    write(few, now.few);
    write(buy, now.buy);
  }
  /** @param {string} spec @param {string} kind */
  const button = (spec, kind) => {
    const made = h(spec, { "aria-disabled": false, onclick: () => ask(made, kind).catch(fail) });
    return made;
  };
  const few = button("button.btn.first", "preview");
  const buy = button("button.run", "create");
  ui.followBusy.add(name);
  const body = h("tbody");
  const heads = COLUMNS.map((name) => h("th", { scope: "col" }, name));
  const table = h("table", h("caption", "Left out, with problems"), h("thead", h("tr", ...heads)), body);
  const problems = h("div.problems", { role: "region", label: "Rows with problems", tabindex: 0 }, table);
  const acts = h("div.ways", few, h("label.cap", "Budget", budget, "credits"), h("span.push"), price, buy);
  const el = h("div.plan", { hidden: true }, given, acts, problems, more);
  return {
    el,
    /** @param {Plan | null} told */
    know(told) {
      el.hidden = !told;
      if (!told) return;
      write(given, told.given);
      write(price, told.price);
      write(more, told.more);
      now = told;
      name();
      few.hidden = !told.few;
      acts.hidden = !told.buy;
      problems.hidden = !told.problems[0];
      fill(body, ...told.problems.map((row) => h("tr", ...row.map((text) => h("td", h("bdi", text))))));
    },
  };
}
