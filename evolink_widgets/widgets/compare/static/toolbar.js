/** The controls above the pictures: how they are compared, with which one, how bright, how large. */
import { fill, h, token, tool, write } from "../../base/static/dom.js";

/** Modes by their names, their words and their keys. */
export const MODES = [
  ["slider", "Slider", "s"],
  ["side", "Side by side", "a"],
  ["blink", "Blink", "b"],
  ["difference", "Difference", "d"],
];
/** The scale of 100 %: a pixel of the screen's own for each of the picture. */
export const one = () => 1 / devicePixelRatio;
/** Between two scales. */
export const STEP = 1.25;

/**
 * @param {(name: string, value: any) => void} put sets a trait
 * @param {Glass} view
 * @param {HTMLElement} blinks the buttons of those that take turns
 * @param {HTMLElement} line where results of actions are told
 */
export function toolbar(put, view, blinks, line) {
  const group = token();
  const radios = MODES.map(([value]) =>
    h("input", { type: "radio", name: group, value, onchange: () => put("mode", value) }),
  );
  const labels = MODES.map(([, word, key], i) =>
    h("label", { title: `${word} (${key.toUpperCase()})` }, radios[i], h("span.opt", word)),
  );
  const modes = h("div.seg", { role: "radiogroup", label: "How to compare" }, ...labels);
  const gain = h("input", { type: "range", min: 1, max: 32, step: 1, oninput: () => put("gain", +gain.value) });
  const times = h("span.num");
  const brighter = h("label.gain", h("span.label", "Gain"), gain, times);
  const zoomed = h("button.btn.num", () => view.ask(view.scale === one() ? view.fit : one()));
  const zooms = h(
    "div.zooms",
    { role: "group", label: "Zoom" },
    tool("ico", "Smaller (−)", "minus", () => view.ask(view.scale / STEP)),
    zoomed,
    tool("ico", "Larger (+)", "plus", () => view.ask(view.scale * STEP)),
  );
  const choice = h("select", { onchange: () => put("index", +choice.value) });
  const others = h("label.with", h("span.label", "Compare 1 with"), choice);

  return {
    el: h("div.tools", modes, others, brighter, blinks, line, zooms),

    /** What the first can be compared with. @param {Seen[]} pics all of them, the first first */
    offer(pics) {
      fill(choice, ...pics.slice(1).map(({ id, index, label }) => h("option", { value: id }, `${index + 1} · ${label}`)));
      others.hidden = !pics[2];
    },

    /** @param {string} mode @param {Seen} other which is compared with the first */
    draw(mode, other) {
      for (const [i, radio] of radios.entries()) radio.checked = MODES[i][0] === mode;
      brighter.hidden = mode !== "difference";
      blinks.hidden = mode !== "blink";
      choice.value = other.id;
    },

    /** @param {number} value how many times brighter differences are shown */
    brighten(value) {
      gain.value = value;
      write(times, `× ${Math.round(value * 10) / 10}`);
    },

    /** Says the scale. */
    zoom() {
      write(zoomed, `Zoom ${Math.round((view.scale / one()) * 100)} %`);
      return zoomed.textContent;
    },
  };
}
