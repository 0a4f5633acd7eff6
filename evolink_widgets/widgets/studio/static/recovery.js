/** The line that says what an earlier kernel has paid for and not collected. */
import { flag, h, icon, write } from "../../base/static/dom.js";

/** @param {Deck} ui */
export function recovery({ link, say }) {
  const words = h("bdi");
  const collect = h("button.btn.first", go, "Collect");
  const el = h("div.banner", { role: "group", label: "Paid and not collected", hidden: true }, icon("saving"), words, collect);

  async function go() {
    collect.disabled = true;
    try {
      const [{ tasks }] = await link.ask("recover");
      const said = tasks ? `Collecting ${tasks} task${tasks === 1 ? "" : "s"}.` : "Nothing is out any more.";
      tell(said);
      collect.hidden = true;
      // The button that had the focus is gone; the line keeps it until a person goes on.
      el.tabIndex = -1;
      el.focus();
      el.onblur = () => (el.hidden = true);
    } catch (error) {
      tell(/** @type {Error} */ (error).message, true);
    }
    collect.disabled = false;
  }

  /** @param {string} text */
  function tell(text, bad = false) {
    write(words, text);
    flag(el, "bad", bad);
    say(text);
  }

  link.on.outstanding = ({ text }) => {
    el.hidden = collect.hidden = false;
    el.onblur = null;
    tell(text);
  };
  return el;
}
