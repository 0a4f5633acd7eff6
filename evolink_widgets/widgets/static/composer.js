/** Prompt, size, quality, count and Run; problems beside their control, the price before the click. */
import { attrs, codePoints, h, icon, many, pixelWords, range, write } from "./dom.js";

const PAUSE = 150;
const TRAITS = ["prompt", "size", "resolution", "quality", "n", "model"];
const PIXELS = /^\s*(\d*)\s*[x×*]\s*(\d*)\s*$/i;

/** @param {string} word */
const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** @param {Deck} deck */
export function composer(deck) {
  const { model, link, signal } = deck;
  const id = `ew${Math.random().toString(36).slice(2, 9)}`;
  /** @type {Welcome | null} */
  let welcome = null;
  /** @type {Checked | null} */
  let checked = null;
  let live = false;
  let sending = false;
  let checking = new AbortController();
  /** @type {ReturnType<typeof setTimeout>} */
  let pause;
  /** @type {ReturnType<typeof setTimeout>} */
  let saving;
  /** @type {Fields} */
  const fields = { prompt: "", size: "auto", resolution: "1K", quality: "medium", n: 1, model: "" };
  for (const name of TRAITS) /** @type {any} */ (fields)[name] = model.get(name) ?? /** @type {any} */ (fields)[name];

  // ---- controls
  const slot = (/** @type {string} */ name) => h("div.ew-problem", { id: `${id}-${name}-problem`, hidden: true });
  /** @type {Record<string, HTMLElement>} */
  const slots = Object.fromEntries(TRAITS.map((name) => [name, slot(name)]));
  const prompt = h("textarea", { id: `${id}-prompt`, rows: 2, placeholder: "Describe the picture", dir: "auto", spellcheck: "true" });
  const counter = h("span.ew-count.ew-num", { id: `${id}-count` });
  const modelSelect = h("select", { id: `${id}-model`, "aria-label": "Model" });
  const modelWord = h("span");
  const fold = h("details.ew-fold", { hidden: true }, h("summary", {}, icon("next"), modelWord), h("span.ew-select", {}, modelSelect, icon("down")), slots.model);

  const glyph = h("span.ew-glyph", { "aria-hidden": "true" });
  const sizeWord = h("span.ew-num");
  const sizeButton = h("button.ew-chip", { type: "button", id: `${id}-size`, "aria-labelledby": `${id}-sl ${id}-size`, "aria-expanded": false, "aria-controls": `${id}-tray` }, glyph, sizeWord, icon("down"));
  const ratios = h("div.ew-ratios");
  const tier = h("select", { id: `${id}-tier` });
  const tierField = h("span.ew-field", {}, h("label.ew-label", { for: `${id}-tier` }, "Tier"), h("span.ew-select", {}, tier, icon("down")));
  const edge = (/** @type {string} */ name) => h("input.ew-px.ew-num", { id: `${id}-${name}`, type: "number", inputmode: "numeric" });
  const width = edge("width");
  const height = edge("height");
  const pixelField = h("span.ew-dims", {},
    h("span.ew-field", {}, h("label.ew-label", { for: width.id }, "Width"), width),
    h("span.ew-field", {}, h("label.ew-label", { for: height.id }, "Height"), height), h("span.ew-muted", {}, "px"));
  const pixelWord = h("span.ew-muted.ew-num.ew-nowrap");
  const auto = h("label.ew-auto", {}, h("input", { type: "radio", name: `${id}-ratio`, value: "auto" }), h("span", {}, "Auto"));
  const tray = h("div.ew-tray", { id: `${id}-tray`, role: "radiogroup", "aria-label": "Size", hidden: true },
    ratios, h("div.ew-dims", {}, tierField, pixelField, pixelWord, auto), slots.size, slots.resolution);

  const quality = h("div.ew-chip.ew-seg", { role: "radiogroup", "aria-labelledby": `${id}-ql` });
  const count = h("input.ew-num", { id: `${id}-n`, type: "number", inputmode: "numeric" });
  const step = (/** @type {number} */ by, /** @type {string} */ label, /** @type {string} */ sign) =>
    h("button", { type: "button", tabindex: -1, "aria-label": label, onclick: () => {
      const [least, most] = welcome?.rules?.limits.n ?? [1, 10];
      set("n", Math.max(least, Math.min(most, (Number(fields.n) || 0) + by)));
    } }, icon(sign));
  const runWord = h("small");
  const run = h("button.ew-run", { type: "button", "aria-describedby": `${id}-hint`, onclick: () => void go() }, "Run", runWord);
  const label = (/** @type {string} */ spec, /** @type {object} */ props, /** @type {string} */ text) => h(`${spec}.ew-label`, props, text);
  const controls = h("fieldset.ew-composer", { disabled: true, "aria-label": "Ask for pictures" },
    h("div.ew-prompt", {}, label("label", { for: prompt.id }, "Prompt"), prompt, slots.prompt),
    h("div.ew-under", {}, fold, counter),
    h("div.ew-bar", {},
      h("div.ew-field", {}, label("span", { id: `${id}-sl` }, "Size"), sizeButton), tray,
      h("div.ew-field", {}, label("span", { id: `${id}-ql` }, "Quality"), quality),
      h("div.ew-field", {}, label("label", { for: count.id }, "Count"), h("div.ew-chip.ew-step", {}, step(-1, "One fewer", "minus"), count, step(1, "One more", "plus"))),
      run, slots.quality, slots.n));

  // ---- foot
  const hint = h("span.ew-hint", { id: `${id}-hint` });
  const badge = h("span.ew-badge", { hidden: true }, icon("flask"), "Simulated");
  const keyWord = h("span", { hidden: true });
  const balance = h("span.ew-balance", { hidden: true });
  const notices = h("p.ew-notices", { hidden: true });
  const trouble = h("p.ew-trouble", { role: "alert" });
  const foot = h("div.ew-foot", {}, hint, h("span.ew-end-side", {}, badge, keyWord, balance));

  // ---- one way in for every change, typed here or set in Python
  /** @param {string} name @param {any} value */
  const set = (name, value, told = false) => {
    const store = /** @type {any} */ (fields);
    if (store[name] === value) return;
    store[name] = value;
    if (!told && (name !== "n" || Number.isInteger(value))) {
      model.set(name, value);
      clearTimeout(saving);
      saving = setTimeout(() => model.save_changes(), name === "prompt" ? PAUSE : 0);
    }
    draw();
    check();
  };

  const entry = () => welcome?.rules?.ratios.find(({ ratio }) => ratio === fields.size);
  /** @returns {[number, number] | null} */
  const pixels = () => {
    const custom = PIXELS.exec(fields.size);
    if (custom) return Number(custom[1]) && Number(custom[2]) ? [Number(custom[1]), Number(custom[2])] : null;
    return entry()?.[fields.resolution] ?? null;
  };

  const check = () => {
    clearTimeout(pause);
    checking.abort();
    if (!live) return;
    pause = setTimeout(async () => {
      checking = new AbortController();
      const answer = await link.ask("check", { fields }, { signal: checking.signal }).catch(() => null);
      if (!answer) return;
      checked = answer.message;
      draw();
    }, PAUSE);
  };

  const reason = () => {
    const limit = welcome?.rules?.limits.prompt ?? 32_000;
    if (!live) return "Not connected to a kernel.";
    if (sending) return "Sending.";
    if (!fields.prompt.trim()) return "Write a prompt to run.";
    if (codePoints(fields.prompt) > limit) return `The prompt is ${many(codePoints(fields.prompt) - limit, "character")} too long.`;
    return checked?.problems[0]?.message ?? "";
  };

  const go = async () => {
    if (run.ariaDisabled === "true") {
      deck.say(reason());
      const wrong = checked?.problems[0]?.field;
      return !fields.prompt.trim() || wrong === "prompt" ? prompt.focus() : wrong === "n" ? count.focus() : undefined;
    }
    sending = true;
    write(trouble, "");
    draw();
    model.save_changes();
    try {
      // Never sent twice: an answer that is late is waited for.
      await link.ask("run", { fields });
    } catch (error) {
      const told = /** @type {any} */ (error).answer;
      if (told?.problems?.length) checked = { notices: [], pixels: null, price: null, balance: null, ...checked, problems: told.problems };
      else if (told) write(trouble, told.message ?? "This run was refused.");
    }
    sending = false;
    draw();
  };

  // ---- drawing
  const drawSize = () => {
    const custom = PIXELS.exec(fields.size);
    const size = pixels();
    const kind = custom ? "custom" : fields.size;
    const form = size ? size[0] / size[1] : 1;
    attrs(glyph, { "--w": Math.sqrt(form), "--h": 1 / Math.sqrt(form) });
    glyph.classList.toggle("ew-any", fields.size === "auto");
    write(sizeWord, custom ? `Custom · ${size ? pixelWords(size) : "?"}` : fields.size === "auto" ? "Auto" : `${fields.size} · ${fields.resolution}`);
    for (const radio of tray.querySelectorAll("input[type=radio]")) radio.checked = radio.value === kind;
    tierField.hidden = kind === "custom" || kind === "auto";
    pixelField.hidden = kind !== "custom";
    write(pixelWord, custom ? "" : fields.size === "auto" ? "The service chooses the size." : size ? `${pixelWords(size)} px` : "");
    if (custom) [width, height].forEach((field, i) => document.activeElement !== field && field.value !== custom[i + 1] && (field.value = custom[i + 1]));
    tier.value = fields.resolution;
  };

  /** Problems beside their control; the field is marked and described by them. */
  const drawProblems = () => {
    /** @type {Record<string, HTMLElement[]>} */
    const marked = { prompt: [prompt], size: [width, height, sizeButton], resolution: [tier], quality: [quality], n: [count], model: [modelSelect] };
    for (const name of TRAITS) {
      const here = name === "prompt" && !fields.prompt.trim() ? [] : (checked?.problems ?? []).filter((p) => p.field === name);
      const box = slots[name];
      const text = here.map((p) => p.message + p.nearest).join();
      if (box.dataset.text !== text) {
        box.dataset.text = text;
        box.replaceChildren(...here.flatMap((p) => [icon("warn"), h("span", {}, p.message), p.nearest !== null && use(name, p.nearest)]).filter(Boolean));
      }
      box.hidden = !here.length;
      for (const field of marked[name]) {
        const described = [field === prompt && counter.id, here.length && box.id].filter(Boolean).join(" ");
        attrs(field, { "aria-invalid": here.length && field !== sizeButton && field !== quality ? "true" : null, "aria-describedby": described || null });
      }
      if (name === "size") sizeButton.classList.toggle("ew-wrong", !!here.length);
    }
    const strangers = (checked?.problems ?? []).filter((p) => !TRAITS.includes(p.field)).map((p) => p.message);
    const lines = [...strangers, ...(checked?.notices ?? [])];
    notices.hidden = !lines.length;
    write(notices, lines.join(" "));
  };
  const use = (/** @type {string} */ name, /** @type {string} */ nearest) =>
    h("button.ew-btn", { type: "button", onclick: () => {
      set(name, name === "n" ? Number(nearest) : nearest);
      /** @type {any} */ ({ size: tray.hidden ? sizeButton : width, n: count, resolution: tier, model: modelSelect })[name]?.focus();
    } }, `Use ${nearest.replace(/^(\d+)x(\d+)$/i, "$1 × $2")}`);

  const drawFoot = () => {
    const why = reason();
    const price = why ? null : checked?.price;
    attrs(run, { "aria-disabled": !!why });
    run.classList.toggle("ew-busy", sending);
    write(runWord, price ? `${range(price.low, price.high)} credits` : "");
    if (why || !price) hint.replaceChildren(why);
    else {
      const money = `${range(price.low, price.high)} credits · ${range(price.usdLow, price.usdHigh, "$")}`;
      hint.replaceChildren("About ", h("b", {}, money), h("span.ew-wide", {}, ` for ${many(Number(fields.n))}`));
    }
    badge.hidden = !welcome?.simulated;
    keyWord.hidden = !welcome?.simulated;
    write(keyWord, welcome?.keySource ? "Nothing is charged." : "No key is set. Nothing is charged.");
    const left = checked?.balance;
    balance.hidden = !left || !!welcome?.simulated;
    if (left) balance.replaceChildren("Balance ", h("b", {}, left.text));
  };

  const draw = () => {
    if (prompt.value !== fields.prompt) prompt.value = fields.prompt;
    const limit = welcome?.rules?.limits.prompt ?? 32_000;
    const length = codePoints(fields.prompt);
    write(counter, `${length.toLocaleString("en")} / ${limit.toLocaleString("en")}`);
    counter.classList.toggle("ew-bad", length > limit);
    if (document.activeElement !== count || Number.isInteger(fields.n)) if (count.value !== String(fields.n)) count.value = String(fields.n);
    for (const radio of quality.querySelectorAll("input")) radio.checked = radio.value === fields.quality;
    modelSelect.value = fields.model;
    write(modelWord, `Model · ${fields.model}`);
    drawSize();
    drawProblems();
    drawFoot();
  };

  // ---- what Python's rules fill in
  /** @param {Rules} rules */
  const build = (rules) => {
    const cell = (/** @type {string} */ value, form = 1) =>
      h("label.ew-ratio", {}, h("input", { type: "radio", name: `${id}-ratio`, value }),
        h(value === "custom" ? "i.ew-any" : "i", { "aria-hidden": "true", "--w": Math.sqrt(form), "--h": 1 / Math.sqrt(form) }),
        h("span", value === "custom" ? {} : { class: "ew-num" }, capital(value)));
    ratios.replaceChildren(...rules.ratios.map(({ ratio }) => cell(ratio, Number(ratio.split(":")[0]) / Number(ratio.split(":")[1]))), cell("custom"));
    tier.replaceChildren(...rules.tiers.map((name) => h("option", { value: name }, name)));
    quality.replaceChildren(...rules.qualities.map((name) =>
      h("label", {}, h("input", { type: "radio", name: `${id}-quality`, value: name }), h("span", { "data-t": capital(name) }, capital(name)))));
    modelSelect.replaceChildren(...rules.models.map((name) => h("option", { value: name }, name)));
    fold.hidden = rules.models.length < 2;
    const { n, edge: [least, most], step: by } = rules.limits;
    attrs(count, { min: n[0], max: n[1] });
    for (const field of [width, height]) attrs(field, { min: least, max: most, step: by });
  };

  // ---- listening
  prompt.addEventListener("input", () => set("prompt", prompt.value));
  sizeButton.addEventListener("click", () => {
    tray.hidden = !tray.hidden;
    attrs(sizeButton, { "aria-expanded": !tray.hidden });
  });
  tray.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    sizeButton.click();
    sizeButton.focus();
  });
  tray.addEventListener("change", (/** @type {Event} */ event) => {
    const radio = /** @type {HTMLInputElement} */ (event.target);
    if (radio.type !== "radio") return;
    set("size", radio.value === "custom" ? (pixels() ?? [1024, 1024]).join("x") : radio.value);
  });
  for (const field of [width, height]) {
    field.addEventListener("input", () => set("size", `${width.value}x${height.value}`));
    field.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
      const both = PIXELS.exec(event.clipboardData?.getData("text") ?? "");
      if (!both) return;
      event.preventDefault();
      [width.value, height.value] = both.slice(1);
      set("size", `${width.value}x${height.value}`);
    });
  }
  tier.addEventListener("change", () => set("resolution", tier.value));
  modelSelect.addEventListener("change", () => set("model", modelSelect.value));
  quality.addEventListener("change", (/** @type {any} */ event) => set("quality", event.target.value));
  count.addEventListener("input", () => set("n", /^\d+$/.test(count.value) ? Number(count.value) : count.value));
  controls.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    void go();
  });
  link.on("balance", (told) => {
    if (checked) checked.balance = told;
    drawFoot();
  });
  /** @type {[string, () => void][]} */
  const heard = TRAITS.map((name) => [`change:${name}`, () => set(name, model.get(name), true)]);
  heard.push(["change:error", () => write(trouble, model.get("error") ?? "")]);
  heard.forEach(([name, act]) => model.on(name, act));
  signal.addEventListener("abort", () => {
    clearTimeout(pause);
    clearTimeout(saving);
    heard.forEach(([name, act]) => model.off(name, act));
  });
  deck.editPrompt = (text) => {
    set("prompt", text);
    prompt.focus();
    prompt.setSelectionRange(text.length, text.length);
  };
  write(trouble, model.get("error") ?? "");
  draw();

  return {
    nodes: [controls, foot, notices, trouble],
    /** @param {Welcome} message */
    welcome(message) {
      welcome = message;
      checked = message.check ?? null;
      if (message.rules) build(message.rules);
      draw();
      if (!message.check) check();
    },
    /** @param {boolean} connected */
    state(connected) {
      live = connected;
      controls.disabled = !live;
      draw();
    },
  };
}
