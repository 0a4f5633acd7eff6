/** Spending: today, what is still out, each notebook; and what was paid for and is not here yet. */
import { fill, h, hasFocus, icon, ICONS, set } from "../widgets/base/static/dom.js";

Object.assign(ICONS, {
  file: "M4 2h5.5L12 4.5V14H4zM9.5 2v2.5H12",
  flask: "M6.5 2v4L3 13.5h10L9.5 6V2M5 2h6M5 10h6",
  warn: "M8 2.5L14 13H2zM8 6.5v3m0 1.5v.01",
});

/** Notebooks that are listed. */
const MOST = 6;

/** Credits as digits: as many as matter. @param {number} credits */
const amount = (credits) => (credits >= 100 ? Math.round(credits).toLocaleString("en") : credits >= 1 ? credits.toFixed(1).replace(/\.0$/, "") : credits ? credits.toPrecision(2) : "0");

/** One notebook's; what its tasks still out can come to is not charged. @param {any} spending */
const spentBy = ({ charged, reserved }) => (charged != null ? amount(charged) : reserved ? `up to ${amount(reserved)}` : "not reported");

/** @param {number} least @param {number} most */
const range = (least, most) => (amount(least) === amount(most) ? amount(most) : `${amount(least)} to ${amount(most)}`);

/** @param {string} word @param {string} value */
const row = (word, value) => h("div.fact", h("bdi", word), h("span.num", value));

/** @param {Host} host @returns {any} */
export function spendingPart(host) {
  const body = h("div.spent");
  const node = h("section", { class: "ew ew-of-side ew-spending", label: "Spending" }, body);
  /** @type {any} */
  let last = null;
  const here = () => host.notebooks?.currentWidget?.context.path;
  /** The caps of the notebook that a person is in; where it has none, each that there is, once. @param {any[]} caps */
  const capsHere = (caps) => {
    const own = caps.filter(({ path }) => path === here());
    const said = new Set();
    const others = caps.filter(({ name }) => !name.startsWith("this "));
    return (own[0] ? own : others).filter(({ name, limit }) => said.size < said.add(`${name} ${limit}`).size);
  };
  /** The notebook that a person is in stands first, and is named so. @param {any[]} rows */
  const each = (rows) => {
    const own = rows.filter(({ path }) => path === here());
    return [
      ...own.map((one) => row("This notebook", spentBy(one))),
      ...rows.filter((one) => !own.includes(one)).slice(0, MOST).map((one) => row(one.notebook ?? "No notebook", spentBy(one))),
    ];
  };

  const part = {
    title: "Spending",
    node,
    height: () => body.scrollHeight + 20,
    words: () => "",
    /** @param {any} told */
    take(told) {
      last = told;
      const { spending, tasks, stores } = told;
      const { charged, out, unreported, usd, simulated, badge: kind, notebooks, caps } = spending;
      const problems = stores.filter((/** @type {any} */ { problem }) => problem);
      const waiting = tasks.filter((/** @type {Ongoing} */ { needs, stage }) => needs && stage !== "unknown");
      const pictures = waiting.reduce((/** @type {number} */ sum, /** @type {Ongoing} */ { n, pictures }) => sum + n - pictures.length, 0);
      const held = capsHere(caps);
      const spent = charged + unreported + out;
      const cap = held.find(({ name }) => name.startsWith("today"))?.limit ?? 0;
      const whole = Math.max(spent, cap);
      const line = h(cap && cap >= spent ? "div.money.capped" : "div.money", { role: "img", label: `${amount(charged)} credits ${simulated ? `today (${(kind || "Simulated").toLowerCase()})` : "charged today"}, up to ${amount(out)} out` }, h("i.paid"), h("i.out"));
      set(line, { "--paid": `${whole ? (100 * (charged + unreported)) / whole : 0}%`, "--out": `${whole ? (100 * out) / whole : 0}%` });
      const badge = h("span.badge", icon("flask"), kind || "Simulated");
      const nothing = !spent && !notebooks.length;
      const had = hasFocus(body);
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
                ...held.map(({ name, limit, least, most }) => row(`Left of ${name.replace(/ ?budget$/, "")} ${amount(limit)}`, range(least, most))),
                h("div.each", ...each(notebooks)),
              ),
            ]),
        ...(pictures
          ? [
              h(
                "div.waiting",
                h("span", `${pictures} ${waiting.every((/** @type {Ongoing} */ one) => one.simulated) ? "" : "paid "}picture${pictures === 1 ? " is" : "s are"} not here yet`),
                h("button.btn.first", () => host.app.commands.execute("evolink-widgets:collect", { cwd: waiting[0].folder.split("/").slice(0, -1).join("/") }), "Collect"),
              ),
            ]
          : []),
        ...problems.map((/** @type {any} */ { problem }) => h("p.wrong", icon("warn"), h("bdi", problem))),
      );
      // Its one button is another one now.
      if (had) body.querySelector("button")?.focus();
    },
  };
  host.notebooks?.currentChanged.connect(() => last && part.take(last));
  return part;
}
