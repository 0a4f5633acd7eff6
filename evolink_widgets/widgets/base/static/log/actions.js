/** What can be done next with a run: a button for each, and the question before a prompt is sent a second time. */
import { copyText, download, fill, h, hasFocus, many, resting, token, write } from "../dom.js";
import { BUYS } from "../purchase.js";
import { savePic } from "../work.js";

/** Names that Python may give, and their words. @type {Record<string, string>} */
const ACTIONS = {
  stop: "Stop waiting",
  resume: "Wait again",
  lookAgain: "Look again",
  sendAgain: "Send again with the same key",
  runAgain: "Run again",
  editPrompt: "Edit prompt",
  saveAll: "Save all",
  copyDetails: "Copy details",
  copyTaskId: "Copy task ID",
};

/**
 * The step before sending once more: it may be charged twice.
 * @param {Run} run
 * @param {any} acts the buttons; the focus goes back to theirs
 * @param {(button: any) => void} send
 * @returns {[any, () => void]} the question, and what asks it
 */
function doubt(run, acts, send) {
  const text = h("bdi", { id: `doubt${token()}` });
  const described = { "aria-describedby": text.id };
  const no = h("button.btn.first", { ...described, onclick: () => close() }, "Not now");
  const yes = h("button.btn", { ...described, onclick: () => (close(), send(again())) }, "Send again");
  // With braces: what a handler returns counts, and false would stop the key.
  const onkeydown = (/** @type {KeyboardEvent} */ { key }) => {
    if (key === "Escape") close();
  };
  const box = h(
    "div.doubt",
    { role: "group", label: "Send again?", hidden: true, onkeydown },
    text,
    h("div.acts", no, yes),
  );
  const again = () => acts.querySelector("[data-name=sendAgain]");
  const close = () => {
    box.hidden = true;
    again()?.focus();
  };
  const open = () => {
    const stake = run.stake ? `up to ${run.stake}` : "the same";
    write(
      text,
      "The same request goes out once more, under the same key. " +
        (/^Recorded/.test(run.badge ?? "")
          ? `${run.badge}.`
          : `If the service ignores the key, it charges ${stake} a second time.`),
    );
    box.hidden = false;
    no.focus();
  };
  return [box, open];
}

/**
 * @param {Deck} ui
 * @param {Run} run
 * @param {() => Picture[]} landed its pictures
 * @param {Note} note
 */
export function runActions(ui, run, landed, note) {
  const acts = h("div.acts");
  const [question, askFirst] = doubt(run, acts, (button) => ask("sendAgain", button));
  let drawn = "";

  const fail = (/** @type {any} */ { message }) => note(message, true);

  /** @param {Picture[]} pics */
  async function save(pics) {
    try {
      note("Saving…");
      // One download: a browser asks, or refuses, where a page starts several.
      if (pics[1]) {
        const [{ zip }] = await ui.link.ask("zip", { pictures: pics.map(({ id }) => id) });
        download(...(await ui.link.pull(zip, "zip")));
      } else await savePic(ui, pics[0]);
      note(`${many(pics.length)} saved.`);
    } catch (error) {
      fail(error);
    }
  }

  /** @param {any[]} lines @param {string} word */
  const copy = (lines, word) => copyText(lines.filter(Boolean).join("\n")).then(() => note(word), fail);

  /** What needs no kernel, or not at once; everything else is asked of Python. @type {Record<string, () => void>} */
  const own = {
    editPrompt: () => ui.edit?.(run.prompt),
    saveAll: () => save(landed()),
    copyTaskId: () => copy([run.taskId], "Task ID copied."),
    copyDetails: () =>
      copy([run.title, run.message, run.advice, run.charge?.text, run.taskId, run.prompt], "Details copied."),
    sendAgain: askFirst,
  };

  /** @param {string} name @param {any} button */
  function ask(name, button) {
    if (BUYS.includes(name)) return void ui.buy(button, name, { key: run.key }).catch(fail);
    resting(button, () => ui.link.ask(name, { key: run.key }).catch(fail));
  }

  function draw() {
    if (run.stage !== "unknown") question.hidden = true;
    const names = run.actions.filter((name) => ACTIONS[name] && (ui.edit || name !== "editPrompt"));
    if (drawn === (drawn = names.join())) return;
    const had = hasFocus(acts);
    const buttons = names.map((name, i) => {
      const press = () => (own[name] ? own[name]() : ask(name, button));
      const button = h(i ? "button.btn" : "button.btn.first", { "data-name": name, onclick: press }, ACTIONS[name]);
      return button;
    });
    fill(acts, ...buttons);
    if (had) acts.firstChild?.focus();
  }

  return { acts, question, save, draw };
}
