/** What both widgets are made of: the connection, the log of runs, the lightbox, the live region. */
import { flag, h, join, set, urlOf, write } from "./dom.js";
import { lightbox } from "./lightbox.js";
import { connect, listen } from "./link.js";
import { hasEnded, runView } from "./runs.js";

/** How long a silent kernel is taken for a slow one. */
const PATIENCE = 1500;

/**
 * @param {Context} context
 * @param {string} label
 * @param {(ui: Deck) => Form} [compose] what stands above the log
 */
export function openPanel({ model, el }, label, compose) {
  const ending = new AbortController(),
    { signal } = ending,
    root = h("section", { class: "ew ew-live", label: label }),
    region = h("div.sr", { role: "status" }),
    quiet = h("p.quiet", { hidden: true }, "Not connected to a kernel. The saved pictures are below."),
    log = h("div.runs"),
    hide = h("style"),
    /** @type {Map<string, ReturnType<typeof runView>>} */
    views = new Map(),
    /** @type {Map<string, Picture>} */
    pics = new Map(),
    say = (/** @type {string} */ text) => {
      region.append(h("p", text));
      if (region.children.length > 3) region.firstChild.remove();
    },
    marked = () => views.forEach((view) => view.mark());

  /** @type {Deck} */
  const ui = {
    model,
    say,
    live: false,
    columns: 0,
    selected: new Set(model.get("selected")),
    link: connect(model, signal),
    listen: (name, act) => listen(model, signal, name, act),
    open: (...picture) => enlarge(...picture),
    select(ids, on) {
      for (const id of ids) ui.selected[on ? "add" : "delete"](id);
      model.set("selected", [...ui.selected]);
      model.save_changes();
      marked();
    },
  };
  const { link } = ui,
    enlarge = lightbox(ui, root),
    form = compose?.(ui);
  ui.edit = form?.edit;

  const take = (/** @type {Run} */ run, news = true) => {
      let view = views.get(run.key);
      const before = view?.run.stage;
      if (view) view.update(run);
      else {
        view = runView(ui, run);
        views.set(run.key, view);
        log.prepend(view.el);
        for (const pic of pics.values()) if (pic.key === run.key) view.put(pic);
      }
      if (news && before !== run.stage && (!before || hasEnded(run)))
        say(join(`${run.title}.`, run.charge && `${run.charge.text}.`, run.message ?? run.prompt.slice(0, 80)));
    },
    state = (/** @type {boolean} */ live) => {
      ui.live = live;
      quiet.hidden = live;
      flag(root, "off", !live);
      form?.state(live);
    },
    hello = async () => {
      const timer = setTimeout(state, PATIENCE, false),
        [told] = await link.ask("hello", {}, 12).catch(() => []);
      clearTimeout(timer);
      if (!told) return;
      ui.columns = told.columns;
      write(hide, `.ew-static-${CSS.escape(model.get("_key"))}{display:none!important}`);
      form?.welcome(told);
      state(true);
      for (const run of told.runs) take(run, false);
    };

  link.on.run = ({ run }) => take(run);
  link.on.picture = ({ key, index, width, height, alt }, [bytes]) => {
    const id = `${key}.${index}`,
      view = views.get(key);
    if (pics.has(id)) return;
    const pic = { id, key, index, width, height, alt, url: urlOf(bytes) };
    pics.set(id, pic);
    view?.put(pic);
    if (view && !hasEnded(view.run)) say(`Picture ${index + 1} of ${view.run.n} is ready`);
  };
  ui.listen("change:selected", () => {
    ui.selected = new Set(model.get("selected"));
    marked();
  });
  ui.listen("comm:close", () => state(false));
  // A kernel that restarts changes this; whether it still knows us, only an answer tells.
  ui.listen("comm_live_update", () => {
    write(hide, "");
    hello();
  });

  // JupyterLab takes keys before they arrive here: plain ones would move or delete cells, Ctrl+Enter would run one.
  window.addEventListener(
    "keydown",
    ({ target, key, ctrlKey, metaKey, altKey }) => {
      if (root.contains(target))
        set(root, { "data-lm-suppress-shortcuts": key === "Enter" || !(ctrlKey || metaKey || altKey) || null });
    },
    { capture: true, signal },
  );
  const ticker = setInterval(() => views.forEach((view) => view.tick()), 1000);
  signal.addEventListener("abort", () => {
    clearInterval(ticker);
    pics.forEach(({ url }) => URL.revokeObjectURL(url));
    root.remove();
  });

  root.prepend(hide, region, ...(form?.nodes ?? []), quiet, log);
  el.append(root);
  hello();
  return () => ending.abort();
}
