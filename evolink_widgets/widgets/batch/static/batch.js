/** BatchView: what a batch would buy; how far a run is, what it costs, a mosaic that fills, what failed, and its few buttons. */
import { fill, flag, h, hasFocus, icon, make, many, noter, num, set, token, write } from "../../base/static/dom.js";
import { purchases } from "../../base/static/purchase.js";
import "../../base/static/stages.js";
import { openView } from "../../base/static/view.js";
import { choices } from "./choices.js";
import { mosaic } from "./mosaic.js";
import { plan } from "./plan.js";
import { reviewing } from "./reviewing.js";

/** How long a telling of what is in view waits for the next. */
const WANTING = 120;

/** @param {Deck} ui @returns {Part} */
function progress(ui) {
  const { link, say } = ui;
  let view = token();
  const [line, note] = noter(say);
  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const [title, head, badge, money, why] = make("b.head span.muted span.badge p.money p.why");
  const bar = h("div.states", { "aria-hidden": true });
  const key = h("ul.legend.key");
  const purse = h("div.purse", { "aria-hidden": true }, ...make("i i i"));
  const [failed, facts] = make("div.failed p.fact");
  const waits = purchases(ui);
  /** @type {any} */
  let state = {};
  let said = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let wanting;
  /** @type {number[]} */
  let wanted = [];

  const order = (/** @type {string} */ kind) => link.ask(kind, {}, 3).then(() => note(""), fail);
  const pause = h("button.btn", () => order(state.paused || state.waits ? "resume" : "pause"));
  const stop = h("button.btn", { onclick: () => order("stop"), title: "What was sent is finished; the rest is not charged." }, "Send no more");
  const review = reviewing(ui, note);

  const offer = plan(ui, fail);
  const chosen = choices(() => {
    cells.filter();
    failures(groups);
    say(`${many(cells.count())} shown.`);
  });

  const cells = mosaic({
    shown: (letters) => chosen.shown(letters),
    sign: (letter) => groups.find((/** @type {any} */ one) => one.letter === letter)?.sign ?? "failed",
    want(places) {
      wanted = places;
      wanting ??= setTimeout(() => {
        wanting = undefined;
        link.ask("want", { view, places: wanted }, 2).catch(() => {});
      }, WANTING);
    },
    tell: (place) => link.ask("cell", { place }, 2).then(([told]) => write(facts, told.text), () => {}),
    async open(place, url, from) {
      try {
        const [{ picture }] = await link.ask("cell", { place }, 3);
        const pic = { ...picture, id: `${place}`, key: "", index: place, url };
        if (picture) ui.open([pic], pic, from);
      } catch (/** @type {any} */ error) {
        fail(error);
      }
    },
  });
  ui.name = ({ index }) => `Picture ${index + 1}`;

  /** @param {any} group */
  const failure = (group) => {
    const again = h("button.btn.first", { hidden: !group.retry || null }, "Retry these");
    again.onclick = () => ui.buy(again, "retry", { errortype: group.kind }).then((told) => told && say("Asked again."), fail);
    const is = chosen.reason() === group.letter;
    const rows = h("button.btn", { "aria-pressed": is, onclick: () => chosen.choose(is ? "" : "f", is ? "" : group.letter) }, "Show rows");
    return h("li", { "data-why": group.sign }, icon(group.sign), h("p", h("b", group.title), " ", h("span.muted", group.rows)), h("bdi.note", group.text), h("span.ways", again, rows));
  };

  /** What failed is built anew only where it has changed: a button stays under the pointer. */
  let drawn = "";
  /** @type {any[]} */
  let groups = [];
  function failures(/** @type {any[]} */ told) {
    groups = told;
    failed.hidden = !groups[0] || !chosen.failed();
    const now = JSON.stringify([groups, chosen.reason()]);
    if (now === drawn) return;
    drawn = now;
    const at = hasFocus(failed) && [...failed.querySelectorAll("button")].indexOf(/** @type {any} */ (document.activeElement));
    fill(failed, h("b", "Without a picture"), h("ul", ...groups.map(failure)));
    if (at !== false) failed.querySelectorAll("button")[at]?.focus();
  }

  /** @param {any} told */
  function draw(told) {
    if (told.state) state = told.state;
    write(title, state.title);
    write(head, state.head);
    write(badge, state.simulated ? "Simulated" : "");
    badge.hidden = !state.simulated;
    write(money, state.money);
    const { paid, least, most, cap } = state.purse;
    set(purse, { "--paid": `${paid}%`, "--least": `${least}%`, "--most": `${most}%`, "--cap": `${cap}%` });
    flag(purse, "capped", cap != null);
    purse.hidden = !(paid || least || most);
    write(why, state.why);
    why.hidden = !state.why;
    fill(bar, ...state.parts.map((/** @type {any} */ { kind, count }) => count && h("i", { "data-s": kind, "--part": count })).filter(Boolean));
    // Before anything is bought there are no cells to choose from.
    chosen.el.hidden = !(key.hidden = state.begun);
    if (state.begun) chosen.know(state.parts, told.failures ?? []);
    else fill(key, ...state.parts.map((/** @type {any} */ { kind, word, count }) => count && h("li", h("i", { "data-s": kind }), word, h("b.num", num(count)))).filter(Boolean));
    write(pause, state.paused ? "Resume" : state.waits ? "Look now" : "Pause unsent");
    pause.hidden = stop.hidden = state.ended || !state.unsent;
    review.hidden = !(state.ended && state.parts.some((/** @type {any} */ { kind, count }) => "sn".includes(kind) && count));
    failures(told.failures ?? []);
    offer.know(told.plan);
    // The beginning, what holds it and the end are said aloud; counts never.
    if (state.title !== said) {
      if (said) say(`${state.title}. ${state.head}`);
      said = state.title;
    }
  }

  link.on.news = (told) => {
    draw(told);
    if (told.anew) {
      view = token();
      cells.forget();
    }
    if (told.cells != null) cells.reset(told.cells);
    else cells.change(told.changes);
  };
  link.on.thumbs = ({ pictures }, parts) =>
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ at) => cells.thumb(+id, parts[at]));

  return {
    nodes: [
      h("div.top", title, head, badge, h("span.push"), review, pause, stop),
      bar,
      chosen.el,
      key,
      purse,
      money,
      why,
      offer.el,
      waits,
      line,
      cells.el,
      facts,
      failed,
    ],
    welcome(/** @type {any} */ told) {
      draw(told);
      cells.reset(told.cells);
    },
    state(live) {
      for (const button of [review, pause, stop]) set(button, { "aria-disabled": !live || null });
      flag(offer.el, "still", !live);
      flag(bar, "still", !live);
    },
    mark() {},
  };
}

const batchView = {
  /** @param {Context} context */
  render: (context) => openView(context, "batch", "Batch of pictures", progress),
};

export default batchView;
