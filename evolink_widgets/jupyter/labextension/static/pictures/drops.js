/** A picture of ours that is dropped into a cell, a note or a studio. */
import { dragged, PICTURE } from "./picture_acts.js";
import { giveTo, placed, written } from "./picture_commands.js";
import { placeOf } from "./places.js";

/** The place in a cell's source under the pointer; its end, where it shows no source. @param {any} cell @param {DragEvent} event @returns {number} */
function offsetAt({ editor, model }, { clientX: x, clientY: y }) {
  const at = editor?.getPositionForCoordinate?.({ left: x, right: x, top: y, bottom: y, width: 0, height: 0, x, y });
  return at ? editor.getOffsetAt(at) : model.sharedModel.source.length;
}

/** Small words at the pointer, and what a drop comes to where it would stand. */
function preview() {
  const shared = { position: "fixed", zIndex: "10000", pointerEvents: "none" };
  const [hint, ghost] = ["div", "div"].map((tag) => document.createElement(tag));
  Object.assign(hint.style, shared, {
    padding: "4px 8px", borderRadius: "4px", font: "12px var(--jp-ui-font-family)",
    background: "var(--jp-inverse-layout-color1)", color: "var(--jp-ui-inverse-font-color1)",
  });
  Object.assign(ghost.style, shared, {
    border: "1px dashed var(--jp-brand-color1)", borderRadius: "2px", padding: "0 2px", boxSizing: "border-box",
    overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap",
    font: "var(--jp-code-font-size)/var(--jp-code-line-height) var(--jp-code-font-family)",
    background: "var(--jp-cell-editor-active-background)", color: "var(--jp-content-font-color1)",
  });
  return {
    clear() {
      hint.remove();
      ghost.remove();
    },
    /** @param {string} words @param {DragEvent} event */
    say(words, { clientX, clientY }) {
      hint.textContent = words;
      Object.assign(hint.style, { left: `${clientX + 16}px`, top: `${clientY + 20}px` });
      if (!hint.isConnected) document.body.append(hint);
    },
    /** @param {any} editor @param {number} place @param {string} text */
    show(editor, place, text) {
      const at = editor?.getCoordinateForPosition?.(editor.getPositionAt(place));
      const inner = editor?.host.querySelector(".cm-line");
      if (!at || !inner) return ghost.remove();
      const isBelow = text.startsWith("\n");
      ghost.textContent = text.trim();
      const left = isBelow ? inner.getBoundingClientRect().left : at.left;
      const room = editor.host.getBoundingClientRect().right - left - 4;
      Object.assign(ghost.style, { left: `${left}px`, top: `${isBelow ? at.bottom : at.top}px`, maxWidth: `${room}px` });
      if (!ghost.isConnected) document.body.append(ghost);
    },
  };
}

/** @param {any} cell @returns {"code" | "markdown"} */
const kindOf = (cell) => (cell.model.type === "markdown" ? "markdown" : "code");

/** Takes what is dragged from now on. @param {Host} host */
export function takeDrops(host) {
  const ours = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes(PICTURE);
  const studioAt = (/** @type {any} */ target) => target?.closest?.(".ew-of-studio.ew-live");
  const panelNow = () => host.notebooks?.currentWidget;
  const cellAt = (/** @type {any} */ target) => {
    const node = target?.closest?.(".jp-Notebook .jp-Cell");
    return node && panelNow()?.content.widgets.find((/** @type {any} */ cell) => cell.node === node);
  };
  const textFor = (/** @type {any} */ place, /** @type {any} */ cell) =>
    written(place, kindOf(cell), panelNow().context.path.split("/").slice(0, -1).join("/"));
  const shown = preview();

  document.addEventListener(
    "dragover",
    (event) => {
      if (!ours(event)) return;
      shown.clear();
      const cell = cellAt(event.target);
      if (!cell && !studioAt(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!cell) return shown.say("Use as reference", event);
      shown.say(kindOf(cell) === "code" ? "Insert as code" : "Insert as Markdown", event);
      if (dragged.place)
        shown.show(cell.editor, ...placed(cell.model.sharedModel.source, offsetAt(cell, event), textFor(dragged.place, cell), kindOf(cell)));
    },
    true,
  );
  document.addEventListener(
    "dragend",
    () => {
      dragged.place = null;
      shown.clear();
    },
    true,
  );
  document.addEventListener(
    "drop",
    async (event) => {
      if (!ours(event) || !event.dataTransfer) return;
      shown.clear();
      const { picture } = JSON.parse(event.dataTransfer.getData(PICTURE));
      const [studio, cell] = [studioAt(event.target), cellAt(event.target)];
      if (!studio && !cell) return;
      event.preventDefault();
      event.stopPropagation();
      if (studio) {
        const { blob, name } = await /** @type {Server} */ (await host.server).bytes("original", picture);
        return giveTo(studio, new File([blob], name, { type: blob.type }));
      }
      const text = textFor(await placeOf(host, picture), cell);
      const { content } = panelNow();
      content.activeCellIndex = content.widgets.indexOf(cell);
      const source = cell.model.sharedModel;
      const [place, put] = placed(source.source, offsetAt(cell, event), text, kindOf(cell));
      source.updateSource(place, place, put);
    },
    true,
  );
}
