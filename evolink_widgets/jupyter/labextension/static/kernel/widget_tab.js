/** A widget as a tab: a panel, a kernel of its own, and no code in sight. */
import { ASKED } from "../commands.js";
import { isNotebook7, settingsOf } from "../host.js";
import { hostIcon } from "../icons.js";
import { startSession, widgetIn } from "./kernel.js";

let count = 0;

/**
 * Puts a widget where a person works; Notebook 7 has room for tabs on its page of files only.
 * @param {any} app @param {any} widget
 * @returns {boolean} whether there was a place
 */
function addTab(app, widget) {
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

/** @param {string} tag @param {string} name @param {...(Node | string)} kids @returns {any} */
function part(tag, name, ...kids) {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...kids);
  return node;
}

/** A Python literal of JSON. @param {any} value */
const literal = (value) => `json.loads(${JSON.stringify(JSON.stringify(value))})`;

/**
 * @param {Host} host
 * @param {string} title
 * @param {string} folder the kernel's working folder, from the server's root
 * @param {() => Promise<string>} codeOf Python that makes the widget; it is run again with a new kernel
 */
async function openTab(host, title, folder, codeOf) {
  const { app, load } = host;
  const [{ Widget }, { MainAreaWidget }, components] = await Promise.all(
    ["@lumino/widgets", "@jupyterlab/apputils", "@jupyterlab/ui-components"].map(load),
  );
  const content = new Widget();
  content.addClass("evolink-tab");
  const said = part("p", "evolink-said", "Starting a kernel…");
  said.setAttribute("role", "status");
  const place = part("div", "evolink-place");
  content.node.append(said, place);
  Object.assign(content.node.style, { overflow: "auto", padding: "12px 16px", background: "var(--jp-layout-color0)" });
  const tab = new MainAreaWidget({ content });
  tab.id = `evolink-tab-${++count}`;
  Object.assign(tab.title, { label: title, closable: true, icon: hostIcon(components, "studio") });
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
  const button = (/** @type {string} */ word) => {
    const made = part("button", "jp-Button jp-mod-styled", word);
    Object.assign(made, { type: "button", onclick: open });
    made.style.marginInlineStart = "8px";
    return made;
  };
  const open = async () => {
    end();
    end = () => {};
    place.replaceChildren();
    try {
      if (!session || session.isDisposed) {
        say("Starting a kernel…");
        session = await startSession(app, folder, title);
        session.statusChanged.connect((/** @type {any} */ _, /** @type {string} */ status) => {
          if (!tab.isDisposed && (status === "autorestarting" || status === "dead"))
            say("The kernel has ended. What was paid for is kept; the studio collects it.", button("Start again"));
        });
        session.disposed.connect(() => {
          if (!tab.isDisposed) say("The kernel was shut down.", button("Start again"));
        });
      }
      if (tab.isDisposed) return void session.shutdown();
      say("Opening…");
      end = await widgetIn(session.kernel, await codeOf(), place);
      say("");
    } catch (error) {
      say(/** @type {Error} */ (error).message, button("Try again"));
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

/** The folder that a person is in. @param {Host} host */
const folderOf = ({ files, notebooks }) =>
  files?.tracker?.currentWidget?.model.path ?? notebooks?.currentWidget?.context.path.split("/").slice(0, -1).join("/") ?? "";

/**
 * @param {Host} host
 * @param {{ cwd?: string, references?: string[] }} args references are paths from `cwd`
 */
export async function openStudio(host, { cwd, references }) {
  const { app, load } = host;
  const folder = cwd ?? folderOf(host);
  if (isNotebook7(app) && ![...app.shell.widgets("main")][0]?.tabBar) {
    // A page of a notebook has no room for a tab: the page of files has.
    const { PageConfig } = await load("@jupyterlab/coreutils");
    const asked = new URLSearchParams({ [ASKED]: JSON.stringify({ cwd: folder, references }) });
    window.open(`${PageConfig.getBaseUrl()}tree?${asked}`);
    return null;
  }
  return openTab(host, "Image studio", folder, async () => {
    const loaded = await settingsOf(host);
    const given = { ...loaded?.composite.studio, ...(references?.length ? { references } : {}) };
    return `import evolink_widgets, json\n_evolink_studio = evolink_widgets.ImageStudio(**${literal(given)})`;
  });
}

/**
 * @param {Host} host
 * @param {{ cwd: string, pictures: string[] }} args pictures are paths from `cwd`
 */
export const openCompare = (host, { cwd, pictures }) =>
  openTab(
    host,
    "Compare",
    cwd,
    async () => `import evolink_widgets, json\n_evolink_compare = evolink_widgets.ImageCompare(*${literal(pictures)})`,
  );
