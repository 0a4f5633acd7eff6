/** What Python says of what the controls ask for, and the press that buys it. */
import { sleep } from "../../base/static/dom.js";

/** Milliseconds without typing before Python is asked. */
const PAUSE = 150;

/**
 * Asks Python about what the controls say, and buys it.
 * @param {Deck} ui
 * @param {() => any} save tells Python what was typed, and returns what is asked
 * @param {() => string | null} blocked why it can't be asked for, before Python is asked
 * @param {() => void} draw
 */
export function orders(ui, save, blocked, draw) {
  let turn = 0;
  /** The turns of Python's last answer, and of the last change. */
  let answered = 0;
  let altered = 0;

  const order = {
    /** @type {Checked} */
    checked: { problems: [], notices: [] },

    /** Asks a moment after the last change. */
    async check(pause = PAUSE) {
      const mine = ++turn;
      draw();
      await sleep(pause);
      if (mine !== turn) return;
      const fields = save();
      if (!fields) return;
      const [answer] = await ui.link.ask("check", { fields }).catch(() => []);
      if (mine !== turn || !answer) return;
      order.checked = answer;
      answered = mine;
      draw();
    },

    /** Something else is asked. */
    alter() {
      order.check();
      altered = turn;
    },

    /** Why it cannot be asked for, in a sentence. @param {"run" | "reuse"} kind */
    reason(kind, isChecked = true) {
      const why = ui.busy || blocked();
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
      const why = order.reason(kind, answered >= altered);
      if (why) return void ui.say(why);
      turn++; // what this comes to is newer than a check that is on its way
      try {
        const fields = save();
        if (await ui.buy(button, kind, { fields }, draw)) return fields.prompt;
      } catch (/** @type {any} */ { told, message }) {
        const problems = told?.problems;
        order.checked = { ...order.checked, problems: problems ?? [], notices: problems ? [] : [message] };
        ui.say(message);
      } finally {
        draw();
      }
    },
  };
  ui.link.on.balance = (balance) => {
    order.checked = { ...order.checked, balance };
    draw();
  };
  return order;
}
