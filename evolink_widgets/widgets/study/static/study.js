/** StudyView: the cells of a study by two axes, the others turned by a control each; any cell bought by itself. */
import { atEnd, flag, h, make, noter, set, token, write } from "../../base/static/dom.js";
import { outcomeLine } from "../../base/static/outcome.js";
import { purchases } from "../../base/static/purchase.js";
import { openView } from "../../base/static/view.js";
import { comparisons } from "../../pictures/static/comparison.js";
import { pictureMenu } from "../../pictures/static/menu.js";
import { ALL, fits, shareWork } from "../../pictures/static/picture_work.js";
import { actsOf } from "./acts.js";
import { asideOf } from "./aside.js";
import { axesBar } from "./axes_bar.js";
import { nameOf, paintStudyCell } from "./cell.js";
import { crossTable } from "./cross_table.js";
import { crossingOf } from "./crossing.js";
import { figureButton } from "./figure.js";
import { layoutOf } from "./layout.js";
import { openingOf } from "./opening.js";

/** How long a telling of what is in view waits for the next. */
const WANT_PAUSE = 100;

/** A study's pictures are tidied in the gallery, and asked for again as repeats. */
const STAYS_HERE = /^(Ask again|Move to trash|Put back)$/;

/** Asks for small pictures that are missing in view: once for a while, and not again for the same. @param {Deck} ui */
function wantsOf({ link }) {
  const view = token();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {string[]} */
  let wanted = [];
  let asked = "";
  return {
    /** @param {string[]} ids */
    want(ids) {
      wanted = ids;
      if (!ids[0] || ids.join() === asked) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        asked = wanted.join();
        link.ask("want", { view, places: wanted }, 2).catch(() => (asked = ""));
      }, WANT_PAUSE);
    },
    again: () => (asked = ""),
  };
}

/** What of a study's cells is told at its top; that all is here is said aloud. @param {(text: string) => void} say */
function progressOf(say) {
  const el = h("bdi.muted");
  return {
    el,
    /** @param {StudyHead} head */
    draw({ text, ended }) {
      if (el.textContent && ended && el.dataset.ended === "false") say(text);
      el.dataset.ended = `${ended}`;
      write(el, text);
    },
  };
}

/** @param {ReturnType<typeof crossTable>} table */
const rootOf = (table) => /** @type {HTMLElement} */ (table.el.closest(".ew"));

/** What may be done with pictures here: as elsewhere, but for what a study leaves to others. @param {Deck} ui @param {ReturnType<typeof crossTable>} table @param {any} told */
function shareStudy(ui, table, told) {
  shareWork(ui);
  comparisons(ui, () => rootOf(table));
  Object.assign(ui, {
    work: ALL.filter(([name]) => !STAYS_HERE.test(name)),
    fits: (/** @type {string} */ name, /** @type {boolean} */ isTrashed) => !STAYS_HERE.test(name) && fits(name, isTrashed),
    toldOf: () => told,
    back: () => table.cell()?.focus(),
    shut: () => /** @type {any} */ (rootOf(table).querySelector("dialog[open]"))?.close(),
  });
}

/** @param {Deck} ui @returns {Part} */
function studyPart(ui) {
  const { link, say } = ui;
  const layout = layoutOf(ui.model);
  const crossing = crossingOf(ui, layout);
  const wants = wantsOf(ui);
  const progress = progressOf(say);
  const told = outcomeLine(say);
  const [line, note] = noter(say);
  const [badge] = make("span.tag");
  const waiting = purchases(ui);
  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const placeNow = () => layout.place(table.now.r, table.now.c);

  const table = crossTable({
    paint(node, r, c, zoom) {
      const facts = crossing.factsAt(r, c);
      paintStudyCell(node, facts, zoom, (button) => acts.buy(button, facts.place));
      return facts.letter === "n" && !facts.url ? facts.id : "";
    },
    want: wants.want,
    current() {
      ui.withdraw();
      tellNow();
    },
    key: (...pressed) => acts.key(...pressed),
    zoomed: () => bar.zoomed(),
  });
  const bar = axesBar(ui, layout, table);
  const open = openingOf(ui, layout, crossing, table, fail);
  const acts = actsOf(ui, crossing, table, { open, redraw, change, fail });
  const side = asideOf(ui, note, {
    open: () => open(placeNow()),
    turn: (by) => acts.turn(placeNow(), by),
    buy: (button) => acts.buy(button, placeNow()),
  });
  const figure = figureButton(ui, note);
  // What has rested says again what it said: meanwhile another cell may be the current one, at another price.
  ui.followBusy.add(tellNow);

  /** Shows the current cell beside the table. */
  function tellNow() {
    const { r, c } = table.now;
    const facts = crossing.factsAt(r, c);
    const { place } = facts;
    if (!facts.letter) return;
    side.show(facts, crossing.told(place), crossing.pictureOf(place), nameOf(facts), [layout.name("x"), layout.name("y")]);
    if (!crossing.told(place)) crossing.learn(place).then(() => placeNow() === place && tellNow(), fail);
  }

  function redraw() {
    table.soon();
    tellNow();
  }

  /** @param {[number, string, number][]} changes */
  function change(changes) {
    crossing.change(changes);
    wants.again();
    redraw();
  }

  link.on.cells = ({ changes, head }) => {
    progress.draw(head);
    change(changes);
  };
  link.on.thumbs = ({ pictures }, parts) => {
    let isNew = false;
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ at) => (isNew = crossing.thumb(id, parts[at]) || isNew));
    if (isNew) table.soon();
  };
  link.on.marks = ({ pictures }) => {
    crossing.mark(pictures);
    tellNow();
  };
  ui.mark = redraw;
  shareStudy(ui, table, told);
  atEnd(ui.signal, side.end);
  const wholeTable = h("div.main", table.el, side.el);
  wholeTable.hidden = true;

  return {
    nodes: [
      h("div.top", h("b", "Study"), progress.el, badge, h("span.push"), figure),
      bar.el,
      waiting,
      wholeTable,
      told.el,
      line,
      pictureMenu(ui),
    ],
    welcome(/** @type {any} */ given) {
      crossing.take(given);
      wants.again();
      write(badge, given.badge);
      progress.draw(given.head);
      wholeTable.hidden = false;
      layout.take(given.axes);
      bar.arrange();
    },
    state(live) {
      set(figure, { "aria-disabled": !live || null });
      flag(rootOf(table), "still", !live);
    },
    mark: redraw,
  };
}

const studyView = {
  /** @param {Context} context */
  render: (context) => openView(context, "study", "Study", studyPart),
};

export default studyView;
