/** Drag and drop, and paste: files, pictures of the log, cards of the tray, links. */
import { flag } from "../../base/static/dom.js";
import { DRAGGED } from "../../base/static/grid.js";
import { CARD } from "./cards.js";

/** Kinds of data that are for us, by their types; the first that is there counts. */
const TYPES = [DRAGGED, CARD, "Files", "text/uri-list"];

/** What of a drag or the clipboard is for us. @param {any} data */
function kindOf(data) {
  const types = [...(data?.types ?? [])];
  return TYPES.find((type) => types.includes(type));
}

/**
 * Takes what is dropped anywhere on the panel, or pasted into it.
 * @param {any} root the panel
 * @param {HTMLElement} el what is disabled while nothing can be taken
 * @param {{ [kind: string]: (data: any, target?: any) => void }} take what to do with each kind
 */
export function listenForDrops(root, el, take) {
  const on = (/** @type {string} */ name, /** @type {(event: any, kind?: string) => void} */ act) =>
    root.addEventListener(name, (/** @type {any} */ event) => {
      const kind = kindOf(event.dataTransfer ?? event.clipboardData);
      if (!el.matches(":disabled *")) return act(event, kind);
      // Nothing can be taken now; left alone, the browser would open the file in the notebook's place.
      if (kind && event.dataTransfer) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "none";
      }
    });
  const mark = (/** @type {unknown} */ isOn) => flag(root, "drop", isOn);
  on("dragover", (event, kind) => {
    if (!kind) return;
    event.preventDefault();
    mark(kind !== CARD);
  });
  on("dragleave", ({ relatedTarget }) => mark(root.contains(relatedTarget) && root.matches(".ew-drop")));
  on("drop", (event, kind) => {
    mark(false);
    if (!kind) return;
    event.preventDefault();
    take[kind](event.dataTransfer, event.target);
  });
  on("paste", (event, kind) => {
    if (kind !== "Files") return;
    event.preventDefault();
    take.Files(event.clipboardData);
  });
}
