/** The controls of a study's axes: which are across and down, the level of every other, and how large cells are. */
import { fill, h, set, token, tool } from "../../base/static/dom.js";
import { crossTable } from "./cross_table.js";
import { layoutOf } from "./layout.js";
import { ZOOMS } from "./measures.js";

/** Levels up to which a facet is a row of buttons. */
const MOST_TABS = 5;

/** @param {string} name @param {string} word @param {string[][]} options value and word @param {string} is @param {(value: string) => void} choose */
function chooser(name, word, options, is, choose) {
  const made = options.map(([value, text]) => Object.assign(h("option", { value }, text), { selected: value === is }));
  const select = h("select", { onchange: () => choose(select.value), "data-field": name }, ...made);
  return h("label.field", h("span.note", word), select);
}

/** The controls, and the table as they have it: both follow the model's traits. @param {Deck} ui @param {ReturnType<typeof layoutOf>} layout @param {ReturnType<typeof crossTable>} table */
export function axesBar({ model, listen }, layout, table) {
  const el = h("fieldset.bar-of-axes", { label: "Axes" });
  const smaller = tool("ico", "Smaller cells (−)", "minus", () => table.larger(-1));
  const larger = tool("ico", "Larger cells (+)", "plus", () => table.larger(1));
  const sizer = h("div.sizer", { role: "group", label: "Cells" }, h("span.note", "Cells"), smaller, larger);

  /** Which axis stands there. @param {"x" | "y" | "facet"} way @param {string} word @param {string[]} none an empty name, where it may be none */
  function choice(way, word, ...none) {
    const names = [...none, ...layout.axes.map((axis) => axis.name)];
    const is = way === "facet" ? layout.facet() : layout.name(way);
    return chooser(way, word, names.map((one) => [one, one || "none"]), is, (name) => layout.put(way, name));
  }

  /** What turns an axis that is neither across nor down. @param {number} axis */
  function turner(axis) {
    const { name, levels } = layout.axes[axis];
    const is = layout.levelOf(axis);
    if (name !== layout.facet() || levels.length > MOST_TABS)
      return chooser(name, name, levels.map((level, at) => [`${at}`, level]), `${is}`, (at) => layout.turn(axis, +at));
    const group = token();
    const tabs = levels.map((level, at) => {
      const input = h("input", { type: "radio", name: group, onchange: () => layout.turn(axis, at), "data-field": `${name}${at}` });
      input.checked = at === is;
      return h("label.tab", input, h("span.opt", h("bdi", level)));
    });
    return h("span.tabs", { role: "radiogroup", label: name }, ...tabs);
  }

  /** Draws the controls as the axes are now; the one with the focus keeps it. */
  function draw() {
    const held = /** @type {any} */ (document.activeElement)?.dataset?.field;
    const count = layout.axes.length;
    fill(
      el,
      choice("x", "Across"),
      ...(count > 1 ? [choice("y", "Down", "")] : []),
      ...(count > 2 ? [choice("facet", "Facet", "")] : []),
      ...layout.rest().map(turner),
      h("span.push"),
      sizer,
    );
    if (held) el.querySelector(`[data-field="${CSS.escape(held)}"]`)?.focus();
  }

  function sizes() {
    set(smaller, { "aria-disabled": table.zoom <= ZOOMS[0] || null });
    set(larger, { "aria-disabled": table.zoom >= ZOOMS[ZOOMS.length - 1] || null });
  }

  let isDue = false;
  function arrange() {
    isDue = false;
    if (!layout.axes[0]) return;
    draw();
    const [x, y] = [layout.name("x"), layout.name("y")];
    const words = y ? `${y} by ${x}` : "";
    table.reset(words || x, words, layout.down, layout.across, model.get("zoom"));
    sizes();
  }

  /** Once for axes that change places. */
  function arrangeSoon() {
    if (!isDue) queueMicrotask(arrange);
    isDue = true;
  }

  for (const name of ["x", "y", "facet", "at", "zoom"])
    listen(`change:${name}`, () => (name === "zoom" && model.get("zoom") === table.zoom) || arrangeSoon());

  return {
    el,
    arrange,
    /** Keeps the size that the table has now. */
    zoomed() {
      model.set("zoom", table.zoom);
      model.save_changes();
      sizes();
    },
  };
}
