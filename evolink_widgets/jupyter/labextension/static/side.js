/** The panel's place in the window, and the line in the status bar; both are filled once they are seen. */
import { isNotebook7, settingsOf } from "./host.js";
import { hostIcon } from "./icons.js";
import { serverOf } from "./server.js";

const ID = "evolink-side";

/** The host's section heads as buttons: its own are headings, which may not say that they are expanded. @param {any} components */
function rendererOf({ SidePanel }) {
  const own = new SidePanel().content.renderer;
  return Object.create(own, {
    createSectionTitle: {
      /** @param {any} title */
      value(title) {
        const heading = own.createSectionTitle(title);
        const head = document.createElement("div");
        for (const { name, value } of heading.attributes) head.setAttribute(name, value);
        head.setAttribute("role", "button");
        head.append(...heading.childNodes);
        return head;
      },
    },
  });
}

/** @param {Host} host */
export async function addSide(host) {
  const { app, load, restorer, status } = host;
  const [components, { MessageLoop }, { Widget }] = await Promise.all(
    ["@jupyterlab/ui-components", "@lumino/messaging", "@lumino/widgets"].map(load),
  );
  host.server = serverOf(host);
  globalThis.evolinkHome = (mark) => import("./home.js").then(({ takeHome }) => takeHome(host, mark));
  const side = new components.SidePanel({ renderer: rendererOf(components) });
  side.id = ID;
  side.addClass("evolink-side");
  Object.assign(side.title, { caption: "Pictures", icon: hostIcon(components, "panel") });
  side.node.setAttribute("role", "region");
  side.node.setAttribute("aria-label", "Tasks, pictures and spending");
  let isFilled = false;
  const fill = () => {
    if (isFilled || !side.isVisible) return;
    isFilled = true;
    import("./panel/panel.js").then(({ fillPanel }) => fillPanel(host, side));
  };
  MessageLoop.installMessageHook(side, (/** @type {any} */ _, /** @type {any} */ { type }) => {
    if (type === "after-show" || type === "after-attach") queueMicrotask(fill);
    return true;
  });
  const isRight = isNotebook7(app);
  app.shell.add(side, isRight ? "right" : "left", { rank: 600 });
  restorer?.add(side, ID);
  app.commands.addCommand("evolink-widgets:show-panel", {
    label: "Show the pictures panel",
    caption: "What runs, the pictures, what was spent",
    execute: () => (isRight ? app.shell.expandRight(ID) : app.shell.activateById(ID)),
  });
  if (!status) return;

  const { Signal } = await load("@lumino/signaling");
  const item = new Widget({ node: document.createElement("button") });
  item.node.type = "button";
  item.addClass("evolink-status");
  Object.assign(item.node.style, { border: "0", background: "none", color: "inherit", font: "inherit", cursor: "pointer", padding: "0 8px" });
  item.node.onclick = () => app.commands.execute("evolink-widgets:show-panel");
  const changed = new Signal(item);
  let words = "";
  let isWanted = true;
  const isActive = () => isWanted && !!words;
  status.registerStatusItem("evolink-widgets:status", { item, align: "left", rank: 50, isActive, activeStateChanged: changed });
  const loaded = await settingsOf(host);
  const obey = () => {
    isWanted = loaded?.composite.statusBar ?? true;
    changed.emit(void 0);
  };
  loaded?.changed.connect(obey);
  obey();
  // What the line says is asked for when the page has nothing better to do.
  await app.restored;
  await new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve));
  (await host.server).listen((told) => {
    if (told.kind !== "state") return;
    words = saidOf(told);
    item.node.textContent = words;
    changed.emit(void 0);
    if (told.machine) import("./home.js").then(({ offerHome }) => offerHome(host, told)).catch(console.error);
  });
}

/** "3 running, 1 needs you · 36.4 credits today"; nothing where there is neither. @param {any} told */
function saidOf({ tasks, spending: { charged, unreported, simulated, badge } }) {
  const needs = tasks.filter((/** @type {Ongoing} */ task) => task.needs).length;
  const running = tasks.length - needs;
  const count = [running && `${running} running`, needs && `${needs} ${needs === 1 ? "needs" : "need"} you`].filter(Boolean).join(", ");
  const spent = charged + unreported;
  const credits = spent >= 0.05 ? `${spent.toFixed(1).replace(/\.0$/, "")} credits today` : "";
  return [count, simulated ? count && (badge || "simulated").toLowerCase() : credits].filter(Boolean).join(" · ");
}
