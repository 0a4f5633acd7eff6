/** One run of the log: what it is doing, how long, what came of it and the next step. */
import { clock, copyText, fill, flag, h, icon, join, make, many, noter, set, timeLeft, write } from "./dom.js";
import { pictureGrid } from "./grid.js";
import { savePic } from "./work.js";

/** Names that Python may give, and their words. @type {Record<string, string>} */
const ACTIONS = {
  stop: "Stop waiting",
  resume: "Wait again",
  lookAgain: "Look again",
  sendAgain: "Send again",
  runAgain: "Run again",
  editPrompt: "Edit prompt",
  saveAll: "Save all",
  copyDetails: "Copy details",
  copyTaskId: "Copy task ID",
};

/** @param {Run} run */
export const hasEnded = ({ stage }) => !/ing$|queued/.test(stage);

/** @param {Deck} ui @param {Run} run */
export function runView(ui, run) {
  const [line, note] = noter(ui.say),
    grid = pictureGrid(ui, note),
    [mark, title, meta, tag, words, acts, bar, chosen] = make(
      "span.mark b span.muted.num bdi.tag bdi.words div.acts i bdi",
    ),
    quote = h("p.quote", { dir: "auto" }),
    meter = h("div.prog", { role: "progressbar" }, bar),
    picks = h(
      "div.selbar",
      chosen,
      h("button.btn", () => save(mine()), icon("saving"), "Save"),
      h(
        "button.btn",
        () => {
          ui.select(
            mine().map(({ id }) => id),
            false,
          );
          grid.el.querySelector("[tabindex='0']").focus();
        },
        "Clear selection",
      ),
    ),
    el = h(
      "article",
      h("div.head", mark, h("div.title", title, meta, tag), acts, quote, words, meter),
      grid.el,
      h("div.after", picks, line),
    ),
    mine = () => grid.landed().filter(({ id }) => ui.selected.has(id)),
    fail = (/** @type {any} */ { message }) => note(message, true);
  let heard = 0,
    drawn = "";

  const save = async (/** @type {Picture[]} */ pics) => {
      try {
        note("Saving…");
        for (const pic of pics) await savePic(ui, pic);
        note(`${many(pics.length)} saved.`);
      } catch (error) {
        fail(error);
      }
    },
    copy = (/** @type {any[]} */ lines, /** @type {string} */ word) =>
      copyText(lines.filter(Boolean).join("\n")).then(() => note(word), fail),
    /** What needs no kernel; everything else is asked of Python. @type {Record<string, () => void>} */
    own = {
      editPrompt: () => ui.edit?.(run.prompt),
      saveAll: () => save(grid.landed()),
      copyTaskId: () => copy([run.taskId], "Task ID copied."),
      copyDetails: () =>
        copy([run.title, run.message, run.advice, run.charge?.text, run.taskId, run.prompt], "Details copied."),
    },
    drawActions = () => {
      const names = run.actions.filter((name) => ACTIONS[name] && (ui.edit || name !== "editPrompt")),
        had = acts.contains(document.activeElement);
      if (drawn === (drawn = names.join())) return;
      fill(
        acts,
        ...names.map((name, i) => {
          const button = h(
            i ? "button.btn" : "button.btn.first",
            () => {
              if (own[name]) return own[name]();
              button.disabled = true;
              ui.link
                .ask(name, { key: run.key })
                .catch(fail)
                .finally(() => (button.disabled = false));
            },
            ACTIONS[name],
          );
          return button;
        }),
      );
      if (had) acts.firstChild?.focus();
    },
    view = {
      el,
      run,
      tick() {
        if (hasEnded(run)) return;
        const since = ui.live ? (Date.now() - heard) / 1000 : 0;
        write(
          meta,
          clock(run.at - run.startedAt + since) +
            (run.left ? ` · ${timeLeft(run.left[0] - since, run.left[1] - since)}` : ""),
        );
      },
      /** @param {Run} next */
      update(next) {
        Object.assign(run, next);
        heard = Date.now();
        const ended = hasEnded(run),
          { stage, charge, prompt, landed, progress: share, ratio } = run,
          folded = ended && !landed.length,
          form = ratio ? ratio[0] / ratio[1] : 1,
          took = (run.endedAt ?? 0) - run.startedAt;
        set(el, {
          class: join("ew-item", `ew-${stage}`, ended && "ew-ended", folded && "ew-folded"),
          label: `${run.title}: ${prompt.slice(0, 80)}`,
        });
        set(mark, { "--ar": Math.max(0.75, Math.min(2, form)) });
        fill(mark, icon(stage));
        write(title, run.title);
        write(quote, prompt.slice(0, 400));
        write(words, ended ? join(run.message, run.advice) : "");
        write(tag, ended && charge?.kind !== "none" ? charge?.text : "");
        flag(tag, "may", charge?.kind === "may");
        write(
          meta,
          stage === "done" ? `${many(landed.length)} in ${took < 60 ? Math.ceil(took) + " s" : clock(took)}` : "",
        );
        view.tick();
        meter.hidden = ended;
        flag(meter, "open", share === null);
        set(meter, { label: run.title, "aria-valuenow": share });
        set(bar, { "--p": `${share}%` });
        grid.el.hidden = folded;
        grid.shape("Pictures", run.n, form);
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
