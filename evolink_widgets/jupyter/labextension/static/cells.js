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
