/** What stands under the prompt: a bar with size, quality and count, and the model in a fold. */
import { group, number, option, radio, select } from "./controls.js";
import { fill, h, icon, set, tool, write } from "../../base/static/dom.js";
import { sizePicker } from "./sizes.js";

/**
 * @param {() => void} redraw
 * @param {() => void} changed
 * @param {HTMLElement[]} more what stands behind the controls
 */
export function settingsBar(redraw, changed, ...more) {
  const sizes = sizePicker(redraw);
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
  const word = h("span");
  const model = select("model", "Model");
  const models = h("details.fold", { hidden: true }, h("summary", icon("next"), word), model);
  const bar = h(
    "div.bar",
    { hidden: true },
    group("Size", sizes.chip),
    sizes.tray,
    group("Quality", levels),
    group("Count", steps),
    ...more,
  );

  return {
    bar,
    models,
    sizes,
    /** @param {Rules} rules */
    build(rules) {
      sizes.build(rules);
      fill(levels, ...rules.qualities.map((value) => h("label", radio("quality", value), h("span.opt", value))));
      const [min, max] = rules.limits.n;
      set(count, { label: "Count", min, max });
      bar.hidden = false;
      fill(model.querySelector("select"), ...rules.models.map(option));
      models.hidden = rules.models.length < 2;
    },
    /** @param {string} name the model's */
    draw(name) {
      write(word, `Model · ${name}`);
      sizes.draw();
    },
  };
}
