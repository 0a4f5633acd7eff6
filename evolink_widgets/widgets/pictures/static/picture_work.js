/** What can be done with a picture: one list, in one order, in every panel. */
import { copyText, flag, ICONS, many } from "../../base/static/dom.js";
import { WORK } from "../../base/static/work.js";

Object.assign(ICONS, {
  star: "M8 2.25l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.5l-3.6 1.9.7-4-2.9-2.8 4-.6z",
  trash: "M3 4.5h10M6.25 4.5v-2h3.5v2M4.5 4.5l.5 9h6l.5-9M7 7v4m2-4v4",
  again: "M13 3v3.5H9.5M12.75 6.25a5 5 0 1 0 .25 3",
  putBack: "M3 6h6.5a3.5 3.5 0 0 1 0 7H6M6 3L3 6l3 3",
  reuse: "M2 3h12v10H2zM8 5.5v5M5.5 8h5",
  edit: "M3 13l.75-3L10.5 3.25l2.25 2.25L6 12.25zM9 4.75L11.25 7",
  compare: "M2 3.5h12v9H2zM8 1.5v13M4 8h1.5m5 0H12",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
});

/** @type {Work[]} */
export const ALL = [
  ["Favourite", "star", "", (ui, pic) => ui.like([pic])],
  ...WORK,
  ["Use as reference", "reuse", "", ({ refer }, pic) => refer([pic])],
  ["Edit this", "edit", "", ({ refer }, pic) => refer([pic], true)],
  ["Compare", "compare", "", ({ compare }, pic) => compare([pic])],
  ["Ask again", "again", "", ({ again }, pic) => again(pic)],
  ["Move to trash", "trash", "", ({ trash }, pic) => trash([pic.id])],
  ["Put back", "putBack", "", ({ putBack }, pic) => putBack([pic.id])],
];

/** What a small picture has in sight; all else is in its menu. */
export const QUICK = ALL.filter(([name]) => /^(Copy|Save|Edit this|Put back)$/.test(name));

/** Whether a picture can be worked on so. @param {string} name @param {boolean | undefined} isTrashed it lies in the trash */
export const fits = (name, isTrashed) => (isTrashed ? /^(Copy|Save|Put)/.test(name) : name !== "Put back");

/** @param {{ id: string }[]} pics */
const idsOf = (pics) => pics.map(({ id }) => id);

/** What is done alike wherever pictures are shown; what is not is the panel's own. @param {Deck} ui */
export function shareWork(ui) {
  const ask = (/** @type {string} */ kind, /** @type {object} */ fields, tries = 3) =>
    ui.link.ask(kind, fields, tries).then(([answer]) => answer);

  /** Asks for a picture once more, once its price was seen. @param {Picture} pic */
  async function again(pic) {
    ui.shut();
    const { tell, button, question, isFocused } = ui.toldOf(pic.id);
    tell("Asking for the price…");
    const { text } = await ask("price", { picture: pic.id });
    const yes = button("Ask again", async () => {
      const bought = await ui.buy(yes, "runAgain", { picture: pic.id });
      if (!bought || !yes.isConnected) return;
      const had = isFocused();
      tell("");
      if (had) ui.back(pic);
    });
    flag(yes, "first", true);
    question(text, yes, () => ui.back(pic));
  }

  Object.assign(ui, {
    again,

    /** To the studio in use; it has a tray of its own. @type {Deck["refer"]} */
    async refer(pics, edits = false) {
      const { text, code } = await ask("refer", { pictures: idsOf(pics), edits }, 1);
      if (code) await copyText(code);
      else if (edits) ui.shut();
      return text;
    },

    /** @type {Deck["like"]} */
    async like(pics) {
      const on = !pics.every((pic) => pic.favourite);
      await ask("favourite", { pictures: idsOf(pics), on });
      for (const pic of pics) pic.favourite = on;
      ui.mark();
      return on ? "Marked as favourite." : "No longer a favourite.";
    },

    /** @type {Deck["trash"]} */
    async trash(ids) {
      ui.shut();
      const { count } = await ask("trash", { pictures: ids });
      const held = document.activeElement;
      ui.select(ids, false);
      const { tell, button } = ui.toldOf(ids[0]);
      const undo = button("Undo", () => ui.putBack(ids), "putBack");
      tell(`${many(count)} moved to the trash.`, false, undo);
      // The button that was pressed has gone with the selection.
      if (!held?.checkVisibility()) undo.focus();
    },

    /** @type {Deck["putBack"]} */
    async putBack(ids) {
      const { count } = await ask("restore", { pictures: ids });
      const { tell, isFocused } = ui.toldOf(ids[0]);
      const had = isFocused();
      tell(`${many(count)} put back.`);
      if (had) ui.back({ id: ids[0] });
    },
  });
}
