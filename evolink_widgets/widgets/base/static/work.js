/** What can be done with one picture, wherever it is shown. */
import { asPng, clipboardOr, copyText, download, tool } from "./dom.js";

/** @type {Work[]} */
export const WORK = [
  [
    "Copy",
    "copy",
    "Picture copied.",
    async ({ link }, { id }) =>
      // The item takes the promise: the browser must see the copy begin while the click counts.
      clipboardOr("Save it instead.").write([
        new ClipboardItem({ "image/png": link.pull(id, "original").then(([blob]) => asPng(blob)) }),
      ]),
  ],
  [
    "Save",
    "saving",
    "Picture saved.",
    // What leaves carries its mark and its recipe, as the zip of several and `image.save` do.
    async ({ link }, { id }) => download(...(await link.pull(id, "copy"))),
  ],
  [
    "Copy as code",
    "code",
    "Code copied.",
    async ({ link }, { id }) => copyText((await link.ask("code", { picture: id }, 3))[0].text),
  ],
];
export const savePic = WORK[1][3];

/** @param {Deck} ui @param {Note} note @param {() => Picture} current @param {object} [props] @param {Work[]} [works] */
export const picTools = (ui, note, current, props, works = ui.work ?? WORK) =>
  works.map(([name, sign, word, work]) =>
    tool(
      "ico",
      name,
      sign,
      () => {
        note(`${name}…`);
        work(ui, current()).then(
          (said = word) => said && note(said),
          ({ message }) => note(message, true),
        );
      },
      props,
    ),
  );
