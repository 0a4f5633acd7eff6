/** Prompt, size, quality, count and Run; problems beside their control, the price before the click. */
import { fill, flag, h, icon, join, make, many, range, set, sleep, token, tool, write } from "./dom.js";

const PAUSE = 150;
const PIXELS = /^(\d*)[x×](\d*)$/i;

/** A box of the proportion, equal in area to all others. @param {number[]} [pixels] */
const shapeOf = ([w, h] = []) => ({ "--w": Math.sqrt(w / h || 1), "--h": Math.sqrt(h / w || 1) });

/** @param {Deck} ui @returns {Form} */
export function composer({ model, link, say, listen }) {
  // The form's own controls hold what is asked; nothing is kept twice.
  const id = token(),
    field = (/** @type {string} */ word, /** @type {...any} */ ...controls) =>
      h("label.field", h("span.label", word), ...controls),
    group = (/** @type {string} */ word, /** @type {any} */ box) => h("div.field", h("span.label", word), box),
    radio = (/** @type {string} */ name, /** @type {string} */ value) => h("input", { type: "radio", name, value }),
    number = (/** @type {string} */ name) => h("input.num", { type: "number", name }),
    select = (/** @type {string} */ name, /** @type {string} */ word) =>
      field(word, h("span.select", h("select", { name }), icon("down"))),
    step = (/** @type {string} */ sign, /** @type {string} */ word, /** @type {string} */ go) =>
      tool("ico", word, sign, () => (count[go](), changed()), { tabindex: -1 }),
    prompt = h("textarea", { name: "prompt", rows: 2, placeholder: "Describe the picture", dir: "auto" }),
    counter = h("span.count.num", { id: `${id}count` }),
    [which, glyph, sizing, ratios, pixelled, runWord, ends, notices, ...slots] = make(
      "span span.glyph span.num div.ratios span.muted.num small span.ends p.notices div div.wrong",
    ),
    fold = h("details.fold", { hidden: true }, h("summary", icon("next"), which), select("model", "Model")),
    sizer = h(
      "button.chip",
      () => {
        tray.hidden = !tray.hidden;
        draw();
      },
      glyph,
      sizing,
      icon("down"),
    ),
    tier = select("resolution", "Tier"),
    width = number("size"),
    height = number("size"),
    edges = h("span.dims", field("Width", width), field("Height", height), "px"),
    tray = h(
      "div.tray",
      { role: "radiogroup", label: "Size" },
      ratios,
      h("div.dims", tier, edges, pixelled, h("label.auto", radio("ratio", "auto"), h("span.opt", "auto"))),
    ),
    levels = h("div.chip.seg", { role: "radiogroup", label: "Quality" }),
    count = number("n"),
    run = h("button.run", { "aria-describedby": `${id}hint`, onclick: () => go() }, "Run", runWord),
    bar = h(
      "div.bar",
      group("Size", sizer),
      tray,
      group("Quality", levels),
      group(
        "Count",
        h("div.chip.steps", step("minus", "One fewer", "stepDown"), count, step("plus", "One more", "stepUp")),
      ),
      run,
      slots[1],
    ),
    frame = h("fieldset.composer", field("Prompt", prompt), slots[0], h("div.under", fold, counter), bar),
    form = h("form", frame),
    hint = h("span", { id: `${id}hint` }),
    at = form.elements;
  /** @type {Welcome} */
  let welcome,
    /** @type {Rules} */
    rules,
    /** @type {Checked} */
    checked = { problems: [], notices: [] },
    sending = false,
    typed = false,
    shown = "",
    turn = 0;

  /** What the controls say, as Python's fields. */
  const read = () =>
      /** @type {any} */ ({
        prompt: prompt.value,
        resolution: at.resolution.value,
        quality: at.quality.value,
        n: count.value && +count.value,
        model: at.model.value,
        size: at.ratio.value === "custom" ? `${width.value}x${height.value}` : at.ratio.value,
      }),
    put = (/** @type {string} */ name, /** @type {any} */ value) => {
      const pixels = name === "size" && PIXELS.exec(value);
      if (pixels) [, width.value, height.value] = pixels;
      if (name === "size") at.ratio.value = pixels ? "custom" : value;
      else at[name].value = value;
    },
    pixelsOf = (/** @type {string} */ size) =>
      PIXELS.test(size)
        ? size.split(/\D/).map(Number)
        : rules.ratios.find(({ ratio }) => ratio === size)?.[at.resolution.value],
    /** Why it cannot run now. */
    reason = () =>
      frame.disabled
        ? " "
        : sending
          ? "Waiting for the kernel…"
          : prompt.value.trim()
            ? checked.problems[0]?.message
            : "Write a prompt to run.",
    go = async () => {
      const why = reason();
      if (why) {
        say(why);
        return prompt.value.trim() || prompt.focus();
      }
      sending = true;
      draw();
      // Never sent twice: an answer that is late is waited for.
      await link.ask("run", { fields: read() }).catch(({ told, message }) => {
        checked = { ...checked, problems: told?.problems ?? [], notices: told?.problems ? [] : [message] };
        say(message);
      });
      sending = false;
      draw();
    },
    /** Something was typed or pressed. */
    changed = () => {
      typed = true;
      check();
    },
    /** What is asked has changed: the rules are asked, a moment after the last change. */
    check = async (fields = read()) => {
      const mine = ++turn;
      draw();
      await sleep(PAUSE);
      if (mine !== turn) return;
      // Set and saved in one go: an echo that comes while somebody types must find nothing newer.
      if (typed) for (const name in fields) if (fields[name] !== "") model.set(name, fields[name]);
      typed = false;
      model.save_changes();
      const [answer] = await link.ask("check", { fields }).catch(() => []);
      if (mine !== turn || !answer) return;
      checked = answer;
      draw();
    },
    draw = () => {
      write(notices, join(...checked.notices));
      if (!rules) return;
      const { size, n, resolution } = read(),
        known = pixelsOf(size),
        auto = size === "auto",
        custom = PIXELS.test(size),
        words = known?.join(" × "),
        said = custom ? `Custom · ${words}` : auto ? "Auto" : `${size} · ${resolution}`,
        { length } = [...prompt.value],
        {
          limits: { prompt: limit },
        } = rules;
      write(counter, `${length.toLocaleString("en")} / ${limit.toLocaleString("en")}`);
      flag(counter, "bad", length > limit);
      write(which, `Model · ${at.model.value}`);
      set(glyph, shapeOf(known));
      flag(glyph, "any", auto);
      write(sizing, said);
      set(sizer, { label: `Size ${said}`, "aria-expanded": !tray.hidden });
      write(pixelled, custom ? "" : auto ? "The service chooses the size." : `${words} px`);
      tier.hidden = custom || auto;
      edges.hidden = !custom;

      const problems = checked.problems.filter((p) => p.field !== "prompt" || prompt.value.trim());
      if (shown !== (shown = JSON.stringify(problems)))
        slots.forEach((slot, i) =>
          fill(
            slot,
            ...problems
              .filter((p) => (p.field !== "prompt") == !!i)
              .map(({ field: name, message, nearest }) =>
                h(
                  "div.problem",
                  { id: id + name },
                  icon("warn"),
                  h("span", message),
                  nearest &&
                    h(
                      "button.btn",
                      () => {
                        put(name, nearest);
                        changed();
                        run.focus();
                      },
                      `Use ${nearest.replace("x", " × ")}`,
                    ),
                ),
              ),
          ),
        );
      for (const box of at) {
        const bad = box.type !== "radio" && problems.some((p) => p.field === box.name);
        if (box.name)
          set(box, {
            "aria-invalid": bad || null,
            "aria-describedby": join(box === prompt && counter.id, bad && id + box.name) || null,
          });
      }

      const why = reason(),
        { price, balance } = checked,
        credits = why || !price ? "" : `${range(price.low, price.high)} credits`;
      set(run, { "aria-disabled": !!why });
      write(runWord, credits && `\u2002${credits}`);
      fill(
        hint,
        ...(price && credits
          ? [
              "About ",
              h("b", `${credits} · ${range(price.usdLow, price.usdHigh, "$")}`),
              h("span.wide", ` for ${many(n)}`),
            ]
          : [why ?? ""]),
      );
      fill(
        ends,
        ...(welcome.simulated
          ? [
              h("span.badge", icon("flask"), "Simulated"),
              `${welcome.keySource ? "" : "No key is set. "}Nothing is charged.`,
            ]
          : balance
            ? [h("span", "Balance ", h("b", balance.text))]
            : []),
      );
    },
    /** @param {Rules} next */
    build = (next) => {
      const {
          n: [min, max],
          edge,
          step: by,
        } = next.limits,
        choice = (/** @type {string} */ value) => h("option", value),
        /** @type {(value: string, pixels?: number[]) => Node} */
        cell = (value, pixels) =>
          h(
            "label.ratio",
            radio("ratio", value),
            h("i", { class: pixels ? "" : "ew-any", ...shapeOf(pixels) }),
            h("span.num", value),
          );
      rules = next;
      fill(ratios, ...rules.ratios.map((entry) => cell(entry.ratio, entry[rules.tiers[0]])), cell("custom"));
      fill(levels, ...rules.qualities.map((value) => h("label", radio("quality", value), h("span.opt", value))));
      fill(at.resolution, ...rules.tiers.map(choice));
      fill(at.model, ...rules.models.map(choice));
      fold.hidden = !rules.models[1];
      bar.hidden = false;
      set(count, { label: "Count", min, max });
      for (const box of at.size) set(box, { min: edge[0], max: edge[1], step: by });
      for (const name in read()) put(name, model.get(name));
    };

  set(form, {
    oninput({ target: { name, value } }) {
      // Custom begins with the pixels that were just in view.
      if (name === "ratio" && value === "custom")
        [width.value, height.value] = pixelsOf(model.get("size")) ?? [1024, 1024];
      changed();
    },
    onkeydown({ key, ctrlKey, metaKey, target }) {
      if (key === "Enter" && (ctrlKey || metaKey)) go();
      if (key !== "Escape" || !tray.contains(target)) return;
      sizer.click();
      sizer.focus();
    },
  });
  link.on.balance = (balance) => {
    checked = { ...checked, balance };
    draw();
  };
  prompt.value = model.get("prompt");
  tray.hidden = frame.disabled = bar.hidden = true;

  return {
    nodes: [form, h("div.foot", hint, ends), notices],
    welcome(told) {
      if (!welcome)
        for (const name of ["prompt", "size", "resolution", "quality", "n", "model"])
          listen(`change:${name}`, () => {
            if (read()[name] === model.get(name)) return;
            put(name, model.get(name));
            check({ ...read(), [name]: model.get(name) });
          });
      welcome = told;
      checked = told.check ?? checked;
      build(told.rules);
      if (!told.check) check();
    },
    state(on) {
      frame.disabled = !on;
      draw();
    },
    /** Puts a prompt back for another try. @param {string} text */
    edit(text) {
      prompt.value = text;
      changed();
      prompt.focus();
    },
  };
}
