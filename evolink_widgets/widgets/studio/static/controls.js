/** The controls that the composer is built from, native ones, each with its word; and the problems beside them. */
import { fill, h, icon, join, make, set, token } from "../../base/static/dom.js";

/** A box of the proportion, equal in area to all others. @param {number[]} [pixels] */
export const shapeOf = ([width, height] = []) => ({
  "--w": Math.sqrt(width / height || 1),
  "--h": Math.sqrt(height / width || 1),
});

/** One control with its label. @param {string} word @param {...any} controls */
export const field = (word, ...controls) => h("label.field", h("span.label", word), ...controls);

/** Several controls under one word, which they say themselves. @param {string} word @param {any} box */
export const group = (word, box) => h("div.field", h("span.label", word), box);

/**
 * Something that is folded away: its button stands in a row with others, and what it opens below that row, so that the
 * buttons stay where they are.
 * @param {Node | string} word @param {() => void} opened called when it is opened @param {...any} kids
 */
export function fold(word, opened, ...kids) {
  const body = h("div.unfolded", { id: token(), hidden: true }, ...kids);
  const button = h("button.fold", { "aria-expanded": false, "aria-controls": body.id, onclick: () => open(body.hidden) }, icon("next"), word);

  /** @param {boolean} on */
  function open(on) {
    if (body.hidden !== on) return;
    body.hidden = !on;
    set(button, { "aria-expanded": on });
    if (on) opened();
  }

  return {
    button,
    body,
    open,
    get isOpen() {
      return !body.hidden;
    },
    /** Whether there is anything in it. @param {boolean} on */
    offer(on) {
      button.hidden = !on;
      if (!on) open(false);
    },
  };
}

/** @param {string} name @param {string} value */
export const radio = (name, value) => h("input", { type: "radio", name, value });

/** The wheel over it scrolls the page: with the focus, it would count instead, and another count costs more. @param {string} name */
export const number = (name) => h("input.num", { type: "number", name, onwheel: (/** @type {any} */ { target }) => target.blur() });

/** @param {string} name @param {string} word */
export const select = (name, word) => field(word, h("span.select", h("select", { name }), icon("down")));

/** @param {string} value */
export const option = (value) => h("option", value);

/**
 * @param {any} controls those of the form
 * @param {string} id begins the ids of the problems
 * @param {HTMLElement} counter describes the prompt, too
 * @param {(name: string, value: string) => void} mend takes the value that is offered in its place
 */
export function problemLists(controls, id, counter, mend) {
  // Where the problems of the prompt stand, and those of all other controls.
  const [ofPrompt, ofOthers] = make("div div.wrong");
  let shown = "";

  /** @param {Problem} problem */
  const one = ({ field, message, nearest }) =>
    h(
      "div.problem",
      { id: id + field },
      icon("warn"),
      h("span", message),
      nearest && controls[field] && h("button.btn", () => mend(field, nearest), `Use ${nearest.replace("x", " × ")}`),
    );

  return {
    ofPrompt,
    ofOthers,
    /** @param {Problem[]} all @returns {boolean} whether there are any */
    draw(all) {
      // An empty prompt is what one begins with: Run says it, nothing is red.
      const problems = all.filter(({ field }) => field !== "prompt" || controls.prompt.value.trim());
      if (shown !== (shown = JSON.stringify(problems))) {
        const of = (/** @type {boolean} */ prompts) =>
          problems.filter(({ field }) => prompts === (field === "prompt")).map(one);
        fill(ofPrompt, ...of(true));
        fill(ofOthers, ...of(false));
      }
      for (const box of controls) {
        if (!box.name) continue;
        const isBad = box.type !== "radio" && problems.some(({ field }) => field === box.name);
        const described = join(box.name === "prompt" && counter.id, isBad && id + box.name);
        set(box, { "aria-invalid": isBad || null, "aria-describedby": described || null });
      }
      return problems.length > 0;
    },
  };
}
