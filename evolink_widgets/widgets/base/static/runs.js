/** One run of the log: what it is doing, how long, what came of it and the next step. */
import { clock, copyText, fill, flag, h, icon, join, make, many, noter, set, timeLeft, token, write } from "./dom.js";
import { pictureGrid } from "./grid.js";
import { BUYS } from "./purchase.js";
import { savePic } from "./work.js";

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

/** @param {Deck} ui @param {Run} run */
export function runView(ui, run) {
  const [line, note] = noter(ui.say);
  const grid = pictureGrid(ui, note);
  const [mark, title, meta, tag, words, acts] = make("span.mark b span.muted.num bdi.tag bdi.words div.acts");
  const quote = h("p.quote", { dir: "auto" });
  const bar = h("i");
  const meter = h("div.prog", { role: "progressbar" }, bar);
  const [question, askFirst] = doubt();
  const chosen = h("bdi");
  const picks = h(
    "div.selbar",
    chosen,
    h("button.btn", () => save(mine()), icon("saving"), "Save"),
    ui.refer && h("button.btn", () => ui.refer?.(mine()), icon("reuse"), "Use as reference"),
    ui.refer && h("button.btn", () => ui.refer?.(mine(), true), icon("edit"), "Edit"),
    h("button.btn", clear, "Clear selection"),
  );
  const el = h(
    "article",
    h("div.head", mark, h("div.title", title, meta, tag), acts, quote, words, question, meter),
    grid.el,
    h("div.after", picks, line),
  );
  /** When the last reading came, by this machine's clock. */
  let heard = 0;
  let drawnActions = "";

  const fail = (/** @type {any} */ { message }) => note(message, true);
  const mine = () => grid.landed().filter(({ id }) => ui.selected.has(id));

  function clear() {
    ui.select(
      mine().map(({ id }) => id),
      false,
    );
    grid.el.querySelector("[tabindex='0']").focus();
  }

  /** @param {Picture[]} pics */
  async function save(pics) {
    try {
      note("Saving…");
      for (const pic of pics) await savePic(ui, pic);
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
    saveAll: () => save(grid.landed()),
    copyTaskId: () => copy([run.taskId], "Task ID copied."),
    copyDetails: () =>
      copy([run.title, run.message, run.advice, run.charge?.text, run.taskId, run.prompt], "Details copied."),
    sendAgain: () => askFirst(),
  };

  /** @param {string} name @param {any} button */
  function ask(name, button) {
    if (BUYS.includes(name)) return void ui.buy(button, name, { key: run.key }).catch(fail);
    button.disabled = true;
    ui.link
      .ask(name, { key: run.key })
      .catch(fail)
      .finally(() => (button.disabled = false));
  }

  /** The step before sending once more: it may be charged twice. @returns {[any, () => void]} */
  function doubt() {
    const text = h("bdi", { id: `doubt${token()}` });
    const described = { "aria-describedby": text.id };
    const no = h("button.btn.first", { ...described, onclick: () => close() }, "Not now");
    const yes = h("button.btn", { ...described, onclick: () => (close(), ask("sendAgain", again())) }, "Send again");
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
        "It goes out once more with the same key: a service that heeds it takes both for one. " +
          `One that ignores it charges ${stake} a second time.`,
      );
      box.hidden = false;
      no.focus();
    };
    return [box, open];
  }

  function drawActions() {
    const names = run.actions.filter((name) => ACTIONS[name] && (ui.edit || name !== "editPrompt"));
    if (drawnActions === (drawnActions = names.join())) return;
    const had = acts.contains(document.activeElement);
    const buttons = names.map((name, i) => {
      const press = () => (own[name] ? own[name]() : ask(name, button));
      const button = h(i ? "button.btn" : "button.btn.first", { "data-name": name, onclick: press }, ACTIONS[name]);
      return button;
    });
    fill(acts, ...buttons);
    if (had) acts.firstChild?.focus();
  }

  /** What stands beside the title of a run that has ended well. */
  function howItWent() {
    if (run.stage !== "done") return "";
    if (run.reused) return run.reused;
    const came = many(run.landed.length);
    if (run.endedAt == null) return came; // shown from their files: nobody waited for them
    const took = run.endedAt - run.startedAt;
    return `${came} in ${took < 60 ? Math.ceil(took) + " s" : clock(took)}`;
  }

  const view = {
    el,
    run,
    tick() {
      if (run.ended) return;
      const since = ui.live ? (Date.now() - heard) / 1000 : 0;
      const left = run.left && timeLeft(run.left[0] - since, run.left[1] - since);
      write(meta, clock(run.at - run.startedAt + since) + (left ? ` · ${left}` : ""));
    },
    /** @param {Run} next */
    update(next) {
      Object.assign(run, next);
      heard = Date.now();
      const { stage, ended, charge, prompt, ratio } = run;
      const folded = ended && !run.landed.length;
      const shape = ratio ? ratio[0] / ratio[1] : 1;
      set(el, {
        class: join("ew-item", `ew-${stage}`, ended && "ew-ended", folded && "ew-folded"),
        label: `${run.title}: ${prompt.slice(0, 80)}`,
      });
      set(mark, { "--ar": Math.max(0.75, Math.min(2, shape)) });
      fill(mark, icon(run.reused ? "store" : stage));
      write(title, run.title);
      write(quote, prompt.slice(0, 400));
      write(words, join(run.message, ended && run.advice));
      write(tag, ended && charge?.kind !== "none" ? charge?.text : "");
      flag(tag, "may", charge?.kind === "may");
      write(meta, howItWent());
      view.tick();
      if (stage !== "unknown") question.hidden = true;
      meter.hidden = ended;
      flag(meter, "open", run.progress === null);
      set(meter, { label: run.title, "aria-valuenow": run.progress });
      set(bar, { "--p": `${run.progress}%` });
      grid.el.hidden = folded;
      grid.shape("Pictures", run.n, shape);
      drawActions();
      view.mark();
    },
    /** @param {Picture} pic */
    put(pic) {
      grid.put(pic, pic.index);
      view.mark();
    },
    /** Draws the selection. */
    mark() {
      grid.mark();
      picks.hidden = !mine()[0];
      write(chosen, `${mine().length} selected`);
    },
  };
  new ResizeObserver(grid.layout).observe(el);
  view.update(run);
  return view;
}
