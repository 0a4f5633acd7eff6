/** How far two judges agree: a sentence, and Cohen's kappa between "by chance" and "always". */
import { h, set } from "../../../base/static/dom.js";

/** @param {number} value from 0, by chance, to 1; what is worse than chance stands at the edge */
const share = (value) => `${Math.max(0, Math.min(1, value)) * 100}%`;
/** @param {number} value */
const digits = (value) => value.toFixed(2).replace("-", "−");

/** @param {Pair} pair @param {string} judge the one of this view */
export function pairOf({ judges, both, same, kappa, low, high }, judge) {
  const [first, second] = judges.map((name) => (name === judge ? "You" : name));
  const names = h("bdi", `${first} and ${second}`);
  if (!both) return h("li", h("span", names, " have no picture in common yet"));
  const said = h("b", names, ` agree on ${same.toLocaleString("en")} of ${both.toLocaleString("en")}`);
  if (kappa == null) return h("li", said, h("p.note", "Both gave one and the same verdict throughout: nothing tells this from chance."));
  const range = low == null || high == null ? "" : `, between ${digits(low)} and ${digits(high)}`;
  const plot = h("div.plot", { role: "img", label: `Cohen’s kappa ${digits(kappa)}${range}`, "--m": share(kappa) }, h("u"));
  if (low != null && high != null) {
    set(plot, { "--lo": share(low), "--hi": share(high) });
    plot.prepend(h("i"));
  }
  const words = h("div.ends", h("span", "by chance"), h("span.num", `Cohen’s κ ${digits(kappa)}`), h("span", "always"));
  set(words, { "aria-hidden": true });
  return h("li", said, plot, words);
}
