/** What stands under the prompt: a bar with size, quality and count, and the model in a fold. */
import { field, fold, group, number, option, radio, select, shapeOf } from "./controls.js";
import { fill, h, icon, ICONS, make, set, tool, write } from "../../base/static/dom.js";

/** The corners of a frame of any proportion. */
ICONS.any = "M2.5 6V3.5H5M11 3.5h2.5V6M13.5 10v2.5H11M5 12.5H2.5V10";

const PIXELS = /^(\d*)[x×](\d*)$/i;
const FIRST = [1024, 1024];

/** The size: a button that says it, and the tray with auto, ratios, tier, and pixels of one's own. @param {() => void} redraw */
function sizePicker(redraw) {
  const [glyph, words] = make("span.glyph span.num");
  const chip = h("button.chip", toggle, glyph, words, icon("down"));

  const ratios = h("div.ratios");
  const tier = select("resolution", "Resolution");
  const width = number("size");
  const height = number("size");
  const edges = h("span.dims", field("Width", width), field("Height", height), "px");
  const pixels = h("span.muted.num");
  const tray = h(
    "div.tray",
    { role: "radiogroup", label: "Size", hidden: true, onkeydown },
    ratios,
    h("div.dims", tier, edges, pixels),
  );
  /** @type {Ratio[]} */
  let known = [];

  function toggle() {
    tray.hidden = !tray.hidden;
    redraw();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown({ key }) {
    if (key !== "Escape") return;
    chip.click();
    chip.focus();
  }

  const tierNow = () => tier.querySelector("select").value;
  const chosen = () => tray.querySelector("[name=ratio]:checked")?.value ?? "";
  const sizeNow = () => (chosen() === "custom" ? `${width.value}x${height.value}` : chosen());

  const read = () => ({ size: sizeNow(), resolution: tierNow() });

  /** Width and height of a size, where they are known. @param {string} size @returns {number[] | undefined} */
  const pixelsOf = (size) =>
    PIXELS.test(size) ? size.split(/\D/).map(Number) : known.find(({ ratio }) => ratio === size)?.[tierNow()];

  /** @param {string} value @param {number[]} [shape] */
  const cell = (value, shape) =>
    h(
      "label.ratio",
      radio("ratio", value),
      value === "auto" ? icon("any") : h("i", { class: shape ? "" : "ew-any", ...shapeOf(shape) }),
      h("span.num", value),
    );

  return {
    chip,
    tray,
    read,

    /** @param {"size" | "resolution"} name @param {string} value */
    put(name, value) {
      if (name === "resolution") {
        tier.querySelector("select").value = value;
        return;
      }
      const own = PIXELS.exec(value);
      if (own) [, width.value, height.value] = own;
      const wanted = own ? "custom" : value;
      for (const box of tray.querySelectorAll("[name=ratio]")) box.checked = box.value === wanted;
    },

    /** Pixels of one's own begin with those that were just in view. @param {string} before */
    startCustom(before) {
      [width.value, height.value] = pixelsOf(before) ?? FIRST;
    },

    /** @param {Rules} rules */
    build({ ratios: all, tiers, limits }) {
      known = all;
      fill(ratios, cell("auto"), ...all.map((entry) => cell(entry.ratio, entry[tiers[0]])), cell("custom"));
      fill(tier.querySelector("select"), ...tiers.map(option));
      const [min, max] = limits.edge;
      for (const box of [width, height]) set(box, { min, max, step: limits.step });
    },

    draw() {
      const { size, resolution } = read();
      const shape = pixelsOf(size);
      const isCustom = PIXELS.test(size);
      const isAuto = size === "auto";
      const times = shape?.join(" × ");
      const said = isCustom ? `Custom · ${times}` : isAuto ? "Auto" : `${size} · ${resolution}`;
      fill(glyph, isAuto ? icon("any") : h("i", shapeOf(shape)));
      write(words, said);
      set(chip, { label: `Size ${said}`, "aria-expanded": !tray.hidden });
      write(pixels, isCustom ? "" : isAuto ? "The service chooses the size." : `${times} px`);
      tier.hidden = isCustom || isAuto;
      edges.hidden = !isCustom;
    },
  };
}

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
  const models = fold(word, () => {}, model);
  models.offer(false);
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
      models.offer(rules.models.length > 1);
    },
    /** @param {string} name the model's */
    draw(name) {
      write(word, `Model · ${name}`);
      sizes.draw();
    },
  };
}
