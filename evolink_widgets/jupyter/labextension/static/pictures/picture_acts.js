/** What can be done with a picture outside the panel: into a cell, a note, the studio's tray. */
import { placeOf } from "./places.js";

/** The kind of a drag out of the panel; the widgets' own drags, within a panel, are of another. */
export const PICTURE = "application/x-evolink-stored-picture";

/** What is dragged now: while it is on its way, a browser tells its kind alone. @type {{ place: any }} */
export const dragged = { place: null };

/** @param {string} name a file's */
export const codeOf = (name) => `ew.picture(${JSON.stringify(name)})`;

const ITEMS = ["insert-code", "insert-markdown", "use-as-reference", "show-recipe", "copy-code"];

/**
 * The host's menu on one picture: our commands, and what this place alone can do.
 * @param {Host} host @param {string} picture
 * @param {Record<string, () => void>} own by their words
 * @param {Element | undefined} at where it is opened by the keyboard
 * @param {MouseEvent} [event]
 */
export async function openMenu(host, picture, own, at, event) {
  const [{ Menu }, { CommandRegistry }] = await Promise.all(["@lumino/widgets", "@lumino/commands"].map(host.load));
  const [all, args] = [host.app.commands, { picture }];
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  menu.title.label = "Picture";
  const add = (/** @type {string} */ command, /** @type {any} */ options) => {
    commands.addCommand(command, options);
    menu.addItem({ command });
  };
  for (const name of ITEMS.map((item) => `evolink-widgets:${item}`))
    add(name, { label: all.label(name, args), isEnabled: () => all.isEnabled(name, args), execute: () => all.execute(name, args) });
  menu.addItem({ type: "separator" });
  for (const [label, execute] of Object.entries(own)) add(label, { label, execute });
  // What was chosen is carried out once it is closed; the focus goes back to where it was asked for.
  menu.aboutToClose.connect(() =>
    setTimeout(() => {
      menu.dispose();
      if (at instanceof HTMLElement && [document.body, null].includes(/** @type {any} */ (document.activeElement))) at.focus();
    }),
  );
  const { left, bottom } = at?.getBoundingClientRect() ?? { left: 0, bottom: 0 };
  menu.open(event?.clientX || left, event?.clientY || bottom);
}

/**
 * Lets pictures be dragged out of a place.
 * @param {Host} host @param {HTMLElement} node
 * @param {(target: EventTarget | null) => string | undefined} idOf
 */
export function dragFrom(host, node, idOf) {
  /** What is known of the picture under the pointer, before it is dragged. @type {Map<string, any>} */
  const known = new Map();
  // The first word about it is asked for while the pointer comes, for a drag can't wait.
  node.addEventListener("pointerdown", async ({ target }) => {
    const id = idOf(target);
    const cell = /** @type {any} */ (target).closest?.(".ew-cell");
    if (!id || !cell) return;
    cell.draggable = true;
    if (!known.has(id)) {
      if (known.size > 50) known.clear();
      known.set(id, await placeOf(host, id).catch(() => null));
    }
  });
  node.addEventListener("dragstart", (event) => {
    const id = idOf(event.target);
    const found = id && known.get(id);
    if (!id || !event.dataTransfer) return;
    event.dataTransfer.setData(PICTURE, JSON.stringify({ picture: id }));
    dragged.place = found;
    // Other editors than ours take plain text.
    if (found) event.dataTransfer.setData("text/plain", codeOf(found.name));
    event.dataTransfer.effectAllowed = "copy";
    const image = /** @type {any} */ (event.target).querySelector?.("img");
    if (image) event.dataTransfer.setDragImage(image, 24, 24);
  });
}
