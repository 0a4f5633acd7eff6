/** Drag and drop, and paste: files, pictures of the log, cards of the tray, links. */
import { flag } from "../../base/static/dom.js";
import { DRAGGED } from "../../base/static/log/grid.js";
import { CARD } from "./cards.js";

/** Kinds of data that are for us, by their types; the first that is there counts. */
const TYPES = [DRAGGED, CARD, "Files", "text/uri-list"];

/** What of a drag or the clipboard is for us. @param {any} data @param {any} target */
function kindOf(data, target) {
  const types = [...(data?.types ?? [])];
  const kind = TYPES.find((type) => types.includes(type));
  // In a text box text wins: an office program gives its text as a picture, too, and a link is a text.
  const isText = /^(Files|text.*)$/.test(kind ?? "") && types.includes("text/plain") && target.closest("textarea,input");
  return isText ? undefined : kind;
}

/** Names of the folders among what was dropped. @param {any} data */
export const foldersIn = ({ items }) =>
  [...(items ?? [])].map((one) => one.webkitGetAsEntry?.()).flatMap((entry) => (entry?.isDirectory ? entry.name : []));

/**
 * Takes what is dropped anywhere on the panel, or pasted into it.
 * @param {any} root the panel
 * @param {HTMLElement} el what is disabled while nothing can be taken
 * @param {{ [kind: string]: (data: any, target?: any) => void }} take what to do with each kind
 */
export function listenForDrops(root, el, take) {
  const on = (/** @type {string} */ name, /** @type {(event: any, kind?: string) => void} */ act) =>
    root.addEventListener(name, (/** @type {any} */ event) => {
      const kind = kindOf(event.dataTransfer ?? event.clipboardData, event.target);
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
