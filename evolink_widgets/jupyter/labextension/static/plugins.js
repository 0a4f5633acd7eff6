/** The plugins that the host starts: small, so that its start is not held up; what they open is loaded then. */
import { addCommands } from "./commands.js";
import { settingsOf, shared } from "./host.js";
import { addSide } from "./side.js";

/** What each plugin can use, where the host has it: a package, and the token in it. @type {Record<string, [string, string]>} */
const TOKENS = {
  palette: ["@jupyterlab/apputils", "ICommandPalette"],
  launcher: ["@jupyterlab/launcher", "ILauncher"],
  notebooks: ["@jupyterlab/notebook", "INotebookTracker"],
  files: ["@jupyterlab/filebrowser", "IFileBrowserFactory"],
  settings: ["@jupyterlab/settingregistry", "ISettingRegistry"],
  status: ["@jupyterlab/statusbar", "IStatusBar"],
  restorer: ["@jupyterlab/application", "ILayoutRestorer"],
};

/** @param {any} scope the host's share scope */
export async function pluginsOf(scope) {
  const names = Object.keys(TOKENS);
  const packages = await Promise.all(names.map((name) => shared(scope, TOKENS[name][0]).catch(() => null)));
  const found = names.flatMap((name, i) => {
    const token = packages[i]?.[TOKENS[name][1]];
    return token ? [{ name, token }] : [];
  });
  return [
    {
      // The settings and shortcuts in schemas/ are found by this name.
      id: "evolink-widgets:plugin",
      description: "EvoLink's image studio, its commands and its settings.",
      autoStart: true,
      optional: found.map(({ token }) => token),
      /** @param {any} app @param {any[]} services */
      async activate(app, ...services) {
        const given = Object.fromEntries(found.map(({ name }, i) => [name, services[i]]));
        const host = { app, load: (/** @type {string} */ name) => shared(scope, name), ...given };
        settingsOf(host);
        await addCommands(host);
        // Nothing of the host's start waits for it.
        addSide(host).catch((error) => console.error(error));
      },
    },
  ];
}
