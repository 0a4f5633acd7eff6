/** Presets: what the controls say, kept in the store under names. */
import { field, fold } from "./controls.js";
import { fill, h, hasFocus, isPlain, noter, set, token, tool, write } from "../../base/static/dom.js";

const PRESETS = "Presets";

/**
 * The row that gives what the controls say a name, and says what is wrong with that name.
 * @param {(text: string) => void} say
 * @param {(name: string) => boolean} isKnown whether there is one of that name
 * @param {(name: string, withPrompt: boolean) => void} keep
 */
function savingRow(say, isKnown, keep) {
  const wrong = h("bdi.bad.wrong", { id: token() });
  const name = h("input.named", { type: "text", "aria-describedby": wrong.id, onkeydown });
  const withPrompt = h("input", { type: "checkbox" });
  const save = h("button.btn", press, "Save");
  const el = h("div.acts", { oninput }, field("Save these as", name), h("label.with", withPrompt, "with the prompt"), save, wrong);

  const named = () => name.value.trim().normalize();

  function press() {
    keep(named(), withPrompt.checked);
  }

  /** Says on the button whether another one goes. */
  const mark = () => write(save, isKnown(named()) ? "Replace" : "Save");

  /** Says what is wrong with the name, or that nothing is. */
  function complain(why = "") {
    write(wrong, why);
    set(name, { "aria-invalid": !!why || null });
    if (why) say(why);
    mark();
  }

  /** What is typed here is no control of the form's. @param {Event} event */
  function oninput(event) {
    event.stopPropagation();
    complain();
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (event.key !== "Enter" || !isPlain(event)) return;
    event.preventDefault();
    press();
  }

  return { el, name, mark, complain };
}

/**
 * @param {Deck} ui
 * @param {() => any} read what the controls say
 * @param {(fields: Partial<Fields>) => void} apply makes them say something else
 * @returns {{ lid: Fold, load(): void }}
 */
export function presetFold({ link, say }, read, apply) {
  const [note, tell] = noter(say);
  const word = h("span", PRESETS);
  const saving = savingRow(say, (title) => known.includes(title), keep);
  const list = h("ul.presets", { role: "list", label: PRESETS });
  const told = h("p.note", note);
  const lid = fold(word, () => load(), list, told, saving.el);
  /** Their names, as they are listed. @type {string[]} */
  let known = [];
  let isBusy = false;
  let drawn = "";

  /** What an action came to, and what can be done about it. @param {string} text @param {Node[]} more */
  function done(text, ...more) {
    tell(text);
    fill(told, note, " ", ...more);
  }

  /** Asks which there are. */
  const load = () => void link.ask("presets").then(([answer]) => draw(answer), () => {});

  /** One change after the other. @param {string} kind @param {object} fields @param {(told: any) => void} act */
  async function ask(kind, fields, act, fail = (/** @type {any} */ { message }) => tell(message, true)) {
    if (isBusy) return;
    isBusy = true;
    try {
      const [answer] = await link.ask(kind, fields);
      draw(answer);
      act(answer);
    } catch (error) {
      fail(error);
    }
    isBusy = false;
  }

  /** @param {{ presets?: Preset[] }} told */
  function draw({ presets }) {
    if (!presets || drawn === (drawn = JSON.stringify(presets))) return;
    known = presets.map((one) => one.name);
    const had = hasFocus(list);
    fill(list, ...presets.map(line));
    if (had) list.querySelector("button")?.focus();
    write(word, known[0] ? `${PRESETS} · ${known.length}` : PRESETS);
    saving.mark();
  }

  /** @param {Preset} one */
  const line = ({ name: title, text }) =>
    h(
      "li",
      h(
        "button.btn",
        () =>
          ask("preset", { name: title }, ({ fields }) => {
            apply(fields);
            done(`${title}: ${text}`);
          }),
        h("bdi", title),
        h("small", h("bdi", text)),
      ),
      tool("ico", `Remove preset ${title}`, "close", () =>
        ask("removePreset", { name: title }, ({ fields }) => {
          const undo = h("button.btn", () => putBack(title, fields), "Undo");
          done(`“${title}” removed.`, undo);
          undo.focus();
        }),
      ),
    );

  /** @param {string} title @param {object} fields */
  const putBack = (title, fields) =>
    ask("savePreset", { name: title, fields }, () => {
      done(`“${title}” is back.`);
      list.children[known.indexOf(title)]?.firstChild.focus();
    });

  /** @param {string} title @param {boolean} withPrompt */
  function keep(title, withPrompt) {
    const fields = read();
    if (!withPrompt) delete fields.prompt;
    ask(
      "savePreset",
      { name: title, fields, replace: known.includes(title) },
      () => {
        saving.name.value = "";
        saving.complain();
        done(`Saved as “${title}”.`);
      },
      ({ message }) => {
        saving.complain(message);
        saving.name.focus();
        load();
      },
    );
  }

  return { lid, load };
}
