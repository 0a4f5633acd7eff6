/** Pictures: the gallery of the notebooks, over the server, with small pictures and acts of its own. */
import { gallery } from "./widgets/gallery/static/gallery.js";
import { h, icon, ICONS, num } from "./widgets/base/static/dom.js";
import { openView } from "./widgets/base/static/view.js";
import { WORK } from "./widgets/base/static/work.js";
import { modelOver } from "./picture_link.js";
import { dragFrom, openMenu } from "./picture_acts.js";

Object.assign(ICONS, {
  reference: "M3 13L11 5M5.5 4.5H11.5V10.5",
  more: "M3.5 8v.01M8 8v.01M12.5 8v.01",
});

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

  openView({ model, el: node }, "side", "Pictures", (ui) => {
    const made = gallery(ui, {
      sizes: [BETWEEN, size, CAPTION],
      none: ["No pictures under this folder yet.", studio],
      counted: (count) => part.counted(num(count)),
      tiles: ([favourite]) => [
        favourite,
        ["Use as reference", "reference", "", (_, { id }) => act("use-as-reference", { picture: id })],
        ["More", "more", "", async (_, { id }) => openMenu(host, id, cellOf(id))],
      ],
    });
    const favourite = /** @type {Work} */ (ui.work?.[2]);
    // Beside a large picture there is room for all of it.
    ui.work = [...WORK, favourite, ["Use as reference", "reference", "", (_, { id }) => act("use-as-reference", { picture: id })]];
    return made;
  });

  const cellAt = (/** @type {any} */ target) => target.closest?.(".ew-cell");
  const idOf = (/** @type {any} */ cell) => cell?.look?.[2]?.id;
  const cellOf = (/** @type {string} */ id) => [...node.querySelectorAll(".ew-cell")].find((cell) => idOf(cell) === id);
  node.addEventListener("contextmenu", (/** @type {MouseEvent} */ event) => {
    const id = idOf(cellAt(event.target));
    if (!id) return;
    event.preventDefault();
    event.stopPropagation();
    openMenu(host, id, cellAt(event.target), event);
  });
  node.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const id = idOf(cellAt(event.target));
    if (!id || (event.key !== "ContextMenu" && !(event.shiftKey && event.key === "F10"))) return;
    event.preventDefault();
    openMenu(host, id, cellAt(event.target));
  });
  dragFrom(host, node, (target) => idOf(cellAt(target)));
  return part;
}
