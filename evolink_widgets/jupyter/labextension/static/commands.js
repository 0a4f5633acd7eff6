/** What a person can ask for: by launcher, palette, menu or shortcut. */
import { isNotebook7 } from "./host.js";
import { hostIcon } from "./icons.js";

const CATEGORY = "Pictures";
/** In the address of Notebook 7's page of files: it opens the studio there, the one page with room for it. */
export const ASKED = "evolink-studio";
/** Pictures that the service takes as references, and that the kit compares. */
const ENDINGS = /\.(?:png|jpe?g|webp)$/i;

/** What is ours to press in a menu or the palette, without leaving the picture. */
const PALETTE = ".lm-CommandPalette, .jp-ModalCommandPalette";
const CHOOSING = `.lm-Menu, ${PALETTE}`;

/** The id of the picture that a widget shows here. @param {any} target @returns {string} */
function idOf(target) {
  const cell = target?.closest?.(".ew-live [role=gridcell]");
  return cell?.pic?.id ?? cell?.look?.[2]?.id ?? "";
}

/** Follows which picture a person is at: the one with the focus, or whose menu was asked for. @returns {() => string} */
function followPictures() {
  let at = "";
  const go = (/** @type {Event} */ { target }) => {
    if (!(/** @type {Element} */ (target).closest?.(CHOOSING))) at = idOf(target);
  };
  for (const name of ["focusin", "contextmenu", "pointerdown"]) document.addEventListener(name, go, true);
  return () => at;
}

/** @param {Host} host */
export async function addCommands(host) {
  const { app, palette, launcher, notebooks, files, load } = host;
  const components = await load("@jupyterlab/ui-components");
  const icon = hostIcon(components, "studio");
  const { commands } = app;
  const cells = () => import("./kernel/cells.js");
  const acts = () => import("./pictures/picture_commands.js");
  const notebook = () => !!notebooks?.currentWidget;
  /** The pictures that are selected among the files. */
  const chosen = () =>
    [...(files?.tracker?.currentWidget?.selectedItems() ?? [])].filter(({ path }) => ENDINGS.test(path)).map(({ path }) => path);
  const pictureAt = followPictures();
  /** As the palette lists them; those that are about a picture while there is one. */
  const names = ["evolink-widgets:show-panel"];
  const add = (/** @type {string} */ name, /** @type {any} */ options) => (names.push(name), commands.addCommand(name, options));

  add("evolink-widgets:open-studio", {
    label: "Image studio",
    caption: "A panel that makes pictures, with a kernel of its own",
    icon,
    execute: async (/** @type {any} */ args) => (await import("./kernel/widget_tab.js")).openStudio(host, args),
  });
  add("evolink-widgets:insert-studio", {
    label: "Insert studio below",
    caption: "A cell with the image studio below the current one, run at once",
    isEnabled: notebook,
    execute: async () => (await cells()).insertCell(host, "import evolink_widgets as ew\new.ImageStudio()", true),
  });
  add("evolink-widgets:collect", {
    label: "Collect paid pictures",
    caption: "Fetch the pictures that an earlier kernel paid for and did not live to save",
    execute: async (/** @type {any} */ args) => (await import("./kernel/collect.js")).collect(host, args),
  });

  // On a picture: of the panel and of a notebook by its id, of the files by its path.
  const given = (/** @type {any} */ { picture = pictureAt() }) => (picture ? { picture } : { path: chosen()[0] });
  const onPicture = (/** @type {any} */ args) => !!given(args).picture || chosen().length === 1;
  const intoNotebook = (/** @type {any} */ args) => notebook() && onPicture(args);
  add("evolink-widgets:use-as-reference", {
    label: "Use as reference",
    caption: "Into the studio's tray of reference pictures",
    isVisible: onPicture,
    execute: async (/** @type {any} */ args) => (await acts()).useAsReference(host, given(args)),
  });
  add("evolink-widgets:show-recipe", {
    label: "Show recipe",
    caption: "What the picture was made from",
    isVisible: onPicture,
    execute: async (/** @type {any} */ args) => (await acts()).showRecipe(host, given(args)),
  });
  add("evolink-widgets:compare-selected", {
    label: "Compare selected",
    caption: "What differs between the selected pictures",
    isVisible: () => !pictureAt() && chosen().length > 1 && chosen().length < 10,
    execute: async () => (await acts()).compare(host, chosen()),
  });
  add("evolink-widgets:insert-code", {
    label: "Insert as code",
    caption: "ew.picture(…) at the cursor, or in a cell of its own",
    isEnabled: intoNotebook,
    execute: async (/** @type {any} */ args) => (await acts()).insert(host, given(args), "code"),
  });
  add("evolink-widgets:insert-markdown", {
    label: "Insert as Markdown",
    caption: "The picture with its alt text, in a note",
    isEnabled: intoNotebook,
    execute: async (/** @type {any} */ args) => (await acts()).insert(host, given(args), "markdown"),
  });
  add("evolink-widgets:copy-code", {
    label: "Copy as code",
    caption: "The call that asks for the same",
    isVisible: onPicture,
    execute: async (/** @type {any} */ args) => (await acts()).copyCode(host, given(args)),
  });

  notebooks?.currentChanged.connect(() => {
    for (const name of ["insert-studio", "insert-code", "insert-markdown"]) commands.notifyCommandChanged(`evolink-widgets:${name}`);
  });
  for (const command of names) palette?.addItem({ command, category: CATEGORY });
  // JupyterLab 4.0 opens the palette with the list that it drew last, and a selection among files draws none.
  document.addEventListener("focusin", ({ target }) => {
    if (/** @type {Element} */ (target).closest?.(PALETTE)) commands.notifyCommandChanged();
  });
  launcher?.add({ command: "evolink-widgets:open-studio", category: "Other", rank: 0 });

  const asked = new URLSearchParams(location.search).get(ASKED);
  if (isNotebook7(app) && asked) app.restored.then(() => commands.execute("evolink-widgets:open-studio", JSON.parse(asked)));
}
