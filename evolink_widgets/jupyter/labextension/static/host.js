/** What the host gives: its shared packages, and our settings. */

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

const SETTINGS = "evolink-widgets:plugin";

/**
 * Our settings as they are at any time, in `composite`; null where the host has none.
 * @param {Host} host @returns {Promise<any>}
 */
export const settingsOf = (host) =>
  (host.loaded ??= Promise.resolve(host.settings?.load(SETTINGS) ?? null).then(
    (loaded) => {
      const obey = () => askOver(loaded?.composite.askOver || null);
      loaded?.changed.connect(obey);
      obey();
      return loaded;
    },
    // Where a person's word can't be read, every purchase is asked about.
    () => (askOver(0), null),
  ));

/** What every panel of this page reads when it buys: over these credits a person is asked first. @param {number | null} credits */
function askOver(credits) {
  const { dataset } = document.documentElement;
  if (credits == null) delete dataset.evolinkMost;
  else dataset.evolinkMost = `${credits}`;
}
