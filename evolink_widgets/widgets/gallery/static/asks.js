/** What is being asked again: a line for each, until its pictures stand among the others. */
import { fill, flag, h, hasFocus, icon, join, make, short, write } from "../../base/static/dom.js";
import { BUYS } from "../../base/static/purchase.js";
import "../../base/static/log/stages.js";

/** What Python may offer, and its words. @type {Record<string, string>} */
const OFFERS = { stop: "Stop waiting", resume: "Wait again", lookAgain: "Look again", sendAgain: "Send again" };

/** @param {Deck} ui @param {(error: Error) => void} fail */
export function asksOf(ui, fail) {
  const el = h("div.asks"),
    /** @type {Map<string, any>} */
    lines = new Map();

  return {
    el,
    /** @param {Run} run @param {boolean} [quiet] */
    take(run, quiet) {
      const { key, stage, title, progress, charge, message, advice, prompt, actions } = run,
        line = lines.get(key) ?? h("div.ask", ...make("span.mark b bdi.words bdi.tag span.acts")),
        [mark, name, words, tag, acts] = line.children,
        said = line.said;
      if (!said) el.prepend(line);
      lines.set(key, line);
      line.className = `ew-ask ew-${stage}`;
      fill(mark, icon(stage));
      write(name, title);
      const going = actions[0] === "stop";
      write(
        words,
        [going && !!progress && `${progress} %`, message, advice, short(prompt, 60)]
          .filter(Boolean)
          .join(" · "),
      );
      write(tag, charge?.text);
      flag(tag, "may", charge?.kind === "may");
      if (said === (line.said = join(title, ...actions))) return;
      const had = hasFocus(acts);
      fill(
        acts,
        ...actions
          .filter((action) => OFFERS[action])
          .map((action) => {
            const ask = () => (BUYS.includes(action) ? ui.buy(button, action, { key }) : ui.link.ask(action, { key })),
              button = h("button.btn", () => void ask().catch(fail), OFFERS[action]);
            return button;
          }),
      );
      if (had) {
        line.tabIndex = -1; // where nothing can be done any more
        (acts.firstChild ?? line).focus();
      }
      if (!quiet) ui.say(join(`${title}.`, charge && `${charge.text}.`, message ?? short(prompt, 80)));
    },
  };
}
