/** A purchase: the kernel is asked first whether it is there, so that no press is carried out late or twice. */
import { atEnd, fill, h, hasFocus, icon, set, token, write } from "./dom.js";
import { ARMING } from "./press.js";
import { troubleOf } from "./trouble.js";

/** How long a press waits before it is said that it does. */
const SLOW = 1500;
/** How long it waits for the kernel; who pressed does not expect it any more after that. */
const LIFE = 60_000;
/** How often its connection is looked at meanwhile. */
const CHECK = 250;

/** What can be asked of a run that buys; Run itself and the store's offer do, too. */
export const BUYS = ["runAgain", "sendAgain"];
const NOTHING = "Nothing was asked for";

/** The credits that a press may cost without a question: as the page's settings have it, and what was offered; any, where neither says it. @param {number} [offered] */
function unasked(offered = Infinity) {
  const { evolinkMost } = document.documentElement.dataset;
  const most = Math.min(offered, evolinkMost == null ? Infinity : +evolinkMost || 0);
  return most < Infinity ? most : undefined;
}

/** The question before what costs more than that. @param {Deck} ui */
function consent(ui) {
  const words = h("bdi");
  const [no, yes] = [h("button.btn.first", "Not now"), h("button.btn")];
  const el = h("div.banner", { role: "group", label: "Before this is bought", hidden: true }, words, no, yes);
  /** Ends the question that is open: with an answer, or with none where something else is asked for by now. @type {(answer?: boolean) => void} */
  let end = () => {};
  /** The answer, and whether the focus was on the question. @param {{ text: string, yes: string }} asked @returns {Promise<[boolean | undefined, boolean]>} */
  const ask = (asked) =>
    new Promise((resolve) => {
      end = (answer) => {
        end = () => {};
        const had = hasFocus(el);
        el.hidden = true;
        resolve([answer, had]);
      };
      write(words, asked.text);
      write(yes, asked.yes);
      no.onclick = () => end(false);
      yes.onclick = () => (ui.busy ? ui.say(ui.busy) : end(true));
      el.onkeydown = (/** @type {KeyboardEvent} */ { key }) => {
        if (key === "Escape") end(false);
      };
      el.hidden = false;
      ui.say(asked.text);
      no.focus();
    });
  return { el, ask, drop: () => end() };
}

/** @param {Deck} ui @returns {Node} the lines that say that a press waits, and takes it back; and that it costs much */
export function purchases(ui) {
  const { model, link, say } = ui;
  /** The runs that are in sight: what is pressed knowing of them is another press. @type {Set<string>} */
  const seen = new Set();
  const before = consent(ui);
  let stop = new AbortController();
  let restedAt = 0;
  const words = h("bdi");
  const back = h("button.btn", () => stop.abort(`Taken back. ${NOTHING}.`), "Take back");
  const el = h("div.banner", { role: "group", label: "Waiting for the kernel", hidden: true }, icon("queued"), words, back);

  const check = () => {
    const why = troubleOf(model, ui.live);
    if (why) stop.abort(`${why} ${NOTHING}.`);
  };

  ui.listen("msg:custom", ({ run, runs = [] }) => {
    for (const { key } of run ? [run] : runs) seen.add(key);
  });
  atEnd(ui.signal, () => stop.abort(""));

  /** @type {(button: HTMLElement, kind: string, fields: object, most?: number) => Promise<any>} */
  async function buy(button, kind, fields, most) {
    // What was pressed while it rested is early, though a page that was busy hears of it now.
    if (ui.busy || ui.pressedAt < restedAt) return say(ui.busy || "Asked a moment ago.");
    const kids = [...button.childNodes];
    // Nothing beside it moves when it says something shorter.
    button.style.minWidth = `${button.getBoundingClientRect().width}px`;
    const show = (/** @type {string} */ busy, /** @type {any[]} */ ...inside) => {
      ui.busy = busy;
      restedAt = performance.now();
      fill(button, ...inside);
      set(button, { "aria-disabled": !!busy || null });
      for (const draw of ui.followBusy) draw();
    };
    // In the same frame as the press: nothing may look as if it had not been pressed.
    show("Asking the kernel…", "Asking…");
    say(ui.busy);
    stop = new AbortController();
    const { signal } = stop;
    const press = token();
    let isOut = false;
    const tell = (/** @type {string} */ text) => {
      write(words, text);
      el.hidden = false;
      back.hidden = isOut;
      say(text);
    };
    const timers = [
      setInterval(check, CHECK),
      setTimeout(tell, SLOW, `The kernel has not answered yet. ${NOTHING} so far.`),
      setTimeout(() => stop.abort(`The kernel did not answer. ${NOTHING}.`), LIFE),
    ];
    const rest = () => {
      timers.forEach(clearTimeout);
      if (hasFocus(el)) button.focus();
      el.hidden = true;
    };
    try {
      check();
      const [{ ticket }] = await link.ask("press", { press, seen: [...seen].slice(-50) }, 5, signal);
      check();
      signal.throwIfAborted();
      rest();
      isOut = true;
      timers.push(setTimeout(tell, SLOW, "Sent to the kernel, which asks within 10 s or not at all."));
      // Asked again under one id until there is an answer: it is bought once, and soon or not at all.
      const [told] = await link.ask(kind, { ...fields, press, ticket, most }, 8);
      show("Asked a moment ago.", "Asked");
      return told;
    } catch (/** @type {any} */ error) {
      show("One moment…", ...kids);
      if (isOut && !error.told) throw Error("The kernel has not said whether it asked. If it did, that is shown here.");
      throw signal.aborted ? Error(signal.reason) : error;
    } finally {
      rest();
      setTimeout(() => {
        show("", ...kids);
        button.style.minWidth = "";
      }, ARMING);
    }
  }

  ui.withdraw = before.drop;
  ui.buy = async (button, kind, fields, offered) => {
    before.drop();
    for (let most = unasked(offered); ; ) {
      try {
        return await buy(button, kind, { ...fields, offered }, most);
      } catch (/** @type {any} */ error) {
        const asks = error.told?.asks;
        if (!asks) throw error;
        const [isMeant, had] = await before.ask(asks);
        if (had || isMeant != null) button.focus();
        if (isMeant === false) say(`${NOTHING}.`);
        if (!isMeant) return;
        most = asks.most;
      }
    }
  };
  const both = document.createDocumentFragment();
  both.append(el, before.el);
  return both;
}
