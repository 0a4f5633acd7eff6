/** StudyView: the cells of a study by two axes, the others turned by a control each; any cell bought by itself. */
import { asPng, atEnd, clipboardOr, download, fill, flag, h, icon, make, noter, set, token, tool, write } from "../../base/static/dom.js";
import { keptThumbs } from "../../base/static/kept_thumbs.js";
import { outcomeLine } from "../../base/static/outcome.js";
import { purchases } from "../../base/static/purchase.js";
import { openView } from "../../base/static/view.js";
import { comparisons } from "../../pictures/static/comparison.js";
import { pictureMenu } from "../../pictures/static/menu.js";
import { ALL, fits, shareWork } from "../../pictures/static/picture_work.js";
import { asideOf } from "./aside.js";
import { nameOf, paintStudyCell } from "./cell.js";
import { crossTable } from "./cross_table.js";
import { layoutOf } from "./layout.js";

/** How long a telling of what is in view waits for the next. */
const WANT_PAUSE = 100;
/** Small pictures that are kept, and levels up to which a facet is a row of buttons. */
const MOST_KEPT = 600;
const MOST_TABS = 5;

/** A study's pictures are tidied in the gallery, and asked for again as repeats. */
const STAYS_HERE = /^(Ask again|Move to trash|Put back)$/;

/** @param {string} word @param {any} control */
const field = (word, control) => h("label.field", h("span.note", word), control);

/** @param {Deck} ui @returns {Part} */
function studyPart(ui) {
  const { link, say, model } = ui;
  const layout = layoutOf(model);
  const thumbs = keptThumbs(MOST_KEPT);
  const told = outcomeLine(say);
  const [line, note] = noter(say);
  const view = token();
  const [count, badge] = make("bdi.muted span.tag");
  const bar = h("fieldset.bar-of-axes", { label: "Axes" });
  const waiting = purchases(ui);
  /** @type {StudyWelcome} */
  let all = /** @type {any} */ ({ letters: "", have: [], priced: [], prices: [], repeats: 1 });
  /** @type {string[]} */
  let letters = [];
  /** Which repeat of a cell is in sight, where it is not the first. @type {Map<number, number>} */
  const turned = new Map();
  /** What Python has told of cells, until they change. @type {Map<number, any>} */
  const known = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let wanting;
  /** @type {string[]} */
  let wanted = [];
  let asked = "";

  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const shownOf = (/** @type {number} */ place) => Math.min(turned.get(place) ?? 0, Math.max(all.have[place] - 1, 0));

  /** @param {number} r @param {number} c @returns {CellFacts} */
  function factsAt(r, c) {
    const place = layout.place(r, c);
    const shown = shownOf(place);
    const id = `${place}.${shown}`;
    return {
      place,
      id,
      shown,
      letter: letters[place],
      have: all.have[place],
      repeats: all.repeats,
      url: thumbs.at(id),
      price: all.prices[all.priced[place]],
      verb: all.simulated ? "Make" : "Buy",
      levels: [layout.down[r], layout.across[c]],
      rows: [[layout.name("y"), layout.down[r]], [layout.name("x"), layout.across[c]]].filter(([name]) => name),
      isSelected: ui.selected.has(id),
    };
  }

  /** @param {number} place @param {number} shown @returns {Picture | undefined} */
  function pictureOf(place, shown) {
    const found = known.get(place)?.pictures[shown];
    const id = `${place}.${shown}`;
    return found && Object.assign(found, { id, key: `${place}`, index: shown, place, url: thumbs.at(id) ?? "" });
  }

  /** @param {number} place */
  async function learn(place) {
    if (!known.has(place)) known.set(place, (await link.ask("studyCell", { place }, 3))[0]);
    return known.get(place);
  }

  /** Shows the current cell beside the table. */
  function tellNow() {
    if (!letters[0]) return;
    const { r, c } = table.now;
    const facts = factsAt(r, c);
    const name = nameOf(facts);
    const axes = [layout.name("x"), layout.name("y")];
    side.show(facts, known.get(facts.place), pictureOf(facts.place, facts.shown), name, axes);
    if (known.has(facts.place)) return;
    learn(facts.place).then(
      () => factsAt(table.now.r, table.now.c).place === facts.place && tellNow(),
      fail,
    );
  }

  /** @param {number} place */
  async function openPlace(place) {
    const { r, c } = table.now;
    try {
      await learn(place);
      const pics = Array.from({ length: all.have[place] }, (_, at) => pictureOf(place, at)).filter((one) => one !== undefined);
      const pic = pics[shownOf(place)] ?? pics[0];
      if (pic) ui.open(pics, pic, /** @type {any} */ ({ focus: () => table.go(r, c) }));
    } catch (/** @type {any} */ error) {
      fail(error);
    }
  }

  /** @param {HTMLElement} button @param {number} place */
  async function buy(button, place) {
    const had = document.activeElement === button;
    try {
      const said = await ui.buy(button, "buyCell", { place });
      if (!said) return;
      say("Asked for this cell.");
      if ("d.f".includes(letters[place])) change([[place, "q", all.have[place]]]);
      if (had) table.cell()?.focus({ preventScroll: true });
    } catch (/** @type {any} */ error) {
      fail(error);
    }
  }

  /** @param {number} place @param {number} by */
  function turn(place, by) {
    const have = Math.max(1, all.have[place]);
    turned.set(place, (shownOf(place) + by + have) % have);
    table.soon();
    tellNow();
    say(`Repeat ${shownOf(place) + 1} of ${all.repeats}`);
  }

  const placeNow = () => layout.place(table.now.r, table.now.c);
  const side = asideOf(ui, note, {
    open: () => openPlace(placeNow()),
    turn: (by) => turn(placeNow(), by),
    buy: (button) => buy(button, placeNow()),
  });

  const table = crossTable({
    paint(node, r, c, zoom) {
      const facts = factsAt(r, c);
      paintStudyCell(node, facts, zoom, (button) => buy(button, facts.place));
      return facts.letter === "n" && !facts.url ? facts.id : "";
    },
    want(ids) {
      wanted = ids;
      if (!ids[0] || ids.join() === asked) return;
      wanting ??= setTimeout(() => {
        wanting = undefined;
        asked = wanted.join();
        link.ask("want", { view, places: wanted }, 2).catch(() => (asked = ""));
      }, WANT_PAUSE);
    },
    current: tellNow,
    key(key, r, c, node) {
      const { place, letter, id } = factsAt(r, c);
      if (key === "Enter" && letter !== "n") node.querySelector("button")?.focus();
      else if (letter !== "n") return false;
      else if (key === "Enter") openPlace(place);
      else if (key === " ") ui.select([id], !ui.selected.has(id));
      else if (key === "r" || key === "R") turn(place, 1);
      else return false;
      return true;
    },
    zoomed(size) {
      model.set("zoom", size);
      model.save_changes();
      sizes();
    },
  });

  const smaller = tool("ico", "Smaller cells (−)", "minus", () => table.larger(-1));
  const larger = tool("ico", "Larger cells (+)", "plus", () => table.larger(1));
  const sizer = h("div.sizer", { role: "group", label: "Cells" }, h("span.note", "Cells"), smaller, larger);
  function sizes() {
    set(smaller, { "aria-disabled": table.zoom <= 56 || null });
    set(larger, { "aria-disabled": table.zoom >= 304 || null });
  }

  const figure = h("button.btn", () => drawFigure().catch(fail), icon("copy"), "Copy as figure");
  /** A picture of the table as it stands, for a paper: to the clipboard, or where there is none as a file. */
  async function drawFigure() {
    note("Drawing…");
    await link.ask("figure", {}, 1);
    const drawn = link.pull("study", "figure");
    try {
      const png = drawn.then(([blob]) => asPng(blob));
      await clipboardOr("").write([new ClipboardItem({ "image/png": png })]);
      note("Figure copied.");
    } catch {
      download(...(await drawn));
      note("Figure saved.");
    }
  }

  /** @param {"x" | "y" | "facet"} name @param {string} word @param {boolean} mayBeNone */
  function choice(name, word, mayBeNone) {
    const names = layout.axes.map((axis) => axis.name);
    const is = name === "facet" ? layout.facet() : layout.name(name);
    const options = [...(mayBeNone ? [""] : []), ...names].map((one) => {
      const option = h("option", { value: one }, one || "none");
      option.selected = one === is;
      return option;
    });
    const select = h("select", { onchange: () => layout.put(name, select.value), "data-field": name }, ...options);
    return field(word, select);
  }

  /** What turns an axis that is neither across nor down. @param {number} axis */
  function turner(axis) {
    const { name, levels } = layout.axes[axis];
    const is = layout.levelOf(axis);
    if (name === layout.facet() && levels.length <= MOST_TABS) {
      const group = token();
      const tabs = levels.map((level, at) => {
        const input = h("input", { type: "radio", name: group, onchange: () => layout.turn(axis, at), "data-field": `${name}${at}` });
        input.checked = at === is;
        return h("label.tab", input, h("span.opt", h("bdi", level)));
      });
      return h("span.tabs", { role: "radiogroup", label: name }, ...tabs);
    }
    const options = levels.map((level, at) => {
      const option = h("option", { value: at }, level);
      option.selected = at === is;
      return option;
    });
    const select = h("select", { onchange: () => layout.turn(axis, +select.value), "data-field": name }, ...options);
    return field(name, select);
  }

  /** Draws controls and table for the axes as they are now. */
  function arrange() {
    if (!layout.axes[0]) return;
    const held = /** @type {any} */ (document.activeElement)?.dataset?.field;
    const many = layout.axes.length > 1;
    fill(
      bar,
      choice("x", "Across", false),
      ...(many ? [choice("y", "Down", true)] : []),
      ...(layout.axes.length > 2 ? [choice("facet", "Facet", true)] : []),
      ...layout.rest().map(turner),
      h("span.push"),
      sizer,
    );
    if (held) bar.querySelector(`[data-field="${CSS.escape(held)}"]`)?.focus();
    const [x, y] = [layout.name("x"), layout.name("y")];
    table.reset(y ? `${y} by ${x}` : x, y ? `${y} by ${x}` : "", layout.down, layout.across, model.get("zoom"));
    sizes();
  }

  let isDue = false;
  /** Once for axes that change places. */
  function arrangeSoon() {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      arrange();
    });
  }

  /** @param {[number, string, number][]} changes */
  function change(changes) {
    for (const [place, letter, have] of changes) {
      letters[place] = letter;
      all.have[place] = have;
      known.delete(place);
    }
    asked = "";
    table.soon();
    tellNow();
  }

  /** @param {StudyHead} head */
  function drawHead(head) {
    if (count.textContent && head.ended && count.dataset.ended === "false") say(head.text);
    count.dataset.ended = `${head.ended}`;
    write(count, head.text);
  }

  for (const name of ["x", "y", "facet", "at", "zoom"])
    ui.listen(`change:${name}`, () => (name === "zoom" && model.get("zoom") === table.zoom) || arrangeSoon());
  link.on.cells = ({ changes, head }) => {
    drawHead(head);
    change(changes);
  };
  link.on.thumbs = ({ pictures }, parts) => {
    let isNew = false;
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ at) => (isNew = thumbs.take(id, parts[at]) || isNew));
    if (isNew) table.soon();
  };
  link.on.marks = ({ pictures }) => {
    for (const { id, favourite, trashed } of pictures) {
      const [place, shown] = id.split(".");
      Object.assign(known.get(+place)?.pictures[+shown] ?? {}, { favourite, trashed });
    }
    tellNow();
  };

  shareWork(ui);
  const root = () => /** @type {HTMLElement} */ (table.el.closest(".ew"));
  comparisons(ui, root);
  Object.assign(ui, {
    work: ALL.filter(([name]) => !STAYS_HERE.test(name)),
    fits: (/** @type {string} */ name, /** @type {boolean} */ isTrashed) => !STAYS_HERE.test(name) && fits(name, isTrashed),
    toldOf: () => told,
    back: () => table.cell()?.focus(),
    shut: () => /** @type {any} */ (root().querySelector("dialog[open]"))?.close(),
    mark: () => (table.soon(), tellNow()),
    name: (/** @type {Picture} */ pic) => {
      const rows = known.get(pic.place ?? -1)?.rows.filter(([name]) => name !== "charged") ?? [];
      const levels = rows.map((/** @type {string[]} */ [, level]) => level).join(", ");
      return all.repeats > 1 ? `${levels} · ${pic.index + 1} of ${all.repeats}` : levels;
    },
    /** Past the last repeat comes the next cell that has a picture. @param {Picture[]} pics @param {number} to */
    beyond(pics, to) {
      if (pics[to]) return false;
      const by = to < 0 ? -1 : 1;
      const wide = layout.across.length;
      const many = wide * layout.down.length;
      for (let at = table.now.r * wide + table.now.c + by; at >= 0 && at < many; at += by) {
        const [r, c] = [Math.floor(at / wide), at % wide];
        if (factsAt(r, c).letter !== "n") continue;
        table.go(r, c, false);
        openPlace(layout.place(r, c));
        return true;
      }
      say("There are no more pictures.");
      return true;
    },
  });
  atEnd(ui.signal, side.end);
  const wholeTable = h("div.main", table.el, side.el);
  wholeTable.hidden = true;

  return {
    nodes: [
      h("div.top", h("b", "Study"), count, badge, h("span.push"), figure),
      bar,
      waiting,
      wholeTable,
      told.el,
      line,
      pictureMenu(ui),
    ],
    welcome(/** @type {any} */ given) {
      all = given;
      letters = [...given.letters];
      known.clear();
      asked = "";
      write(badge, given.simulated ? "Simulated" : "");
      drawHead(given.head);
      wholeTable.hidden = false;
      layout.take(given.axes);
      arrange();
    },
    state(live) {
      set(figure, { "aria-disabled": !live || null });
      flag(root(), "still", !live);
    },
    mark: () => ui.mark(),
  };
}

const studyView = {
  /** @param {Context} context */
  render: (context) => openView(context, "study", "Study", studyPart),
};

export default studyView;
