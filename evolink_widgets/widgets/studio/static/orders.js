/** What the controls ask for, held against the model's traits; what Python says of it; and the press that buys it. */
import { sleep } from "../../base/static/dom.js";

/** The traits that the controls stand for. */
export const FIELDS = ["prompt", "size", "resolution", "quality", "n", "model", "references"];

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The form's own controls hold what is asked; nothing is kept twice.
 * @param {Model} model
 * @param {any} controls those of the form, by their names
 * @param {any} sizes the size picker
 * @param {Tray} tray
 */
export function formFields(model, controls, sizes, tray) {
  /** Values of Python's that no control can show; they are asked for all the same. @type {Partial<Fields>} */
  let unshown = {};
  let isTyped = false;

  /** What the controls say. @returns {any} */
  const read = () => ({
    prompt: controls.prompt.value,
    ...sizes.read(),
    quality: controls.quality.value,
    n: controls.n.value && +controls.n.value,
    model: controls.model.value,
    references: tray.read(),
  });

  /** What is asked. */
  const asked = () => ({ ...read(), ...unshown });

  /** Makes a control say something. @param {string} name @param {any} value */
  function put(name, value) {
    if (name === "size" || name === "resolution") sizes.put(name, value);
    else if (name === "references") tray.put(value ?? []);
    else controls[name].value = value;
  }

  return {
    read,
    asked,
    put,
    /** Takes a value that Python has set. @param {string} name @returns {boolean} whether another was asked for */
    follow(name) {
      const value = model.get(name);
      if (same(asked()[name], value)) return false;
      put(name, value);
      const { [name]: _, ...others } = /** @type {any} */ (unshown);
      unshown = same(read()[name], value) ? others : { ...others, [name]: value };
      return true;
    },
    /** Something was typed or pressed. */
    typed() {
      isTyped = true;
      unshown = {};
    },
    /** Tells Python what was typed, and returns what is asked: nothing before the controls are built. */
    save() {
      if (!controls.quality) return;
      const fields = asked();
      // Set and saved in one go: an echo that comes while a person types must find nothing newer.
      if (isTyped) for (const name in fields) if (fields[name] !== "") model.set(name, fields[name]);
      isTyped = false;
      model.save_changes();
      return fields;
    },
  };
}

/** Milliseconds without typing before Python is asked. */
const PAUSE = 150;

/** What a price is about: another prompt has the same. @param {any} fields */
const pricedOf = ({ prompt, ...others }) => JSON.stringify(others);

/**
 * Asks Python about what the controls say, and buys it.
 * @param {Deck} ui
 * @param {{ asked: () => any, save: () => any }} fields what is asked; `save` tells Python what was typed, too
 * @param {() => string | null} blocked why it can't be asked for, before Python is asked
 * @param {() => void} draw
 */
export function orders(ui, { asked, save }, blocked, draw) {
  let turn = 0;
  /** The turns of Python's last answer, and of the last change. */
  let answered = 0;
  let altered = 0;
  /** What the price of that answer is about. */
  let priced = "";

  const order = {
    /** @type {Checked} */
    checked: { problems: [], notices: [] },

    /** Whether Python has answered to all that has changed. */
    get isFresh() {
      return answered >= altered;
    },

    /** Whether the price is that of what the controls say. */
    get isPriced() {
      return priced === pricedOf(asked());
    },

    /** Asks a moment after the last change. @param {number} [pause] @param {object} [said] what stands in the place of what Python says */
    async check(pause = PAUSE, said = {}) {
      const mine = ++turn;
      draw();
      await sleep(pause);
      if (mine !== turn) return;
      const fields = save();
      if (!fields) return;
      // Where Python can't say, there is no price and no offer, and nothing that stands against a press.
      const unknown = (/** @type {Error} */ { message }) => [{ balance: order.checked.balance, problems: [], notices: [message] }];
      const [answer] = await ui.link.ask("check", { fields }).catch(unknown);
      if (mine !== turn) return;
      order.checked = { ...answer, ...said };
      answered = mine;
      priced = pricedOf(fields);
      draw();
    },

    /** Something else is asked. */
    alter() {
      ui.withdraw();
      altered = turn + 1;
      order.check();
    },

    /** Why it cannot be asked for, in a sentence. @param {"run" | "reuse"} kind */
    reason(kind, isChecked = true) {
      const why = ui.trouble || ui.busy || blocked();
      if (why || !isChecked) return why;
      return order.checked.problems[0]?.message ?? (kind === "run" ? order.checked.obstacle : null);
    },

    /**
     * Asks for the pictures.
     * @param {"run" | "reuse"} kind anew, or from the store as far as it has them
     * @param {HTMLElement} button
     * @returns {Promise<string | undefined>} the prompt, where it was bought
     */
    async start(kind, button) {
      // What was typed a moment ago was not checked yet: Python does so again before it sends.
      // What the store has of something else is no offer.
      const late = kind === "reuse" && !order.isFresh && "What the store has is looked up anew. Press once that is shown.";
      const why = order.reason(kind, order.isFresh) || late;
      if (why) return void ui.say(why);
      const mine = ++turn; // what this comes to is newer than a check that is on its way
      let said = {};
      try {
        const fields = save();
        // Hours may have gone by since the offer was made: what it said holds, or a person is asked.
        const offered = kind === "reuse" ? order.checked.reuse?.most : undefined;
        if (await ui.buy(button, kind, { fields }, offered)) return fields.prompt;
      } catch (/** @type {any} */ { told, message }) {
        const problems = told?.problems;
        said = { problems: problems ?? [], notices: problems ? [] : [message] };
        order.checked = { ...order.checked, ...said };
        ui.say(message);
      } finally {
        draw();
        // The press took the place of that check, also of the first one, where nothing was typed since.
        if (!(order.isFresh && order.isPriced) && mine === turn) order.check(0, said);
      }
    },
  };
  ui.followBusy.add(draw);
  ui.link.on.balance = (balance) => {
    order.checked = { ...order.checked, balance };
    draw();
  };
  return order;
}
