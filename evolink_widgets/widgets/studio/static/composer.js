/** The composer: prompt, size, quality, count and Run; problems beside their control. */
import { field, group, number, option, radio, select } from "./controls.js";
import { costs } from "./costs.js";
import { fill, flag, h, icon, join, make, set, sleep, token, tool, write } from "../../base/static/dom.js";
import { promptHistory } from "./history.js";
import { presetFold } from "./presets.js";
import { recovery } from "./recovery.js";
import { sizePicker } from "./sizes.js";
import { REFER, referenceTray } from "./tray.js";
import { WORK } from "../../base/static/work.js";

/** How long somebody has stopped typing before Python is asked. */
const PAUSE = 150;
/** The traits that the controls stand for. */
const FIELDS = ["prompt", "size", "resolution", "quality", "n", "model", "references"];

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {Deck} ui @returns {Form} */
export function composer(ui) {
  const { model, link, say, listen } = ui;
  const id = token();

  const prompt = h("textarea", { name: "prompt", rows: 2, placeholder: "Describe the picture", dir: "auto" });
  const counter = h("span.count.num", { id: `${id}count` });
  const modelWord = h("span");
  const models = h("details.fold", { hidden: true }, h("summary", icon("next"), modelWord), select("model", "Model"));

  const sizes = sizePicker(draw);
  const tray = referenceTray(ui, () => changed());
  const earlier = promptHistory(ui, prompt, () => changed());
  const presets = presetFold(ui, () => asked(), apply);
  const levels = h("div.chip.seg", { role: "radiogroup", label: "Quality" });
  const count = number("n");
  const step = (/** @type {string} */ sign, /** @type {string} */ word, /** @type {() => void} */ go) =>
    tool("ico", word, sign, () => (go(), changed()), { tabindex: -1 });
  const steps = h(
    "div.chip.steps",
    step("minus", "One fewer", () => count.stepDown()),
    count,
    step("plus", "One more", () => count.stepUp()),
  );

  const cost = costs(id, (take) => start("reuse", take));
  const runPrice = h("small");
  const run = h("button.run", { "aria-describedby": cost.describes, onclick: () => start("run", run) }, "Run", runPrice);

  // Where the problems of the prompt stand, and those of all other controls.
  const [promptProblems, otherProblems] = make("div div.wrong");
  const bar = h(
    "div.bar",
    { hidden: true },
    group("Size", sizes.chip),
    sizes.tray,
    group("Quality", levels),
    group("Count", steps),
    run,
    otherProblems,
  );
  const frame = h(
    "fieldset.composer",
    { disabled: true },
    field("Prompt", prompt),
    promptProblems,
    h("div.under", tray.el, earlier.el, presets.el, models, counter),
    bar,
  );
  const form = h("form", { oninput, onkeydown }, frame);
  /** The form's own controls hold what is asked; nothing is kept twice. @type {any} */
  const controls = form.elements;

  /** @type {Welcome | undefined} */
  let welcome;
  /** @type {Checked} */
  let checked = { problems: [], notices: [] };
  /** Values of Python's that no control can show; they are asked for all the same. @type {Partial<Fields>} */
  let unshown = {};
  let isTyped = false;
  let turn = 0;
  /** The turns of Python's last answer, and of the last change. */
  let answered = 0;
  let altered = 0;
  let shownProblems = "";

  /** What the controls say, by Python's names. @returns {any} */
  function read() {
    return {
      prompt: prompt.value,
      ...sizes.read(),
      quality: controls.quality.value,
      n: count.value && +count.value,
      model: controls.model.value,
      references: tray.read(),
    };
  }

  /** What is asked. */
  const asked = () => ({ ...read(), ...unshown });

  /** Makes a control say something. @param {string} name @param {any} value */
  function put(name, value) {
    if (name === "size" || name === "resolution") sizes.put(name, value);
    else if (name === "references") tray.put(value ?? []);
    else controls[name].value = value;
  }

  /** Takes what a preset names; all else stays. @param {any} fields */
  function apply({ prompt: text, ...others }) {
    for (const name in others) put(name, others[name]);
    if (text == null) changed();
    else earlier.put(text);
  }

  /** Takes a value that Python has set. @param {string} name */
  function follow(name) {
    const value = model.get(name);
    if (same(asked()[name], value)) return;
    put(name, value);
    const { [name]: _, ...others } = /** @type {any} */ (unshown);
    unshown = same(read()[name], value) ? others : { ...others, [name]: value };
    check();
    altered = turn;
  }

  /** Something was typed or pressed. */
  function changed() {
    isTyped = true;
    unshown = {};
    check();
    altered = turn;
  }

  /** Tells Python what was typed, and returns what is asked. */
  function save() {
    const fields = asked();
    // Set and saved in one go: an echo that comes while somebody types must find nothing newer.
    if (isTyped) for (const name in fields) if (fields[name] !== "") model.set(name, fields[name]);
    isTyped = false;
    model.save_changes();
    return fields;
  }

  /** Asks Python about what the controls say, a moment after the last change. */
  async function check(pause = PAUSE) {
    const mine = ++turn;
    draw();
    await sleep(pause);
    if (mine !== turn) return;
    const fields = save();
    const [answer] = await link.ask("check", { fields }).catch(() => []);
    if (mine !== turn || !answer) return;
    checked = answer;
    answered = mine;
    draw();
  }

  /** Why it cannot be asked for, in a sentence. @param {"run" | "reuse"} kind */
  function reason(kind, isChecked = true) {
    if (ui.busy) return ui.busy;
    if (!prompt.value.trim()) return "Write a prompt to run.";
    if (tray.reason()) return tray.reason();
    if (!isChecked) return null;
    return checked.problems[0]?.message ?? (kind === "run" ? checked.obstacle : null);
  }

  /** Asks for the pictures. @param {"run" | "reuse"} kind anew, or from the store as far as it has them @param {HTMLElement} button */
  async function start(kind, button) {
    // What was typed a moment ago was not checked yet: Python does so again before it sends.
    const why = reason(kind, answered >= altered);
    if (why) {
      say(why);
      if (!prompt.value.trim()) prompt.focus();
      return;
    }
    turn++; // what this comes to is newer than a check that is on its way
    try {
      const fields = save();
      if (await ui.buy(button, kind, { fields }, draw)) earlier.ran(fields.prompt);
    } catch (/** @type {any} */ { told, message }) {
      const problems = told?.problems;
      checked = { ...checked, problems: problems ?? [], notices: problems ? [] : [message] };
      say(message);
    }
    draw();
  }

  function draw() {
    if (!welcome?.rules) return;
    const { n, model: name } = read();
    const { length } = [...prompt.value];
    const most = welcome.rules.limits.prompt;
    write(counter, `${length.toLocaleString("en")} / ${most.toLocaleString("en")}`);
    flag(counter, "bad", length > most);
    write(modelWord, `Model · ${name}`);
    sizes.draw();
    tray.draw(checked.added);
    const hasProblems = drawProblems();

    const why = reason("run") ?? null;
    // Without a kernel nothing is asked for, so nothing has a price.
    const price = frame.disabled
      ? cost.draw({ ...checked, price: null }, n, welcome, null, false)
      : cost.draw(checked, n, welcome, why, hasProblems);
    set(run, { "aria-disabled": !!why });
    write(runPrice, price && `\u2002${price}`);
  }

  /** @returns {boolean} whether there are any */
  function drawProblems() {
    // An empty prompt is what one begins with: Run says it, nothing is red.
    const problems = checked.problems.filter(({ field: name }) => name !== "prompt" || prompt.value.trim());
    if (shownProblems !== (shownProblems = JSON.stringify(problems))) {
      const of = (/** @type {boolean} */ prompts) =>
        problems.filter(({ field: name }) => prompts === (name === "prompt")).map(drawProblem);
      fill(promptProblems, ...of(true));
      fill(otherProblems, ...of(false));
    }
    for (const box of controls) {
      if (!box.name) continue;
      const isBad = box.type !== "radio" && problems.some(({ field: name }) => name === box.name);
      const described = join(box === prompt && counter.id, isBad && id + box.name);
      set(box, { "aria-invalid": isBad || null, "aria-describedby": described || null });
    }
    return problems.length > 0;
  }

  /** @param {Problem} problem */
  function drawProblem({ field: name, message, nearest }) {
    const mend = () => {
      put(name, nearest);
      changed();
      run.focus();
    };
    return h(
      "div.problem",
      { id: id + name },
      icon("warn"),
      h("span", message),
      nearest && controls[name] && h("button.btn", mend, `Use ${nearest.replace("x", " × ")}`),
    );
  }

  /** @param {Rules} rules */
  function build(rules) {
    sizes.build(rules);
    tray.build(rules.limits);
    fill(levels, ...rules.qualities.map((value) => h("label", radio("quality", value), h("span.opt", value))));
    fill(controls.model, ...rules.models.map(option));
    models.hidden = rules.models.length < 2;
    const [min, max] = rules.limits.n;
    set(count, { label: "Count", min, max });
    bar.hidden = false;
    for (const name of FIELDS) put(name, model.get(name));
  }

  /** @param {any} event */
  function oninput({ target: { name, value } }) {
    if (name === "ratio" && value === "custom") sizes.startCustom(model.get("size"));
    changed();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown({ key, ctrlKey, metaKey, target }) {
    if (key === "Enter" && (ctrlKey || metaKey)) start("run", run);
    if (key === "Escape" && sizes.tray.contains(target)) {
      sizes.chip.click();
      sizes.chip.focus();
    }
  }

  // Other panels spend too, and a cell may have set a cap: who comes back here sees what is true now.
  form.addEventListener("focusin", (/** @type {FocusEvent} */ { relatedTarget }) => {
    if (!form.contains(relatedTarget)) check();
  });
  link.on.balance = (balance) => {
    checked = { ...checked, balance };
    draw();
  };
  ui.work = [...WORK, ...REFER];
  ui.refer = (pics, edits) => {
    tray.take(pics);
    if (!edits) return;
    const box = /** @type {HTMLDialogElement | null} */ (form.closest("section")?.querySelector("dialog[open]"));
    const write = () => prompt.focus();
    // A dialog gives the focus back to where it came from; the prompt has it after that.
    box?.addEventListener("close", write, { once: true });
    box ? box.close() : write();
  };
  prompt.value = model.get("prompt");

  return {
    nodes: [recovery(ui), form, ...cost.nodes],
    welcome(told) {
      if (!told.rules) return;
      if (!welcome) for (const name of FIELDS) listen(`change:${name}`, () => follow(name));
      welcome = told;
      build(told.rules);
      check(0);
      earlier.load(1);
      presets.load();
    },
    state(live) {
      frame.disabled = !live;
      draw();
    },
    edit(text) {
      earlier.put(text);
      prompt.focus();
    },
    refresh: () => void check(),
  };
}
