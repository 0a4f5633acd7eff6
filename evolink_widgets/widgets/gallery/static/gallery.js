/** Everything in the store: filters, the grid of pictures, and what can be done with one or many. */
import { atEnd, fill, flag, h, hasFocus, ICONS, many } from "../../base/static/dom.js";
import { purchases } from "../../base/static/purchase.js";
import { openView } from "../../base/static/view.js";
import { WORK } from "../../base/static/work.js";
import { asksOf } from "./asks.js";
import { changesOf } from "./changes.js";
import { filtersOf } from "./filters.js";
import { outcomeLine } from "./outcome.js";
import { largePictures } from "./large_pictures.js";
import { pageCache } from "./page_cache.js";
import { selectionOf } from "./selection.js";
import { virtualGrid } from "./virtual_grid.js";

Object.assign(ICONS, {
  search: "M11 7A4 4 0 1 1 3 7a4 4 0 0 1 8 0zM10 10l3.5 3.5",
  star: "M8 2.25l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.5l-3.6 1.9.7-4-2.9-2.8 4-.6z",
  trash: "M3 4.5h10M6.25 4.5v-2h3.5v2M4.5 4.5l.5 9h6l.5-9M7 7v4m2-4v4",
  again: "M13 3v3.5H9.5M12.75 6.25a5 5 0 1 0 .25 3",
  putBack: "M3 6h6.5a3.5 3.5 0 0 1 0 7H6M6 3L3 6l3 3",
});

/** How often a page that is looked at says so. */
const RENEW = 25_000;

/**
 * Looks again and again while a person does: what other kernels do is seen then, as Python watches the store for a
 * minute after each look.
 * @param {Deck} ui @param {() => HTMLElement} root @param {HTMLElement} grid @param {() => void} look
 */
function lookOften(ui, root, grid, look) {
  function wake() {
    const { bottom, top } = root().getBoundingClientRect();
    if (ui.live && bottom > 0 && top < innerHeight && !document.hidden) look();
  }
  const renewing = setInterval(wake, RENEW);
  window.addEventListener("focus", wake, { signal: ui.signal });
  grid.onpointerenter = wake;
  atEnd(ui.signal, () => clearInterval(renewing));
}

/**
 * Says why no picture is shown, where none is.
 * @param {HTMLElement} el @param {Filters} filters @param {boolean} isTrash @param {[string, string | Node]} none said
 * where there is none at all @param {string} [why]
 */
function sayWhyEmpty(el, filters, isTrash, none, why) {
  const [title, words] = why
    ? ["The pictures can't be shown.", why]
    : !filters.open()
      ? ["No picture matches.", h("button.btn", () => filters.clear(), "Clear filters")]
      : isTrash
        ? ["The trash is empty.", "What you delete waits here, and can be put back."]
        : none;
  fill(el, h("b", title), words);
}

/** Asks for a picture once more, once its price was seen. @param {Desk} desk @returns {(pic: Picture) => Promise<void>} */
const againOf = ({ buy, ask, told: { tell, button, question, isFocused }, shut, back }) =>
  async function ({ id, place }) {
    shut();
    tell("Asking for the price…");
    const { text } = await ask("price", { picture: id });
    const yes = button("Ask again", async () => {
      const bought = await buy(yes, "runAgain", { picture: id });
      if (!bought || !yes.isConnected) return;
      const had = isFocused();
      tell("");
      if (had) back(place);
    });
    flag(yes, "first", true);
    question(text, yes, () => back(place));
  };

/**
 * @param {Deck} ui
 * @param {Shelf} [own] what is particular to the place where it stands
 * @returns {Part}
 */
export function gallery(ui, own = {}) {
  const { link, say, model } = ui;
  const none = h("div.none");
  const told = outcomeLine(say);
  const { safe } = told;
  const filters = filtersOf(ui, () => look(true));
  const waiting = purchases(ui);
  const asks = asksOf(ui, told.fail);
  let count = 0;
  let turn = 0;
  let folder = "";
  /** Whether others are looked for than those that are shown. */
  let others = false;

  const root = () => /** @type {any} */ (filters.el.parentElement);
  const trashed = () => model.get("trashed");
  const desk = /** @type {Desk} */ (
    Object.assign(ui, {
      told,
      cache: pageCache(ui, filters.query, (news) => (grid.draw(news), summary()), told.tell),
      /** @type {Ask} */
      ask: (kind, fields, tries = 3) => link.ask(kind, fields, tries).then(([answer]) => answer),
      box: () => root()?.querySelector("dialog[open]"),
      shut: () => desk.box()?.close(),
      back: (place) => (place === undefined ? filters.el.querySelector("input")?.focus() : grid.go(place)),
    })
  );
  const { cache, ask } = desk;
  const changes = changesOf(desk);
  const { mark, trash, putBack, undo } = changes;
  const chosen = selectionOf(desk, changes, filters.query, !own.tiles);
  const summary = () => chosen.draw(count, trashed());
  const again = againOf(desk);
  const large = largePictures(desk, () => count, (place) => grid.show(place));

  /** @type {Work[]} */
  const work = [
    ["Favourite", "star", "", (_, { id }) => mark([id], !cache.known(id)?.favourite)],
    ["Ask again", "again", "", (_, pic) => again(pic)],
    WORK[2],
    ["Move to trash", "trash", "", (_, { id }) => trash([id])],
    ["Put back", "putBack", "", (_, { id }) => putBack([id])],
  ];

  const grid = virtualGrid(desk, {
    work: own.tiles?.(work) ?? work,
    picture: large.picture,
    open: large.open,
    range: safe(chosen.range),
    pick: (place) => chosen.one(place).forEach((id) => ui.select([id], !ui.selected.has(id))),
    // All that are selected, where this is one of them.
    trash: safe((place) => {
      const ids = chosen.one(place);
      return ids[0] && (trashed() ? putBack : trash)(ui.selected.has(ids[0]) ? chosen.pictures() : ids);
    }),
    all: safe(() => chosen.range(0, count - 1)),
    undo: safe(undo),
    clear: chosen.clear,
  }, own.sizes);

  function empty(why = "") {
    none.hidden = !!count;
    const first = own.none ?? ["No pictures yet.", `What you ask for is kept in ${folder}, and shown here as it comes.`];
    if (!count) sayWhyEmpty(none, filters, trashed(), first, why);
  }

  /** Asks how many there are; `anew` when others are looked for. */
  async function look(anew = false) {
    const mine = ++turn;
    if (anew) {
      others = true;
      cache.reset();
    }
    try {
      const told = await ask("look", { query: filters.query() });
      if (mine !== turn) return;
      count = told.count;
      filters.know(told.facets);
      if (!others) cache.refresh();
      flag(root(), "bin", trashed());
      const had = hasFocus(grid.el);
      grid.update(count, others);
      empty();
      // The grid goes with its last picture, and would take the focus along.
      if (had && !count) (desk.told.el.querySelector("button") ?? filters.el.querySelector("input")).focus();
      if (others) say(count ? many(count) : none.firstChild.textContent);
      others = false;
    } catch (error) {
      if (mine === turn && !count) empty(/** @type {Error} */ (error).message);
    }
    own.counted?.(count);
    summary();
  }

  ui.work = [...WORK.slice(0, 2), ...work];
  link.on.run = ({ run }) => asks.take(run);
  link.on.changed = () => look();
  if (!own.tiles) lookOften(ui, root, grid.el, look);
  grid.el.hidden = none.hidden = true;
  filters.el.disabled = true;

  return {
    nodes: [filters.el, chosen.el, told.el, waiting, asks.el, grid.el, none],
    welcome(told) {
      folder = told.folder ?? "";
      for (const run of told.runs) asks.take(run, true);
    },
    state(live) {
      filters.el.disabled = !live;
      if (live) look(!count);
    },
    mark() {
      summary();
      grid.draw();
    },
  };
}

const galleryWidget = {
  /** @param {Context} context */
  render: (context) => openView(context, "gallery", "Gallery", gallery),
};

export default galleryWidget;
