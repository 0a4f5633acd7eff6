/** What both widgets are made of: the connection, the log of runs, the lightbox, the live region. */
import { attrs, h, write } from "./dom.js";
import { lightbox } from "./lightbox.js";
import { connect } from "./link.js";
import { runView } from "./runs.js";

/** How long a silent kernel is taken for a slow one. */
const PATIENCE = 1500;

/**
 * @param {Context} context
 * @param {string} label
 * @param {{ top?: (deck: Deck) => HTMLElement[], welcome?: (message: Welcome) => void,
 *           state?: (live: boolean, late: boolean) => void }} [parts]
 */
export function openPanel({ model, el, signal: given }, label, parts = {}) {
  const ending = new AbortController();
  const { signal } = ending;
  const finish = () => ending.abort();
  given?.addEventListener("abort", finish);

  const root = h("section.ew.ew-live", { "aria-label": label });
  const region = h("div.ew-sr", { role: "status", "aria-live": "polite" });
  const quiet = h("p.ew-quiet", { hidden: true });
  const log = h("div.ew-runs");
  /** @type {Map<string, ReturnType<typeof runView>>} */
  const views = new Map();
  /** @type {Map<string, Picture>} */
  const pictures = new Map();
  let selected = new Set(/** @type {string[]} */ (model.get("selected") ?? []));

  /** @type {Deck} */
  const deck = {
    model, signal, root, live: false, columns: null, editPrompt: null,
    link: connect(model, signal),
    say(text) {
      region.append(h("p", {}, text));
      while (region.children.length > 3) region.firstChild?.remove();
    },
    open: (list, at, from) => enlarge(list, at, from),
    isSelected: (id) => selected.has(id),
    selected: () => [...selected],
    select(ids, on) {
      for (const id of ids) on ? selected.add(id) : selected.delete(id);
      model.set("selected", [...selected]);
      model.save_changes();
      views.forEach((view) => view.select());
    },
  };

  /** @param {Run} run @param {boolean} news */
  const take = (run, news) => {
    const view = views.get(run.key);
    const before = view?.run.stage;
    if (view) view.update(run);
    else {
      const made = runView(deck, run);
      views.set(run.key, made);
      // Newest first; a run that is told late finds its place by its start.
      const after = [...log.children].find((child) => (views.get(/** @type {any} */ (child).dataset.key)?.run.startedAt ?? 0) <= run.startedAt);
      log.insertBefore(made.el, after ?? null);
      made.watch(log);
      pictures.forEach((picture) => picture.key === run.key && made.put(picture));
    }
    if (news && before !== run.stage && (!before || run.endedAt !== null)) {
      deck.say(before ? [run.title, run.charge?.text, run.message].filter(Boolean).join(". ") : `${run.title}: ${run.prompt.slice(0, 80)}`);
    }
  };

  /** @param {any} message @param {DataView[]} buffers */
  const land = (message, buffers) => {
    const id = `${message.key}.${message.index}`;
    if (pictures.has(id) || !buffers[0]) return;
    const url = URL.createObjectURL(new Blob([/** @type {any} */ (buffers[0])], { type: "image/webp" }));
    const picture = { id, url, key: message.key, index: message.index, width: message.width, height: message.height, alt: message.alt, name: message.name };
    pictures.set(id, picture);
    const view = views.get(picture.key);
    view?.put(picture);
    if (view && view.run.endedAt === null) deck.say(`Picture ${picture.index + 1} of ${view.run.n} is ready`);
  };

  const state = (/** @type {boolean} */ live, late = false) => {
    deck.live = live;
    quiet.hidden = live && !late;
    write(quiet, live ? "The kernel is busy. The panel goes on when it is free." : "Not connected to a kernel. The saved pictures are below.");
    root.classList.toggle("ew-off", !live);
    parts.state?.(live, late);
  };

  const hide = h("style");
  const hello = async () => {
    const timer = setTimeout(() => state(false), PATIENCE);
    const { message } = await deck.link.ask("hello", {}, { tries: 12 }).catch(() => ({ message: null }));
    clearTimeout(timer);
    if (!message || signal.aborted) return;
    deck.columns = message.columns ?? null;
    const key = String(model.get("_key") ?? "").replace(/[^\w-]/g, "");
    if (key) write(hide, `.ew-static-${key} { display: none !important; }`);
    state(true);
    parts.welcome?.(message);
    [...message.runs].sort((a, b) => a.startedAt - b.startedAt).forEach((run) => take(run, false));
  };

  deck.link.onLate = (late) => deck.live && state(true, late);
  deck.link.on("run", ({ run }) => take(run, true));
  deck.link.on("picture", land);

  /** @type {[string, (...args: any[]) => void][]} */
  const heard = [
    ["change:selected", () => {
      selected = new Set(model.get("selected") ?? []);
      views.forEach((view) => view.select());
    }],
    ["comm:close", () => state(false)],
    // A kernel that restarts changes this; whether it still knows us, only an answer tells.
    ["comm_live_update", () => (write(hide, ""), state(false), void hello())],
  ];
  heard.forEach(([name, act]) => model.on(name, act));

  // JupyterLab takes keys before they arrive here: plain ones would move or delete cells, Ctrl+Enter would run one.
  window.addEventListener("keydown", (event) => {
    if (!root.contains(/** @type {Node} */ (event.target))) return;
    const ours = event.key === "Enter" || !(event.ctrlKey || event.metaKey || event.altKey);
    attrs(root, { "data-lm-suppress-shortcuts": ours ? "true" : null });
  }, { capture: true, signal });

  const ticker = setInterval(() => views.forEach((view) => view.tick()), 1000);
  signal.addEventListener("abort", () => {
    clearInterval(ticker);
    heard.forEach(([name, act]) => model.off(name, act));
    views.forEach((view) => view.close());
    pictures.forEach(({ url }) => URL.revokeObjectURL(url));
    pictures.clear();
    root.remove();
  });

  const enlarge = lightbox(deck);
  root.append(hide, region, ...(parts.top?.(deck) ?? []), quiet, log);
  el.append(root);
  void hello();
  return finish;
}
