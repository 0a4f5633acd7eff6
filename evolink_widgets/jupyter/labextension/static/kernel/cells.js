/** Cells of the notebook that a person is in. */

/**
 * Puts a code cell below the current one.
 * @param {Host} host @param {string} source @param {boolean} [run]
 */
export async function insertCell({ app, notebooks }, source, run = false) {
  const content = notebooks?.currentWidget?.content;
  if (!content) return;
  await app.commands.execute("notebook:insert-cell-below");
  content.activeCell.model.sharedModel.setSource(source);
  // The host's command for a cell that has just been inserted acts on the active one.
  if (run) await app.commands.execute("notebook:run-cell");
}

/**
 * Opens the notebook that asked for a task, at the cell that holds its prompt.
 * @param {Host} host @param {Ongoing} task @param {string} folder the store's parent, where its notebook is
 */
export async function goToTask({ app, load }, { notebook, prompt }, folder) {
  if (!notebook?.endsWith(".ipynb")) return;
  const path = folder ? `${folder}/${notebook}` : notebook;
  const panel = await app.commands.execute("docmanager:open", { path }).catch(async (/** @type {Error} */ error) => {
    (await load("@jupyterlab/apputils")).Notification.error(`${notebook} can't be opened: ${error.message}`);
  });
  if (!panel?.content?.widgets) return;
  await panel.context.ready;
  await panel.revealed;
  // The journal knows the notebook; which cell it was is told by the prompt in it.
  const words = prompt.slice(0, 40);
  const at = panel.content.widgets.findIndex((/** @type {any} */ cell) => words && cell.model.sharedModel.source.includes(words));
  if (at < 0) return;
  panel.content.activeCellIndex = at;
  await panel.content.scrollToItem?.(at);
}
