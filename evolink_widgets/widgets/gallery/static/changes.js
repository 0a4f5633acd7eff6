/** What goes to the trash, from which pictures come back or are deleted for good. */
import { many } from "../../base/static/dom.js";

/** @param {Desk} desk */
export function changesOf({ ask, told, select, shut, goTo }) {
  const { tell, button } = told;
  /** What went to the trash, each time. @type {string[][]} */
  let gone = [];
  let isMoving = false;

  /** One after the other: until it is drawn, what is pressed again is what is on its way. @param {"trash" | "restore"} kind @param {string[]} pictures */
  async function move(kind, pictures) {
    if (isMoving) throw Error("The last move is still under way.");
    isMoving = true;
    shut();
    const { count } = await ask(kind, { pictures }).finally(() => (isMoving = false));
    return many(count);
  }

  /** @param {string[]} pictures */
  async function trash(pictures) {
    // Until the page is drawn anew, a picture that has gone still stands in its place.
    const here = pictures.filter((id) => !gone.flat().includes(id));
    if (!here.length) return;
    const moved = await move("trash", here);
    gone.push(here);
    tell(`${moved} moved to the trash.`, false, button("Undo", undo, "putBack"));
    select(here, false);
  }

  /** @param {string[]} pictures */
  async function putBack(pictures) {
    const moved = await move("restore", pictures);
    gone = gone.map((ids) => ids.filter((id) => !pictures.includes(id))).filter(({ length }) => length);
    tell(`${moved} put back.`);
    select(pictures, false);
  }

  async function undo() {
    const last = gone.at(-1);
    if (!last) return;
    const had = told.isFocused();
    await putBack(last);
    if (had) goTo(0);
  }

  /** All of it is deleted for good, once that is pressed a second time. */
  function empty() {
    const yes = button("Delete for good", async () => {
      tell((await ask("emptyTrash", {}, 1)).text);
      gone = [];
      goTo();
    });
    told.question("Everything in the trash is deleted and can't be put back.", yes, () => goTo(0));
  }

  return { trash, putBack, undo, empty };
}
