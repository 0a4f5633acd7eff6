/** The widgets' style sheets and our own, for our own root alone. */

const SHEETS = [
  "../widgets/base/static/tokens.css",
  "../widgets/base/static/runs.css",
  "../widgets/base/static/grid.css",
  "../widgets/lightbox/static/lightbox.css",
  "../widgets/gallery/static/gallery.css",
  "../widgets/pictures/static/pictures.css",
  "side.css",
  "../widgets/base/static/modes.css",
];
/** @type {Promise<void> | undefined} */
let made;

/** Adds them to the page, once. Widgets in notebooks have sheets of their own, so `.ew` alone would reach them. */
export const addStyles = () =>
  (made ??= (async () => {
    const texts = await Promise.all(SHEETS.map((sheet) => fetch(new URL(sheet, import.meta.url)).then((found) => found.text())));
    const style = document.createElement("style");
    style.textContent = texts.join("\n").replace(/\.ew(?![\w-])/g, ".ew-of-side");
    document.head.append(style);
  })());
