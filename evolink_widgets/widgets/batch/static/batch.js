/** BatchView: what a batch would buy; how far a run is, what it costs, a mosaic that fills, what failed, and its few buttons. */
import { flag, h, hasFocus, many, noter, set, token, write } from "../../base/static/dom.js";
import { purchases } from "../../base/static/purchase.js";
import "../../base/static/log/stages.js";
import { openView } from "../../base/static/view.js";
import { choices } from "./choices.js";
import { failuresOf } from "./failures.js";
import { mosaic } from "./mosaic.js";
import { plan } from "./plan.js";
import { reviewing } from "./reviewing.js";
import { runHead } from "./run_head.js";

/** How long a telling of what is in view waits for the next. */
const WANTING = 120;

/** @param {Deck} ui @returns {Part} */
function progress(ui) {
  const { link, say } = ui;
  let view = token();
  const [line, note] = noter(say);
  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const head = runHead(say);
  const facts = h("p.fact");
  const waits = purchases(ui);
  /** @type {any} */
  let state = {};
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
    failed.draw();
    say(`${many(cells.count())} shown.`);
  });
  const failed = failuresOf(ui, chosen, fail);

  const cells = mosaic(ui.signal, {
    shown: chosen.shown,
    sign: failed.sign,
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

  // The head has the focus where what had it is gone: what was bought is not there to be bought.
  head.words[0].tabIndex = -1;

  /** @param {any} told */
  function draw(told) {
    const root = pause.closest(".ew");
    const held = root && hasFocus(root) && document.activeElement;
    if (told.state) state = told.state;
    head.draw(state);
    // Before anything is bought there are no cells to choose from.
    chosen.el.hidden = !state.begun;
    if (state.begun) chosen.know(state.parts, told.failures ?? []);
    write(pause, state.paused ? "Resume" : state.waits ? "Look now" : "Pause unsent");
    pause.hidden = stop.hidden = state.ended || !state.unsent;
    review.hidden = !(state.begun && state.ended && state.parts.some((/** @type {any} */ { kind, count }) => "sn".includes(kind) && count));
    failed.draw(told.failures ?? []);
    offer.know(told.plan);
    if (held && !held.checkVisibility()) (pause.hidden ? head.words[0] : pause).focus();
  }

  link.on.news = (told) => {
    draw(told);
    if (told.anew) {
      view = token();
      cells.forget();
    }
    if (told.cells != null) cells.reset(told.cells, told.pips);
    else cells.change(told.changes);
  };
  link.on.thumbs = ({ pictures }, parts) =>
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ at) => cells.thumb(+id, parts[at]));

  return {
    nodes: [
      h("div.top", ...head.words, h("span.push"), review, pause, stop),
      head.bar,
      chosen.el,
      head.key,
      head.purse,
      head.money,
      head.why,
      offer.el,
      waits,
      line,
      cells.el,
      facts,
      failed.el,
    ],
    welcome(/** @type {any} */ told) {
      draw(told);
      cells.reset(told.cells, told.pips);
    },
    state(live) {
      for (const button of [review, pause, stop]) set(button, { "aria-disabled": !live || null });
      flag(offer.el, "still", !live);
      flag(head.bar, "still", !live);
    },
    mark() {},
  };
}

const batchView = {
  /** @param {Context} context */
  render: (context) => openView(context, "batch", "Batch of pictures", progress),
};

export default batchView;
