/** Everything in the store: filters, the grid of pictures, and what can be done with one or many. */
import { atEnd, fill, flag, h, hasFocus, ICONS, many } from "../../base/static/dom.js";
import { outcomeLine } from "../../base/static/outcome.js";
import { purchases } from "../../base/static/purchase.js";
import { openView } from "../../base/static/view.js";
import { comparisons } from "../../pictures/static/comparison.js";
import { homeOf } from "../../pictures/static/home.js";
import { pictureMenu } from "../../pictures/static/menu.js";
import { ALL, fits, QUICK, shareWork } from "../../pictures/static/picture_work.js";
import { asksOf } from "./asks.js";
import { changesOf } from "./changes.js";
import { filtersOf } from "./filters.js";
import { largePictures } from "./large_pictures.js";
import { pageCache } from "./page_cache.js";
import { selectionOf } from "./selection.js";
import { virtualGrid } from "./virtual_grid.js";

ICONS.search = "M11 7A4 4 0 1 1 3 7a4 4 0 0 1 8 0zM10 10l3.5 3.5";

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

/**
 * @param {Deck} ui
 * @param {Shelf} [own] what is particular to the place where it stands
 * @returns {Part}
 */
export function gallery(ui, own = {}) {
  const { link, say, model } = ui;
  const none = h("div.none");
  const told = outcomeLine(say);
  const filters = filtersOf(ui, () => look(true));
  const home = homeOf(ui);
  shareWork(ui);
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
      tools: own.tools ?? QUICK,
      cache: pageCache(ui, filters.query, (news) => (grid.draw(news), summary()), told.tell),
      /** @type {Ask} */
      ask: (kind, fields, tries = 3) => link.ask(kind, fields, tries).then(([answer]) => answer),
      box: () => root()?.querySelector("dialog[open]"),
      shut: () => desk.box()?.close(),
      goTo: (place) => (place === undefined ? filters.el.querySelector("input")?.focus() : grid.go(place)),
    })
  );
  const { cache, ask } = desk;
  const changes = changesOf(desk);
  const { trash, putBack, undo } = changes;
  const chosen = selectionOf(desk, changes, filters.query, !own.tools, home);
  const summary = () => chosen.draw(count, trashed());
  const large = largePictures(desk, () => count, (place) => grid.show(place));

  const grid = virtualGrid(desk, {
    picture: large.picture,
    open: large.open,
    range: told.safe(chosen.range),
    pick: (place) => chosen.one(place).forEach((id) => ui.select([id], !ui.selected.has(id))),
    // All that are selected, where this is one of them.
    trash: told.safe((place) => {
      const ids = chosen.one(place);
      return ids[0] && (trashed() ? putBack : trash)(ui.selected.has(ids[0]) ? chosen.pictures() : ids);
    }),
    all: told.safe(() => chosen.range(0, count - 1)),
    undo: told.safe(undo),
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

  comparisons(ui, root);
  const { like } = ui;
  Object.assign(ui, {
    work: ALL,
    fits,
    trash,
    putBack,
    mark: () => {},
    toldOf: () => told,
    // What stands in a place may have been marked since it was drawn.
    like: (/** @type {any[]} */ pics) => like(pics.map((pic) => ({ ...pic, ...cache.known(pic.id) }))),
    back: (/** @type {{ place?: number }} */ { place }) => desk.goTo(place),
  });
  link.on.run = ({ run }) => asks.take(run);
  link.on.changed = () => look();
  if (!own.tools) lookOften(ui, root, grid.el, look);
  grid.el.hidden = none.hidden = true;
  filters.el.disabled = true;

  return {
    nodes: [home.banner, filters.el, chosen.el, told.el, purchases(ui), asks.el, grid.el, none, pictureMenu(ui)],
    welcome(told) {
      folder = told.folder ?? "";
      home.welcome(told);
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
