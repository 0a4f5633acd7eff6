/** A picture of the table as it stands, for a paper: to the clipboard, or where there is none as a file. */
import { asPng, clipboardOr, download, h, icon } from "../../base/static/dom.js";

/** @param {Deck} ui @param {Note} note @returns {HTMLButtonElement} the button that copies it */
export function figureButton({ link }, note) {
  async function draw() {
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
  return h("button.btn", () => draw().catch(({ message }) => note(message, true)), icon("copy"), "Copy as figure");
}
