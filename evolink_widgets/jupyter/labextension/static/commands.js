/** What a person can ask for: by launcher, palette, menu or shortcut. */
import { isNotebook7 } from "./host.js";
import { hostIcon } from "./icons.js";

const CATEGORY = "Pictures";
export const STUDIO = "evolink-widgets:open-studio";
export const INSERT = "evolink-widgets:insert-studio";
export const COLLECT = "evolink-widgets:collect";
/** In the address of Notebook 7's page of files: it opens the studio there, the one page with room for it. */
export const ASKED = "evolink-studio";

/** @param {Host} host */
export async function addCommands(host) {
  const { app, palette, launcher, notebooks, load } = host;
  const components = await load("@jupyterlab/ui-components");
  const icon = hostIcon(components, "studio");
  const { commands } = app;
  const notebook = () => notebooks?.currentWidget;
  const changed = () => [INSERT, COLLECT].forEach((name) => commands.notifyCommandChanged(name));
  notebooks?.currentChanged.connect(changed);

  commands.addCommand(STUDIO, {
    label: "Image studio",
    caption: "A panel that makes pictures, with a kernel of its own",
    icon,
    /** @param {{ cwd?: string, references?: string[] }} args */
    execute: async (args) => (await import("./studio.js")).openStudio(host, args),
  });
  commands.addCommand(INSERT, {
    label: "Insert studio below",
    caption: "A cell with the image studio below the current one, run at once",
    isEnabled: () => !!notebook(),
    execute: async () => (await import("./cells.js")).insertCell(host, "import evolink_widgets as ew\new.ImageStudio()", true),
  });
  commands.addCommand(COLLECT, {
    label: "Collect paid pictures",
    caption: "Fetch the pictures that an earlier kernel paid for and did not live to save",
    /** @param {{ cwd?: string }} args */
    execute: async (args) => (await import("./collect.js")).collect(host, args),
  });

  for (const command of [STUDIO, INSERT, COLLECT]) palette?.addItem({ command, category: CATEGORY });
  launcher?.add({ command: STUDIO, category: "Other", rank: 0 });
  const asked = new URLSearchParams(location.search);
  if (isNotebook7(app) && asked.has(ASKED))
    app.restored.then(() => commands.execute(STUDIO, { cwd: asked.get(ASKED) || "" }));
}
