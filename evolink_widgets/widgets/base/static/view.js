/** What every widget is made of: its root, the connection, the selection, the lightbox, the live region. */
import { atEnd, flag, h, isComposed, isPlain, set, write } from "./dom.js";
import { lightbox } from "../../lightbox/static/lightbox.js";
import { connect, listen } from "./link.js";
import { onePress } from "./press.js";
import { troubleOf } from "./trouble.js";

/** How long a silent kernel is taken for a slow one, at first and when its connection is back. */
const PATIENCE = 1500;
const RETURN = 60_000;
/** How often a kernel is asked whether it knows us. */
const HELLOS = 12;

/** How often the host is asked how the kernel is. */
const LOOK = 1000;

/** Keys that, with Ctrl or Cmd, edit a text box or select pictures of a gallery, as Home: they belong to what has the focus. */
const EDITS = /^([acvxyzZ]|[A-Z]..+)$/;

/**
 * Puts copies in their places inside ipywidgets' Outputs: no update of a display reaches into one, and only the
 * page knows all that it holds.
 * @param {Model} model @param {Messages["copy"]} told
 */
async function standIn(model, { outputs, put, replaces }) {
  for (const id of outputs) {
    const output = await model.widget_manager?.get_model?.(id);
    const held = output?.outputs;
    let found = false;
    for (let i = 0; i < (held?.length ?? 0); i++) {
      const text = JSON.stringify(held.get(i).toJSON());
      const mark = Object.keys(put).find((one) => text.includes(one));
      if (!mark) continue;
      held.set(i, { output_type: "display_data", metadata: {}, data: put[mark] });
      found = true;
    }
    if (!found) continue;
    output.set("outputs", held.toJSON(), { newMessage: true });
    output.save_changes();
    if (replaces) model.send({ kind: "replaced" });
  }
}

/**
 * @param {Context} context
 * @param {string} name the widget's, as in assets.py: its style sheet is for views of this name alone
 * @param {string} label
 * @param {(ui: Deck) => Part} build what is particular to the widget
 */
export function openView({ model, el }, name, label, build) {
  const ending = new AbortController();
  const { signal } = ending;
  const root = h("section", { class: `ew ew-of-${name} ew-live tex2jax_ignore`, label });
  const region = h("div.sr", { role: "status" });
  const quiet = h("p.quiet", { hidden: true });
  /** Hides the static copy while the live one is here. */
  const hide = h("style");
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let looking;

  /** @param {string} text */
  function say(text) {
    region.append(h("p", text));
    if (region.children.length > 3) region.firstChild.remove();
  }

  // What buys is added by the widgets that do.
  const ui = /** @type {Deck} */ ({
    model,
    say,
    busy: "",
    followBusy: new Set(),
    pressedAt: 0,
    signal,
    live: false,
    trouble: "",
    columns: 0,
    selected: new Set(model.get("selected")),
    link: connect(model, signal),
    listen: (name, act) => listen(model, signal, name, act),
    open: (...picture) => enlarge(...picture),
    select(ids, on) {
      for (const id of ids) ui.selected[on ? "add" : "delete"](id);
      model.set("selected", [...ui.selected]);
      model.save_changes();
      part.mark();
    },
  });
  onePress(root, ui);
  // In this order: what can be done with a picture is known once the part is built.
  const part = build(ui);
  const enlarge = lightbox(ui, root);

  /** Draws how the kernel is, where that has changed, and says it. @param {boolean} [live] whether Python answers @param {boolean} [isNew] */
  function look(live = ui.live, isNew = false) {
    // What was asked and is given up at the end comes here once more.
    if (signal.aborted) return;
    looking ??= setInterval(look, LOOK);
    const trouble = troubleOf(model, live);
    if (!isNew && live === ui.live && trouble === ui.trouble) return;
    const isBack = ui.live && ui.trouble && !trouble;
    Object.assign(ui, { live, trouble });
    write(quiet, trouble);
    quiet.hidden = !trouble;
    flag(root, "off", trouble);
    part.state(live);
    if (trouble) say(trouble);
    if (!isBack) return;
    say("The kernel is there again.");
    // What happened meanwhile was not told here.
    hello(RETURN);
  }

  async function hello(patience = PATIENCE) {
    const timer = setTimeout(look, patience, false);
    const [told] = await ui.link.ask("hello", {}, HELLOS).catch(() => []);
    clearTimeout(timer);
    if (!told) return look(false);
    write(hide, `.ew-static-${CSS.escape(model.get("_key"))}{display:none!important}`);
    for (const button of root.querySelectorAll("[data-rests]")) set(button, { "aria-disabled": null });
    part.welcome(told);
    look(true, true);
  }

  // Another service is in use: what was told of the one before holds no longer.
  ui.link.on.anew = () => hello(RETURN);
  ui.link.on.copy = (told) => standIn(model, told);
  ui.listen("change:selected", () => {
    ui.selected = new Set(model.get("selected"));
    part.mark();
  });
  ui.listen("comm:close", () => look(false));
  // A kernel that restarts changes this; whether it still knows us, only an answer tells.
  ui.listen("comm_live_update", () => {
    write(hide, "");
    hello();
  });

  // JupyterLab's keys: plain ones would move or delete cells, Ctrl+Enter would run one, Ctrl+Z undo the code cell,
  // and a guard of its own eats the line break of Enter in a cell's text box. It listens on the document; before 4.1
  // it took a key before it arrived here.
  const isOurs = (/** @type {any} */ pressed) =>
    pressed.key === "Enter" || isPlain(pressed) || isComposed(pressed) || (EDITS.test(pressed.key) && pressed.target.closest("textarea,input,.ew-wall"));
  window.addEventListener(
    "keydown",
    (pressed) => {
      if (root.contains(pressed.target)) set(root, { "data-lm-suppress-shortcuts": isOurs(pressed) || null });
    },
    { capture: true, signal },
  );
  root.addEventListener("keydown", (/** @type {any} */ pressed) => {
    if (isOurs(pressed)) pressed.stopPropagation();
  });
  atEnd(signal, () => {
    root.remove();
    clearInterval(looking);
  });

  root.prepend(hide, region, ...part.nodes, quiet, ...(part.log ?? []));
  el.append(root);
  hello();
  return () => ending.abort();
}
