/** Spending: today, what is still out, each notebook; and what was paid for and is not here yet. */
import { fill, h, icon, ICONS, set } from "./widgets/base/static/dom.js";

Object.assign(ICONS, { file: "M4 2h5.5L12 4.5V14H4zM9.5 2v2.5H12" });

/** Notebooks that are listed. */
const MOST = 6;

/** Credits as digits: as many as matter. @param {number} credits */
const amount = (credits) => (credits >= 100 ? Math.round(credits).toLocaleString("en") : credits >= 1 ? credits.toFixed(1).replace(/\.0$/, "") : credits ? credits.toPrecision(2) : "0");

/** One notebook's; what its tasks still out can come to is not charged. @param {any} spending */
const spentBy = ({ charged, reserved }) => (charged != null ? amount(charged) : reserved ? `up to ${amount(reserved)}` : "not reported");

/** @param {string} word @param {string} value */
const row = (word, value) => h("div.fact", h("bdi", word), h("span.num", value));

/** @param {Host} host @returns {any} */
export function spendingPart(host) {
  const body = h("div.spent");
  const node = h("section", { class: "ew ew-of-side ew-spending", label: "Spending" }, body);

  return {
    title: "Spending",
    node,
    height: () => body.scrollHeight + 20,
    words: () => "",
    /** @param {any} told */
    take({ spending, tasks, stores }) {
      const { charged, out, unreported, usd, simulated, notebooks } = spending;
      const problems = stores.filter((/** @type {any} */ { problem }) => problem);
      const waiting = tasks.filter((/** @type {Ongoing} */ { needs, stage }) => needs && stage !== "unknown");
      const pictures = waiting.reduce((/** @type {number} */ sum, /** @type {Ongoing} */ { n, pictures }) => sum + n - pictures.length, 0);
      const whole = charged + unreported + out;
      const line = h("div.money", { role: "img", label: `${amount(charged)} credits charged today, up to ${amount(out)} out` }, h("i.paid"), h("i.out"));
      set(line, { "--paid": `${whole ? (100 * (charged + unreported)) / whole : 0}%`, "--out": `${whole ? (100 * out) / whole : 0}%` });
      const badge = h("span.badge", icon("flask"), "Simulated");
      const nothing = !whole && !notebooks.length;
      fill(
        body,
        ...(nothing
          ? [h("p.quiet", "Nothing was spent today.")]
          : [
              h("p.today", h("b", amount(charged)), " credits today", simulated ? badge : h("span.usd.num", usd ? `$${usd.toFixed(2)}` : "")),
              line,
              h(
                "div.more",
                ...(out ? [row("Out", `up to ${amount(out)}`)] : []),
                ...(unreported ? [row("Not reported", `up to ${amount(unreported)}`)] : []),
                h("div.each", ...notebooks.slice(0, MOST).map((/** @type {any} */ one) => row(one.notebook ?? "No notebook", spentBy(one)))),
              ),
            ]),
        ...(pictures
          ? [
              h(
                "div.waiting",
                h("span", `${pictures} paid picture${pictures === 1 ? " is" : "s are"} not here yet`),
                h("button.btn.first", () => host.app.commands.execute("evolink-widgets:collect", { cwd: waiting[0].folder.split("/").slice(0, -1).join("/") }), "Collect"),
              ),
            ]
          : []),
        ...problems.map((/** @type {any} */ { problem }) => h("p.wrong", icon("warn"), h("bdi", problem))),
      );
    },
  };
}
