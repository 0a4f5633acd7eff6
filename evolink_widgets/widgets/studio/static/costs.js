/** What it costs and what is left, under the composer: price, balance, what the store has, caps. */
import { fill, flag, h, icon, ICONS, join, make, many, set, write } from "../../base/static/dom.js";

Object.assign(ICONS, {
  flask: "M6.5 2v4L3 13.5h10L9.5 6V2M5 2h6M5 10h6",
  warn: "M8 2.5L14 13H2zM8 6.5v3m0 1.5v.01",
});

/** Credits or dollars in as many digits as mean something. @param {number} low @param {number} high */
function range(low, high, sign = "") {
  const digits = sign ? (high < 0.095 ? 3 : 2) : high < 1 ? 2 : high < 10 ? 1 : 0;
  const [from, to] = [low, high].map((value) => sign + value.toFixed(digits));
  return from === to ? to : `${from} to ${to}`;
}

/** @param {string} id begins the ids of what describes Run @param {(button: HTMLElement) => void} use takes what the store has */
export function costs(id, use) {
  const hint = h("span", { id: `${id}hint` });
  const [ends, notices, caps] = make("span.ends p.notices div.caps");
  const have = h("bdi", { id: `${id}have` });
  const take = h("button.btn", { "data-offer": "", onclick: () => use(take) });
  const reuse = h("div.reuse", { hidden: true }, icon("store"), have, take);
  let drawn = "";

  /** @param {Cap} cap */
  const meter = ({ name, limit, spent, reserved, text }) =>
    h(
      "div.cap",
      h("b", name),
      h(
        "div.meter",
        {
          role: "meter",
          label: name,
          "aria-valuemin": 0,
          "aria-valuemax": limit,
          "aria-valuenow": Math.min(limit, spent + reserved),
          "aria-valuetext": text,
        },
        h("i", { "--p": `${Math.min(100, (100 * spent) / limit)}%` }),
        h("i.held", { "--p": `${Math.min(100, (100 * reserved) / limit)}%` }),
      ),
      h("span.num", text),
    );

  /** @param {Welcome} welcome @param {Balance | null} [balance] */
  const left = ({ badge, simulated, keySource }, balance) => {
    if (simulated)
      return [
        h("span.badge", icon("flask"), badge),
        join(!keySource && "No key is set.", "Nothing is charged."),
      ];
    const parts = (balance?.parts ?? []).flatMap(([name, value], i) => [i ? " · " : "", `${name} `, h("b", value)]);
    return parts.length ? [h("span", ...parts)] : [];
  };

  return {
    nodes: [h("div.foot", hint, ends), reuse, caps, notices],
    describes: `${hint.id} ${have.id}`,

    /**
     * @param {Checked} checked
     * @param {number | ""} n
     * @param {Welcome} welcome
     * @param {string | null} why it cannot run, where it cannot
     * @param {boolean} isShown whether that stands beside a control already
     * @returns {string} the price in a few words, where it can
     */
    draw({ price, balance, notices: lines, reuse: offer, meters = [] }, n, welcome, why, isShown) {
      const credits = why || !price ? "" : `${range(price.low, price.high)} credits`;
      // Run has the credits, where they are paid.
      if (price && credits)
        fill(
          hint,
          welcome.simulated ? "Would cost about " : "About ",
          h("b", (welcome.simulated ? `${credits} · ` : "") + range(price.usdLow, price.usdHigh, "$")),
          ` for ${many(+n)}`,
          h("span.wide", price.learned && `, ${price.learned}`),
        );
      else write(hint, why);
      flag(hint, "sr", isShown);
      fill(ends, ...left(welcome, balance));
      write(notices, join(...lines));

      reuse.hidden = !offer;
      write(have, offer?.text);
      write(take, offer?.take);
      take.hidden = !offer?.take;

      if (drawn !== (drawn = JSON.stringify(meters))) fill(caps, ...meters.map(meter));
      return welcome.simulated ? "" : credits;
    },
  };
}
