/** One run of the log: what it is doing, how long, what came of it and the next step. */
import { attrs, clockWords, copyText, h, icon, leftWords, many, write } from "./dom.js";
import { pictureGrid, savePicture } from "./grid.js";

const ENDINGS = ["done", "failed", "refused", "stopped", "unknown"];

/** Names that Python may give, their words, and whether Python does the work. */
export const ACTIONS = /** @type {Record<string, [string, boolean]>} */ ({
  stop: ["Stop waiting", true],
  resume: ["Wait again", true],
  lookAgain: ["Look again", true],
  sendAgain: ["Send again", true],
  runAgain: ["Run again", true],
  editPrompt: ["Edit prompt", false],
  saveAll: ["Save all", false],
  show: ["Show pictures", false],
  copyDetails: ["Copy details", false],
  copyTaskId: ["Copy task ID", false],
});

/** @param {Deck} deck @param {Run} first */
export function runView(deck, first) {
  const id = `ew${Math.random().toString(36).slice(2, 9)}`;
  const mark = h("span.ew-mark", { "aria-hidden": "true" });
  const stage = h("b", { id });
  const meta = h("span.ew-muted.ew-num");
  const tag = h("span.ew-tag");
  const quote = h("p.ew-quote", { dir: "auto" });
  const words = h("p.ew-words");
  const acts = h("div.ew-acts");
  const bar = h("i");
  const progress = h("div.ew-prog", { role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, bar);
  const noteLine = h("span.ew-note");
  const chosen = h("span");
  const selection = h("div.ew-selbar", { hidden: true }, chosen,
    h("button.ew-btn", { type: "button", onclick: () => saveMany(mine()) }, icon("save"), "Save"),
    h("button.ew-btn", { type: "button", onclick: () => clear() }, "Clear selection"));
  const head = h("div.ew-head", {}, mark, h("div.ew-title", {}, stage, meta, tag), acts, quote, words, progress);
  const foot = h("div.ew-after", {}, selection, noteLine);
  /** @type {ReturnType<typeof setTimeout>} */
  let fading;
  const note = (/** @type {string} */ text, bad = false) => {
    clearTimeout(fading);
    write(noteLine, text);
    noteLine.classList.toggle("ew-bad", bad);
    if (!text.endsWith("…")) deck.say(text);
    if (!bad) fading = setTimeout(() => write(noteLine, ""), 4000);
  };
  const grid = pictureGrid(deck, note);
  const el = h("article.ew-item", { "aria-labelledby": id, "data-key": first.key }, head, grid.el, foot);

  let run = first;
  let drawn = "";
  let open = true;
  let heard = performance.now();

  const since = () => (deck.live && !ENDINGS.includes(run.stage) ? (performance.now() - heard) / 1000 : 0);
  const mine = () => grid.landed().filter((picture) => deck.isSelected(picture.id));
  const clear = () => {
    deck.select(mine().map((picture) => picture.id), false);
    /** @type {any} */ (grid.el.querySelector("[tabindex='0']"))?.focus();
  };
  const saveMany = async (/** @type {Picture[]} */ pictures) => {
    try {
      for (const [i, picture] of pictures.entries()) {
        note(`Saving ${i + 1} of ${pictures.length}…`);
        await savePicture(deck, picture);
      }
      note(`${many(pictures.length)} saved.`);
    } catch (error) {
      note(/** @type {Error} */ (error).message, true);
    }
  };

  /** @type {Record<string, () => void>} */
  const local = {
    editPrompt: () => deck.editPrompt?.(run.prompt),
    saveAll: () => void saveMany(grid.landed()),
    show: () => {
      open = !open;
      draw();
    },
    copyTaskId: () => copy(run.taskId ?? "", "Task ID copied."),
    copyDetails: () =>
      copy([run.title, run.message, run.advice, run.charge?.text, run.taskId && `Task ${run.taskId}`, run.prompt].filter(Boolean).join("\n"), "Details copied."),
  };
  const copy = (/** @type {string} */ text, /** @type {string} */ word) =>
    void copyText(text, deck.root).then(() => note(word), (error) => note(error.message, true));

  const act = (/** @type {string} */ name, /** @type {any} */ button) => {
    if (!ACTIONS[name][1]) return local[name]();
    if (!deck.live || button.ariaDisabled === "true") return;
    button.ariaDisabled = "true";
    deck.link.ask(name, { key: run.key }).catch((error) => note(error.message, true)).finally(() => (button.ariaDisabled = "false"));
  };

  const drawActions = () => {
    const names = run.actions.filter((name) => ACTIONS[name] && (name !== "editPrompt" || deck.editPrompt));
    const wanted = `${names.join()} ${open}`;
    if (wanted === drawn) return;
    const had = acts.contains(document.activeElement);
    drawn = wanted;
    acts.replaceChildren(...names.map((name, i) => {
      const button = h(`button.ew-btn${i ? "" : ".ew-first"}`, { type: "button", onclick: () => act(name, button) }, name === "show" && open ? "Hide pictures" : ACTIONS[name][0]);
      return button;
    }));
    if (had) acts.querySelector("button")?.focus();
  };

  const tick = () => {
    if (ENDINGS.includes(run.stage)) return;
    const left = run.left && leftWords(run.left[0] - since(), run.left[1] - since());
    write(meta, clockWords(run.at - run.startedAt + since()) + (left ? ` · ${left}` : ""));
  };

  const draw = () => {
    const ended = ENDINGS.includes(run.stage);
    const folded = ended && (!run.landed.length || !open);
    const [width, height] = run.ratio ?? [1, 1];
    el.className = `ew-item ew-${run.stage}${ended ? " ew-ended" : ""}${folded ? " ew-folded" : ""}`;
    attrs(mark, { "--ar": Math.max(0.75, Math.min(2, width / height)) });
    if (mark.dataset.sign !== run.stage + folded) {
      mark.dataset.sign = run.stage + folded;
      const cover = folded && grid.landed()[0];
      mark.replaceChildren(cover ? h("img", { src: cover.url, alt: "" }) : icon(run.stage === "pending" ? "queued" : run.stage === "saving" ? "save" : run.stage));
    }
    write(stage, run.title);
    write(quote, run.prompt.slice(0, 400));
    write(words, ended ? [run.message, run.advice].filter(Boolean).join(" ") : "");
    const paid = run.charge && run.charge.kind !== "none" ? run.charge : null;
    write(tag, ended && paid ? paid.text : "");
    tag.classList.toggle("ew-may", paid?.kind === "may");
    if (run.stage === "done" && run.endedAt) write(meta, `${many(run.landed.length)} in ${seconds(run.endedAt - run.startedAt)}`);
    else if (ended) write(meta, "");
    tick();
    progress.hidden = ended;
    attrs(progress, { "aria-label": run.title, "aria-valuenow": run.progress });
    progress.classList.toggle("ew-open", run.progress === null);
    attrs(bar, { "--p": `${run.progress ?? 0}%` });
    grid.el.hidden = folded;
    grid.shape(`Pictures: ${run.prompt.slice(0, 80)}`, run.n, width / height);
    grid.still(ended);
    drawActions();
    select();
  };
  const seconds = (/** @type {number} */ s) => (s < 60 ? `${Math.max(1, Math.round(s))} s` : clockWords(s));
  const select = () => {
    grid.mark();
    const count = mine().length;
    selection.hidden = !count || grid.el.hidden;
    write(chosen, `${count} selected`);
  };

  draw();
  return {
    el,
    tick,
    select,
    layout: grid.layout,
    /** @param {HTMLElement} home */
    watch: (home) => grid.watch(home),
    get run() {
      return run;
    },
    /** @param {Run} next */
    update(next) {
      run = next;
      heard = performance.now();
      draw();
    },
    /** @param {Picture} picture */
    put(picture) {
      grid.put(picture, picture.index);
      select();
    },
    close: grid.close,
  };
}
