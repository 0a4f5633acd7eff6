/** What the host gives: its shared packages, where we may stand in its window, and its server. */

/**
 * Loads one of the host's own packages; null where this host does not have it.
 * @param {any} scope the host's share scope
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function shared(scope, name) {
  const versions = scope[name];
  if (!versions) return null;
  const newest = (/** @type {string} */ a, /** @type {string} */ b) => b.localeCompare(a, undefined, { numeric: true });
  // One that is loaded already costs nothing, and is the one whose tokens the host knows.
  const all = Object.keys(versions).sort(newest);
  const found = all.find((one) => versions[one].loaded) ?? all[0];
  return (await versions[found].get())();
}

/** @param {any} app */
export const isNotebook7 = (app) => app.name === "Jupyter Notebook";

/**
 * Puts a widget where a person works; Notebook 7 has room for tabs on its page of files only.
 * @param {any} app @param {any} widget
 * @returns {boolean} whether there was a place
 */
export function addTab(app, widget) {
  const { shell } = app;
  if (!isNotebook7(app)) {
    shell.add(widget, "main");
    shell.activateById(widget.id);
    return true;
  }
  const [files] = shell.widgets("main");
  if (!files?.tabBar) return false;
  files.addWidget(widget);
  files.currentWidget = widget;
  return true;
}

/**
 * Where a folder's own settings, files and requests begin; with a slash at its end.
 * @param {any} app
 */
export const settingsOf = (app) => app.serviceManager.serverSettings;
