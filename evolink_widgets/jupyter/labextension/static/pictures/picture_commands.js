/** Commands on one picture or several: of the panel by id, of the file browser by path. */
import { codeOf } from "./picture_acts.js";
import { from, placeOf } from "./places.js";

const parent = (/** @type {string} */ path) => path.split("/").slice(0, -1).join("/");

/** @param {Host} host @param {{ picture?: string, path?: string }} given */
async function found(host, { picture, path = "" }) {
  if (picture) return placeOf(host, picture);
  const name = path.split("/").pop() ?? "";
  return { path, name, alt: name.replace(/\.\w+$/, ""), prompt: "" };
}

/** The bytes of a file under the root. @param {Host} host @param {string} path */
async function fileOf({ app, load }, path) {
  const { ServerConnection } = await load("@jupyterlab/services");
  const url = await app.serviceManager.contents.getDownloadUrl(path);
  const answer = await ServerConnection.makeRequest(url, {}, app.serviceManager.serverSettings);
  if (!answer.ok) throw Error(`The server answered ${answer.status} for ${path}.`);
  const blob = await answer.blob();
  return new File([blob], path.split("/").pop() ?? "picture", { type: blob.type });
}

/** The studio that a person sees, if there is one. @returns {HTMLElement | undefined} */
const studioInSight = () => /** @type {any} */ ([...document.querySelectorAll(".ew-of-studio.ew-live")].find((studio) => studio.checkVisibility()));

/** Gives a studio a file, as if it had been dropped there. @param {HTMLElement} studio @param {File} file */
export function giveTo(studio, file) {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  studio.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}

/** @param {Host} host @param {{ picture?: string, path?: string }} given */
export async function useAsReference(host, given) {
  const { path } = await found(host, given);
  const studio = studioInSight();
  if (studio) {
    giveTo(studio, await fileOf(host, path));
    studio.scrollIntoView({ block: "nearest" });
    return;
  }
  // A picture of a store is beside the notebooks: the studio works where they do.
  const cwd = given.picture ? parent(parent(path)) : parent(path);
  await host.app.commands.execute("evolink-widgets:open-studio", { cwd, references: [from(cwd, path)] });
}

/** @param {Host} host @param {string[]} paths */
export async function compare(host, paths) {
  const cwd = parent(paths[0]);
  await (await import("../kernel/widget_tab.js")).openCompare(host, { cwd, pictures: paths.map((path) => from(cwd, path)) });
}

/** @param {Host} host @param {{ picture?: string, path?: string }} given */
const recipeOf = async (host, given) => {
  const server = /** @type {Server} */ (await host.server);
  return given.picture ? server.get("pictures/facts", { picture: given.picture }) : server.get("recipe", { path: given.path });
};

/** @param {Host} host @param {{ picture?: string, path?: string }} given */
export async function showRecipe(host, given) {
  const [{ Dialog, Notification }, { Widget }] = await Promise.all(["@jupyterlab/apputils", "@lumino/widgets"].map(host.load));
  /** @type {{ rows: [string, string][], text?: string }} */
  let told;
  try {
    told = await recipeOf(host, given);
  } catch (error) {
    Notification.error(/** @type {Error} */ (error).message);
    return;
  }
  const body = new Widget();
  const list = document.createElement("dl");
  Object.assign(list.style, { display: "grid", gridTemplateColumns: "max-content minmax(0, 1fr)", gap: "4px 16px", margin: "0", maxWidth: "60ch" });
  for (const [word, value] of told.rows) {
    const [dt, dd] = ["dt", "dd"].map((tag) => document.createElement(tag));
    Object.assign(dt, { textContent: word });
    Object.assign(dd, { textContent: value, dir: "auto" });
    Object.assign(dd.style, { margin: "0", overflowWrap: "anywhere" });
    list.append(dt, dd);
  }
  body.node.append(list);
  const dialog = new Dialog({
    title: "Recipe",
    body,
    buttons: [Dialog.cancelButton({ label: "Close" }), Dialog.okButton({ label: "Copy as code" })],
  });
  const { button } = await dialog.launch();
  if (button.accept) await copyCode(host, given);
}

/** @param {Host} host @param {{ picture?: string, path?: string }} given */
export async function copyCode(host, given) {
  const { Notification } = await host.load("@jupyterlab/apputils");
  try {
    const { text } = given.picture
      ? await /** @type {Server} */ (await host.server).get("pictures/code", { picture: given.picture })
      : await recipeOf(host, given);
    await navigator.clipboard.writeText(text);
    Notification.success("Code copied.", { autoClose: 3000 });
  } catch (error) {
    Notification.error(/** @type {Error} */ (error).message);
  }
}

/** Alt text that closes no bracket. @param {string} text */
const plain = (text) => text.replace(/[[\]\\`*_<>]/g, "\\$&").replace(/\s+/g, " ").trim();

/**
 * What a picture is in a cell of a kind.
 * @param {{ path: string, name: string, alt: string }} found @param {"code" | "markdown"} kind @param {string} folder the notebook's
 */
export const written = ({ path, name, alt }, kind, folder) =>
  kind === "code" ? codeOf(name) : `![${plain(alt)}](<${from(folder, path).replace(/[<>\\]/g, "\\$&")}>)`;

/** Whether an expression can stand between these two parts of a line. @param {string} before @param {string} after */
const isOpen = (before, after) => /(?:^|[=([{,:+]|\b(?:return|await|in|and|or|not))\s*$/.test(before) && /^\s*(?:$|[)\]},])/.test(after);

/** The two parts of the line of a text that a place is in, and where it ends. @param {string} text @param {number} place */
function lineAt(text, place) {
  const start = text.lastIndexOf("\n", place - 1) + 1;
  const end = (text.indexOf("\n", place) + 1 || text.length + 1) - 1;
  return { before: text.slice(start, place), after: text.slice(place, end), end };
}

/**
 * What is put where, so that it becomes no part of what stands there: at a place where it fits, else on a line of its
 * own below.
 * @param {string} source a cell's @param {number} place @param {string} text @param {"code" | "markdown"} kind
 * @returns {[number, string]}
 */
export function placed(source, place, text, kind) {
  const { before, after, end } = lineAt(source, place);
  const fits = kind === "code" ? isOpen(before, after) : !/\S$/.test(before) && !/^\S/.test(after);
  if (fits) return [place, text];
  return [end, kind === "code" ? `\n${before.match(/^\s*/)}${text}` : `\n\n${text}`];
}

/**
 * Puts a picture into the active cell where the cursor waits for it, else into a cell of its own below.
 * @param {Host} host @param {{ picture?: string, path?: string }} given @param {"code" | "markdown"} kind
 */
export async function insert(host, given, kind) {
  const panel = host.notebooks?.currentWidget;
  if (!panel) return;
  const text = written(await found(host, given), kind, parent(panel.context.path));
  const { activeCell } = panel.content;
  const { editor, model } = activeCell ?? {};
  if (model?.type === kind && editor) {
    const at = editor.getOffsetAt(editor.getCursorPosition());
    const [, put] = placed(model.sharedModel.source, at, text, kind);
    if (put === text) {
      model.sharedModel.updateSource(at, at, text);
      editor.setCursorPosition(editor.getPositionAt(at + text.length));
      return;
    }
  }
  await host.app.commands.execute("notebook:insert-cell-below");
  if (kind === "markdown") await host.app.commands.execute("notebook:change-cell-to-markdown");
  panel.content.activeCell.model.sharedModel.setSource(text);
}
