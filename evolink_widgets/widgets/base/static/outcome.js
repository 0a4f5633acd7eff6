/** The line that tells what an action came to, with buttons for what can be done next. */
import { fill, h, hasFocus, icon, noter } from "./dom.js";

/** @param {(text: string) => void} say */
export function outcomeLine(say) {
  const [line, put] = noter(say);
  const next = h("span.then");

  /** @param {string} text @param {boolean} [bad] @param {...any} more buttons */
  function tell(text, bad, ...more) {
    put(text, bad);
    fill(next, ...more);
  }

  const fail = (/** @type {Error} */ { message }) => tell(message, true);

  /** What goes wrong on the way is told. @type {<A extends any[]>(act: (...given: A) => any) => (...given: A) => void} */
  const safe =
    (act) =>
    (...given) =>
      void act(...given)?.catch?.(fail);

  /** @param {string} word @param {() => any} act */
  const button = (word, act, sign = "", spec = "button.btn") => h(spec, safe(() => act()), sign && icon(sign), word);

  return {
    el: h("div.told", line, next),
    put,
    tell,
    fail,
    safe,
    button,
    /** Whether the focus is on what can be done next. */
    isFocused: () => hasFocus(next),
    /** Asks before something is done; the focus is on what does nothing. @param {string} text @param {HTMLElement} yes @param {() => void} back */
    question(text, yes, back) {
      const not = button("Not now", () => (tell(""), back()));
      tell(text, false, yes, not);
      not.focus();
    },
  };
}
