/** A picture of ours that is dropped into a cell, a note or a studio. */
import { PICTURE } from "./picture_acts.js";
import { giveTo, written } from "./picture_commands.js";
import { placeOf } from "./places.js";

/** Takes what is dragged from now on. @param {Host} host */
export function takeDrops(host) {
  const ours = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes(PICTURE);
  const studioAt = (/** @type {any} */ target) => target?.closest?.(".ew-of-studio.ew-live");
  const cellAt = (/** @type {any} */ target) => {
    const node = target?.closest?.(".jp-Notebook .jp-Cell");
    const cells = host.notebooks?.currentWidget?.content.widgets ?? [];
    return node && cells.find((/** @type {any} */ cell) => cell.node === node);
  };
  const hint = document.createElement("div");
  Object.assign(hint.style, {
    position: "fixed", zIndex: "10000", pointerEvents: "none", padding: "4px 8px", borderRadius: "4px",
    background: "var(--jp-inverse-layout-color1)", color: "var(--jp-ui-inverse-font-color1)", font: "12px var(--jp-ui-font-family)",
  });
  const say = (/** @type {string} */ words, /** @type {DragEvent} */ { clientX, clientY }) => {
    hint.textContent = words;
    Object.assign(hint.style, { left: `${clientX + 16}px`, top: `${clientY + 20}px` });
    if (!hint.isConnected) document.body.append(hint);
  };
  const WORDS = /** @type {Record<string, string>} */ ({ code: "Insert as code", markdown: "Insert as Markdown", raw: "Insert as code" });

  document.addEventListener(
    "dragover",
    (event) => {
      if (!ours(event)) return;
      const cell = cellAt(event.target);
      const words = studioAt(event.target) ? "Use as reference" : cell && WORDS[cell.model.type];
      if (!words) return hint.remove();
      event.preventDefault();
      event.stopPropagation();
      say(words, event);
    },
    true,
  );
  document.addEventListener("dragend", () => hint.remove(), true);
  document.addEventListener(
    "drop",
    async (event) => {
      if (!ours(event) || !event.dataTransfer) return;
      hint.remove();
      const { picture } = JSON.parse(event.dataTransfer.getData(PICTURE));
      const [studio, cell] = [studioAt(event.target), cellAt(event.target)];
      if (!studio && !cell) return;
      event.preventDefault();
      event.stopPropagation();
      if (studio) {
        const { blob, name } = await /** @type {Server} */ (await host.server).bytes("original", picture);
        return giveTo(studio, new File([blob], name, { type: blob.type }));
      }
      const panel = host.notebooks.currentWidget;
      const kind = cell.model.type === "markdown" ? "markdown" : "code";
      const text = written(await placeOf(host, picture), kind, panel.context.path.split("/").slice(0, -1).join("/"));
      const source = cell.model.sharedModel;
      panel.content.activeCellIndex = panel.content.widgets.indexOf(cell);
      const at = cell.editor?.getPositionForCoordinate?.({ left: event.clientX, right: event.clientX, top: event.clientY, bottom: event.clientY, width: 0, height: 0, x: event.clientX, y: event.clientY });
      const whole = source.source;
      const offset = at ? cell.editor.getOffsetAt(at) : whole.length;
      // A rendered note has no place for a cursor: the picture comes below what it says.
      const below = !at && whole ? (kind === "markdown" ? "\n\n" : "\n") : "";
      source.updateSource(offset, offset, below + text);
    },
    true,
  );
}
