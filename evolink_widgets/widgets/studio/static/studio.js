/** ImageStudio: a composer with prompt, size, quality, count and Run, above the log of runs. */
import { field, problemLists } from "./controls.js";
import { costs } from "./costs.js";
import { flag, h, icon, num, resting, set, token, withCtrl, write } from "../../base/static/dom.js";
import { homeOf } from "../../pictures/static/home.js";
import { promptHistory } from "./history.js";
import { FIELDS, formFields, orders } from "./orders.js";
import { openPanel } from "../../base/static/panel.js";
import { presetFold } from "./presets.js";
import { settingsBar } from "./settings.js";
import { referenceTray } from "./tray.js";

/**
 * Pictures of the log, and of other panels, can be put into the tray. To edit one, the prompt is empty and next, and one
 * picture is asked for as that one was.
 * @param {Deck} ui
 * @param {HTMLElement} prompt
 * @param {Tray} tray
 * @param {(fields: any) => void} apply
 */
function takePictures(ui, prompt, tray, apply) {
  /** @param {object} [fields] how the picture was asked for */
  function edit(fields) {
    apply({ n: 1, prompt: "", ...fields });
    const box = /** @type {HTMLDialogElement | null} */ (prompt.closest("section")?.querySelector("dialog[open]"));
    const write = () => prompt.focus();
    // A dialog gives the focus back to where it came from; the prompt has it after that.
    box?.addEventListener("close", write, { once: true });
    box ? box.close() : write();
  }

  ui.tray = true;
  ui.refer = async (pics, edits) => {
    tray.take(pics);
    if (!edits) return "In the tray of reference pictures.";
    edit();
    ui.link.ask("asked", { picture: pics[0].id }, 3).then(([{ fields }]) => apply(fields), () => {});
    return "Write what is to change.";
  };
  ui.link.on.refer = ({ references, fields }) => {
    tray.give(references);
    if (fields) edit(fields);
    ui.link.ask("referred").catch(() => {});
  };
}

/** @param {HTMLElement} counter @param {number} length @param {number} most */
function drawLength(counter, length, most) {
  write(counter, `${num(length)} / ${num(most)}`);
  flag(counter, "bad", length > most);
}

/** The line that says what an earlier kernel has paid for and not collected. @param {Deck} ui */
function recovery({ link, say }) {
  const words = h("bdi");
  const collect = h("button.btn.first", () => resting(collect, go), "Collect");
  const el = h("div.banner", { role: "group", label: "Paid and not collected", hidden: true }, icon("saving"), words, collect);

  async function go() {
    try {
      const [{ tasks }] = await link.ask("recover");
      const said = tasks ? `Collecting ${tasks} task${tasks === 1 ? "" : "s"}.` : "Nothing is left to collect.";
      tell(said);
      collect.hidden = true;
      // The button that had the focus is gone; the line keeps it until a person goes on.
      el.tabIndex = -1;
      el.focus();
      el.onblur = () => (el.hidden = true);
    } catch (error) {
      tell(/** @type {Error} */ (error).message, true);
    }
  }

  /** @param {string} text */
  function tell(text, bad = false) {
    write(words, text);
    flag(el, "bad", bad);
    say(text);
  }

  link.on.outstanding = ({ text }) => {
    el.hidden = collect.hidden = false;
    el.onblur = null;
    tell(text);
  };
  return el;
}

/** The line under the log that says how many runs of this notebook it does not show: the cell was run again. @param {Deck} ui */
function pastRuns(ui) {
  const words = h("bdi");
  const show = h("button.btn", () => resting(show, go), "Show");
  const el = h("div.banner", { role: "group", label: "Earlier runs", hidden: true }, words, show);

  async function go() {
    try {
      const [{ runs }] = await ui.link.ask("earlier");
      const log = /** @type {any} */ (el.previousSibling).children;
      const first = log.length;
      for (const run of runs) ui.add?.(run, true);
      log[first]?.querySelector("[tabindex='0']")?.focus();
      ui.say(`${runs.length} earlier run${runs.length === 1 ? "" : "s"} shown.`);
    } catch (error) {
      write(words, /** @type {Error} */ (error).message);
    }
  }

  ui.link.on.earlier = ({ count, text }) => {
    el.hidden = !count;
    write(words, text);
  };
  return { el, state: (/** @type {boolean} */ live) => (show.disabled = !live) };
}

/**
 * Other panels spend too, and a cell may have set a cap: what is true now is seen by coming back here.
 * @param {HTMLElement} form @param {() => void} look
 */
function whenEntered(form, look) {
  form.addEventListener("focusin", (/** @type {any} */ { relatedTarget }) => {
    if (!form.contains(relatedTarget)) look();
  });
}

/** @param {Deck} ui @returns {Form} */
function composer(ui) {
  const { model, listen } = ui;
  const id = token();

  const prompt = h("textarea", { name: "prompt", rows: 1, dir: "auto" });
  const counter = h("span.count.num", { id: `${id}count` });
  const cost = costs(id, (take) => start("reuse", take));
  const runPrice = h("small");
  const run = h("button.run", { "aria-describedby": cost.describes, onclick: () => start("run", run) }, "Run", runPrice);

  const form = h("form", { oninput, onkeydown });
  const problems = problemLists(form.elements, id, counter, (name, value) => {
    fields.put(name, value);
    changed();
    run.focus();
  });
  const settings = settingsBar(draw, changed, run, problems.ofOthers);
  const tray = referenceTray(ui, changed);
  const fields = formFields(model, form.elements, settings.sizes, tray);
  const order = orders(ui, fields, blocked, draw);
  const earlier = promptHistory(ui, prompt, changed);
  const presets = presetFold(ui, fields.asked, apply);
  const past = pastRuns(ui);
  const home = homeOf(ui);
  const frame = h(
    "fieldset.composer",
    { disabled: true },
    field("Prompt", prompt),
    problems.ofPrompt,
    h("div.under", ...[tray.lid, earlier.lid, presets.lid, settings.models].flatMap(({ button, body }) => [button, body]), counter),
    settings.bar,
  );
  form.append(frame);

  /** @type {Welcome | undefined} */
  let welcome;

  /** Takes what a preset names; all else stays. @param {any} preset */
  function apply({ prompt: text, ...others }) {
    for (const name in others) fields.put(name, others[name]);
    if (text == null) changed();
    else earlier.put(text);
  }

  /** Something was typed or pressed. */
  function changed() {
    fields.typed();
    order.alter();
  }

  /** Why it cannot be asked for, whatever Python says. */
  function blocked() {
    return !prompt.value.trim() ? "Write a prompt to run." : tray.reason();
  }

  /** @param {"run" | "reuse"} kind @param {HTMLElement} button */
  function start(kind, button) {
    order.start(kind, button).then((text) => text && earlier.ran(text));
    if (!prompt.value.trim()) prompt.focus();
  }

  function draw() {
    if (!welcome?.rules) return;
    const { checked } = order;
    const { n, model: name } = fields.read();
    drawLength(counter, [...prompt.value].length, welcome.rules.limits.prompt);
    settings.draw(name);
    tray.draw(checked.added);
    set(prompt, { placeholder: tray.read()[0] ? "Describe what is to change" : "Describe the picture" });
    const hasProblems = problems.draw(checked.problems);

    const why = order.reason("run") ?? null;
    const offered = { ...checked, reuse: order.isFresh ? checked.reuse : null };
    const price = cost.draw(offered, n, welcome, why ?? (order.isPriced ? null : "Asking for the price…"), hasProblems || !!ui.trouble);
    set(run, { "aria-disabled": !!why });
    write(runPrice, price && `\u2002${price}`);
  }

  /** @param {any} event */
  function oninput({ target: { name, value } }) {
    if (name === "ratio" && value === "custom") settings.sizes.startCustom(model.get("size"));
    changed();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.key === "Enter" && withCtrl(event) && !event.isComposing) start("run", run);
  }

  whenEntered(form, () => order.check());
  takePictures(ui, prompt, tray, apply);
  prompt.value = model.get("prompt");

  return {
    nodes: [home.banner, recovery(ui), form, ...cost.nodes],
    after: [past.el],
    welcome(told) {
      home.welcome(told);
      if (!told.rules) return;
      if (!welcome) for (const name of FIELDS) listen(`change:${name}`, () => fields.follow(name) && order.alter());
      welcome = told;
      tray.build(told.rules.limits);
      settings.build(told.rules);
      for (const name of FIELDS) fields.put(name, model.get(name));
      order.check(0);
      earlier.load(1);
      presets.load();
    },
    state(live) {
      frame.disabled = !live;
      past.state(live);
      draw();
    },
    edit(text) {
      earlier.put(text);
      prompt.focus();
    },
    refresh: () => void order.check(),
  };
}

const studio = {
  /** @param {Context} context */
  render: (context) => openPanel(context, "studio", "Image studio", composer),
};

export default studio;
