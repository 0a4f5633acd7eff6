/** What both panels are made of: a view with a log of runs, and what stands above it. */
import { atEnd, h, join, short, urlOf } from "./dom.js";
import { purchases } from "./purchase.js";
import { runView } from "./log/runs.js";
import { openView } from "./view.js";
import { comparisons } from "../../pictures/static/comparison.js";
import { pictureMenu } from "../../pictures/static/menu.js";
import { ALL, fits, shareWork } from "../../pictures/static/picture_work.js";

/**
 * @param {Context} context
 * @param {string} name
 * @param {string} label
 * @param {(ui: Deck) => Form} [compose] what stands above the log
 */
export const openPanel = (context, name, label, compose) =>
  openView(context, name, label, (ui) => {
    const { link, say, signal } = ui;
    const log = h("div.runs");
    const waiting = purchases(ui);
    shareWork(ui);
    const form = compose?.(ui);
    /** @type {Map<string, ReturnType<typeof runView>>} */
    const views = new Map();
    /** @type {Map<string, Picture>} */
    const pics = new Map();

    /** @param {Run} run @param {boolean} [past] it is older than all that is there */
    function add(run, past) {
      const view = runView(ui, run);
      views.set(run.key, view);
      log[past ? "append" : "prepend"](view.el);
      for (const pic of pics.values()) if (pic.key === run.key) view.put(pic);
    }

    /** Draws a run; what is new is said aloud. @param {Run} run */
    function take(run, news = true) {
      const view = views.get(run.key);
      const was = view?.run.stage;
      if (view) view.update(run);
      else add(run);
      if (!news || was === run.stage) return;
      // What is left of caps, and what the store has, is not what it was.
      form?.refresh?.();
      if (was && !run.ended) return;
      const what = run.message ?? short(run.prompt, 80);
      say(join(`${run.title}.`, run.charge && `${run.charge.text}.`, what));
    }

    const root = () => /** @type {HTMLElement} */ (log.parentElement);
    const viewOf = (/** @type {string} */ id) => /** @type {any} */ (views.get(id.slice(0, id.lastIndexOf("."))));
    comparisons(ui, root);
    Object.assign(ui, {
      edit: form?.edit,
      add,
      work: ALL,
      fits,
      toldOf: (/** @type {string} */ id) => viewOf(id).told,
      back: (/** @type {Picture} */ { id }) => viewOf(id).focus(id),
      shut: () => /** @type {any} */ (root().querySelector("dialog[open]"))?.close(),
    });
    link.on.marks = ({ pictures }) => {
      for (const { id, ...marks } of pictures) Object.assign(pics.get(id) ?? {}, marks);
      ui.mark();
    };
    link.on.run = ({ run }) => take(run);
    link.on.picture = (told, [bytes]) => {
      const { key, index } = told;
      const id = `${key}.${index}`;
      const view = views.get(key);
      if (pics.has(id)) return;
      const pic = { id, ...told, url: urlOf(bytes) };
      pics.set(id, pic);
      view?.put(pic);
      // marimo runs a cell that reads the pictures again for what comes from the page alone.
      ui.model.set("_came", pics.size);
      ui.model.save_changes();
      if (view && !view.run.ended) say(`Picture ${index + 1} of ${view.run.n} is ready`);
    };

    const ticker = setInterval(() => views.forEach((view) => view.tick()), 1000);
    atEnd(signal, () => {
      clearInterval(ticker);
      pics.forEach(({ url }) => URL.revokeObjectURL(url));
    });

    return {
      nodes: [...(form?.nodes ?? []), waiting, pictureMenu(ui)],
      log: [log, ...(form?.after ?? [])],
      welcome(told) {
        ui.columns = told.columns ?? null;
        form?.welcome(told);
        for (const run of told.runs) take(run, false);
      },
      state: (live) => form?.state(live),
      mark: (ui.mark = () => views.forEach((view) => view.mark())),
    };
  });
