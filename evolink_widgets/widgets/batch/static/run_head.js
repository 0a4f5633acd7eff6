/** How far a run is and what it costs: in words, as a bar of states, and as a purse; changes of state are said aloud. */
import { fill, flag, h, make, num, set, write } from "../../base/static/dom.js";

/** @param {(text: string) => void} say */
export function runHead(say) {
  const [title, head, badge, money, why] = make("b.head span.muted span.badge p.money p.why");
  const bar = h("div.states", { "aria-hidden": true });
  const key = h("ul.legend.key");
  const purse = h("div.purse", { "aria-hidden": true }, ...make("i i i"));
  let said = "";

  /** @param {{ paid: number, least: number, most: number, cap: number | null }} told in per cent of what may be spent */
  function drawPurse({ paid, least, most, cap }) {
    set(purse, { "--paid": `${paid}%`, "--least": `${least}%`, "--most": `${most}%`, "--cap": `${cap}%` });
    flag(purse, "capped", cap != null);
    purse.hidden = !(paid || least || most);
  }

  return {
    words: [title, head, badge],
    bar,
    key,
    purse,
    money,
    why,
    /** @param {any} state */
    draw(state) {
      write(title, state.title);
      write(head, state.head);
      write(badge, state.badge);
      badge.hidden = !state.badge;
      write(money, state.money);
      drawPurse(state.purse);
      write(why, state.why);
      why.hidden = !state.why;
      const parts = state.parts.filter((/** @type {any} */ { count }) => count);
      fill(bar, ...parts.map((/** @type {any} */ { kind, count }) => h("i", { "data-s": kind, "--part": count })));
      // Once a run has begun, the choice of its cells explains the colours.
      key.hidden = state.begun;
      if (!state.begun) fill(key, ...parts.map((/** @type {any} */ { kind, word, count }) => h("li", h("i", { "data-s": kind }), word, h("b.num", num(count)))));
      // The beginning, what holds it and the end are said aloud; counts never.
      if (said && state.title !== said) say(`${state.title}. ${state.head}`);
      said = state.title;
    },
  };
}
