/** The image studio as a tab: a panel, a kernel of its own, and no code in sight. */
import { ASKED } from "./commands.js";
import { addTab, isNotebook7 } from "./host.js";
import { hostIcon } from "./icons.js";
import { startSession, widgetIn } from "./kernel.js";

let count = 0;

/** @param {string} tag @param {string} name @param {...(Node | string)} kids @returns {any} */
function part(tag, name, ...kids) {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...kids);
  return node;
}

/** Python that makes a studio of these arguments. @param {object} given */
const made = (given) =>
  `import evolink_widgets, json\n_evolink_studio = evolink_widgets.ImageStudio(**json.loads(${JSON.stringify(JSON.stringify(given))}))`;

/**
 * @param {Host} host
 * @param {{ cwd?: string, references?: string[] }} args
 */
export async function openStudio(host, { cwd, references }) {
  const { app, load, files, settings } = host;
  const folder = cwd ?? files?.tracker?.currentWidget?.model.path ?? "";
  if (isNotebook7(app) && ![...app.shell.widgets("main")][0]?.tabBar) {
    // A page of a notebook has no room for a tab: the page of files has.
    const { PageConfig } = await load("@jupyterlab/coreutils");
    window.open(`${PageConfig.getBaseUrl()}tree?${ASKED}=${encodeURIComponent(folder)}`);
    return null;
  }
  const [{ Widget }, { MainAreaWidget }, components] = await Promise.all(
    ["@lumino/widgets", "@jupyterlab/apputils", "@jupyterlab/ui-components"].map(load),
  );
  const content = new Widget();
  content.addClass("evolink-studio");
  const said = part("p", "evolink-said", "Starting a kernel…");
  said.setAttribute("role", "status");
  const place = part("div", "evolink-place");
  content.node.append(said, place);
  Object.assign(content.node.style, { overflow: "auto", padding: "12px 16px" });
  const tab = new MainAreaWidget({ content });
  tab.id = `evolink-studio-${++count}`;
  Object.assign(tab.title, { label: "Image studio", closable: true, icon: hostIcon(components, "studio") });
  // A tab has no tool bar to offer.
  tab.toolbar.hide();
  addTab(app, tab);

  /** @type {any} */
  let session;
  let end = () => {};
  const say = (/** @type {string} */ text, /** @type {any[]} */ ...more) => {
    said.replaceChildren(text, ...more);
    said.hidden = !text;
  };
  const button = (/** @type {string} */ word, /** @type {() => void} */ act) => {
    const made = part("button", "jp-Button jp-mod-styled", word);
    Object.assign(made, { type: "button", onclick: act });
    made.style.marginInlineStart = "8px";
    return made;
  };
  const defaults = async () => {
    const { composite } = (await settings?.load("evolink-widgets:plugin").catch(() => null)) ?? { composite: {} };
    return { ...composite.studio, ...(references?.length ? { references } : {}) };
  };
  const open = async () => {
    end();
    end = () => {};
    place.replaceChildren();
    try {
      if (!session || session.isDisposed) {
        say("Starting a kernel…");
        session = await startSession(app, folder, "Image studio");
        session.statusChanged.connect((/** @type {any} */ _, /** @type {string} */ status) => {
          if (tab.isDisposed) return;
          if (status === "autorestarting" || status === "dead")
            say("The kernel has ended. What was paid for is kept; the studio collects it.", button("Start again", open));
        });
        session.disposed.connect(() => {
          if (!tab.isDisposed) say("The kernel was shut down.", button("Start again", open));
        });
      }
      if (tab.isDisposed) return void session.shutdown();
      say("Opening the studio…");
      end = await widgetIn(session.kernel, made(await defaults()), place);
      say("");
    } catch (error) {
      say(/** @type {Error} */ (error).message, button("Try again", open));
    }
  };
  tab.disposed.connect(() => {
    end();
    // Nothing else uses its kernel; what it has asked for is collected by the next one.
    if (session && !session.isDisposed) session.shutdown().catch(() => {});
  });
  await open();
  return tab;
}
