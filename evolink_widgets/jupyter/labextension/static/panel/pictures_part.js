/** Pictures: the gallery of the notebooks, over the server, with small pictures and acts of its own. */
import { gallery } from "../widgets/gallery/static/gallery.js";
import { h, icon, num } from "../widgets/base/static/dom.js";
import { openView } from "../widgets/base/static/view.js";
import { ALL } from "../widgets/pictures/static/picture_work.js";
import { modelOver } from "./picture_link.js";
import { dragFrom, openMenu } from "../pictures/picture_acts.js";

/** What the server can do beside a large picture: mark, copy, save, give code and refer. */
const LARGE = ALL.slice(0, 1 + ALL.findIndex(([name]) => name === "Use as reference"));

/** Pixels between pictures, and of the line below each. */
const [BETWEEN, CAPTION] = [4, 0];

/** @param {Host} host @param {Server} server @param {number} size pixels that a picture has at least @returns {any} */
export function picturesPart(host, server, size) {
  const node = h("div.evolink");
  node.className = "evolink-pictures";
  const model = modelOver(server, "thumb");
  const act = (/** @type {string} */ name, /** @type {any} */ given) => host.app.commands.execute(`evolink-widgets:${name}`, given);
  const studio = h("button.btn.first", () => act("open-studio", {}), icon("processing"), "Open the studio");
  const part = {
    title: "Pictures",
    node,
    height: () => 0,
    words: () => "",
    /** @type {(words: string) => void} */
    counted: () => {},
    changed: () => model.changed(),
  };

  /** What the panel itself can do with a picture. @param {string} id */
  const ownActs = (id) => ({ "Move to trash": () => void deck?.trash([id]).catch(deck.told.fail) });
  /** @param {string} id @param {any} at @param {MouseEvent} [event] */
  const menuOf = (id, at, event) => openMenu(host, id, ownActs(id), at, event);
  /** @type {any} */
  let deck;

  openView({ model, el: node }, "side", "Pictures", (ui) => {
    const made = gallery(ui, {
      sizes: [BETWEEN, size, CAPTION],
      none: ["No pictures under this folder yet.", studio],
      counted: (count) => part.counted(num(count)),
      tools: LARGE.slice(-1),
    });
    // Its label says that it is about prompts; there is no room for that in it.
    /** @type {HTMLElement} */ (made.nodes[0]).querySelector("input")?.setAttribute("placeholder", "Search");
    deck = Object.assign(ui, {
      work: LARGE,
      refer: (/** @type {Picture[]} */ [{ id }]) => act("use-as-reference", { picture: id }),
      menu: (/** @type {Element} */ button, /** @type {Picture} */ { id }) => menuOf(id, button),
    });
    return made;
  });

  const cellAt = (/** @type {any} */ target) => target.closest?.(".ew-cell");
  const idOf = (/** @type {any} */ cell) => cell?.look?.[2]?.id;
  node.addEventListener("contextmenu", (/** @type {MouseEvent} */ event) => {
    const id = idOf(cellAt(event.target));
    if (!id) return;
    event.preventDefault();
    event.stopPropagation();
    menuOf(id, cellAt(event.target), event);
  });
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const id = idOf(cellAt(event.target));
    if (!id || (event.key !== "ContextMenu" && !(event.shiftKey && event.key === "F10"))) return;
    event.preventDefault();
    menuOf(id, cellAt(event.target));
  });
  dragFrom(host, node, (target) => idOf(cellAt(target)));
  return part;
}
