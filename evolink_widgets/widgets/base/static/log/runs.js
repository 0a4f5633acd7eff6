/** One run of the log: what it is doing, how long, what came of it and the next step. */
import { runActions } from "./actions.js";
import { fill, flag, h, icon, join, make, many, set, short, write } from "../dom.js";
import { pictureGrid } from "./grid.js";
import { outcomeLine } from "../outcome.js";
import "./stages.js";

/** 0:07, 12:30, 75:00 @param {number} s */
const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

/** "15 to 40 s left" @param {number} low @param {number} high */
export function timeLeft(low, high) {
  if (high < 1) return "nearly there";
  const [unit, seconds] = high > 90 ? ["min", 60] : ["s", 1],
    from = Math.floor(low / seconds),
    to = Math.ceil(high / seconds);
  return (from < 1 ? "up to" : from === to ? "about" : `${from} to`) + ` ${to} ${unit} left`;
}

/** What stands beside the title of a run that has ended well. @param {Run} run */
function howItWent({ stage, reused, landed, startedAt, endedAt }) {
  if (stage !== "done") return "";
  if (reused) return reused;
  const came = many(landed.length);
  if (endedAt == null) return came; // shown from their files: the kernel did not wait for them
  const took = endedAt - startedAt;
  return `${came} in ${took < 60 ? Math.ceil(took) + " s" : clock(took)}`;
}

/** @param {Deck} ui @param {Run} run */
export function runView(ui, run) {
  const told = outcomeLine(ui.say);
  const note = told.tell;
  const grid = pictureGrid(ui, note);
  const { acts, question, save, draw } = runActions(ui, run, grid.landed, note);
  const [mark, title, meta, tag, words] = make("span.mark b span.muted.num bdi.tag bdi.words");
  const quote = h("p.quote", { dir: "auto" });
  const bar = h("i");
  const meter = h("div.prog", { role: "progressbar" }, bar);
  const chosen = h("bdi");
  const act = (/** @type {string} */ word, /** @type {string} */ sign, /** @type {(pics: Picture[]) => any} */ work) =>
    told.button(word, async () => note((await work(mine())) ?? ""), sign);
  const compare = act("Compare", "compare", () => ui.compare([]));
  const picks = h(
    "div.selbar",
    chosen,
    h("button.btn", () => save(mine()), icon("saving"), "Save"),
    act("Use as reference", "reuse", ui.refer),
    act("Edit", "edit", (pics) => ui.refer(pics, true)),
    compare,
    act("Favourite", "star", (pics) => ui.like(pics)),
    told.button("Move to trash", () => ui.trash(mine().map(({ id }) => id)), "trash"),
    h("button.btn", clear, "Clear selection"),
  );
  const el = h(
    "article",
    h("div.head", mark, h("div.title", title, meta, tag), acts, quote, words, question, meter),
    grid.el,
    h("div.after", picks, told.el),
  );
  /** When the last reading came, by this machine's clock. */
  let heard = 0;

  const mine = () => grid.landed().filter(({ id }) => ui.selected.has(id));

  function clear() {
    ui.select(
      mine().map(({ id }) => id),
      false,
    );
    grid.el.querySelector("[tabindex='0']").focus();
  }

  const view = {
    el,
    run,
    told,
    focus: grid.focus,
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
        label: join(`${run.title}:`, short(prompt, 80)),
      });
      set(mark, { "--ar": Math.max(0.75, Math.min(2, shape)) });
      fill(mark, icon(run.reused ? "store" : stage));
      write(title, run.title);
      write(quote, short(prompt, 400));
      write(words, join(run.message, ended && run.advice));
      write(tag, ended && charge?.kind !== "none" ? charge?.text : "");
      flag(tag, "may", charge?.kind === "may");
      write(meta, howItWent(run));
      view.tick();
      meter.hidden = ended;
      flag(meter, "open", run.progress === null);
      set(meter, { label: run.title, "aria-valuenow": run.progress });
      set(bar, { "--p": `${run.progress}%` });
      grid.el.hidden = folded;
      grid.shape("Pictures", run.n, shape, (place) => ended && !run.landed.includes(place));
      draw();
      view.mark();
    },
    /** @param {Picture} pic */
    put(pic) {
      grid.put(pic, pic.index, run.captions?.[pic.index]);
      view.mark();
    },
    /** Draws the selection. */
    mark() {
      grid.mark();
      picks.hidden = !mine()[0];
      // Also with pictures of other runs.
      compare.hidden = ui.selected.size < 2;
      write(chosen, `${mine().length} selected`);
    },
  };
  new ResizeObserver(grid.layout).observe(el);
  view.update(run);
  return view;
}
