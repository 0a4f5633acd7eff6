/** What both panels are made of: a view with a log of runs, and what stands above it. */
import { h, join, urlOf } from "./dom.js";
import { hasEnded, runView } from "./runs.js";
import { openView } from "./view.js";

/**
 * @param {Context} context
 * @param {string} label
 * @param {(ui: Deck) => Form} [compose] what stands above the log
 */
export const openPanel = (context, label, compose) =>
  openView(context, label, (ui) => {
    const { link, say, signal } = ui,
      log = h("div.runs"),
      form = compose?.(ui),
      /** @type {Map<string, ReturnType<typeof runView>>} */
      views = new Map(),
      /** @type {Map<string, Picture>} */
      pics = new Map(),
      take = (/** @type {Run} */ run, news = true) => {
        let view = views.get(run.key);
        const before = view?.run.stage;
        // What is left of caps, and what the store has, is not what it was.
        if (news && before !== run.stage) form?.refresh?.();
        if (view) view.update(run);
        else {
          view = runView(ui, run);
          views.set(run.key, view);
          log.prepend(view.el);
          for (const pic of pics.values()) if (pic.key === run.key) view.put(pic);
        }
        if (news && before !== run.stage && (!before || hasEnded(run)))
          say(join(`${run.title}.`, run.charge && `${run.charge.text}.`, run.message ?? run.prompt.slice(0, 80)));
      },
      ticker = setInterval(() => views.forEach((view) => view.tick()), 1000);

    ui.edit = form?.edit;
    link.on.run = ({ run }) => take(run);
    link.on.picture = ({ key, index, width, height, alt }, [bytes]) => {
      const id = `${key}.${index}`,
        view = views.get(key);
      if (pics.has(id)) return;
      const pic = { id, key, index, width, height, alt, url: urlOf(bytes) };
      pics.set(id, pic);
      view?.put(pic);
      if (view && !hasEnded(view.run)) say(`Picture ${index + 1} of ${view.run.n} is ready`);
    };
    signal.addEventListener("abort", () => {
      clearInterval(ticker);
      pics.forEach(({ url }) => URL.revokeObjectURL(url));
    });

    return {
      nodes: form?.nodes ?? [],
      log: [log],
      welcome(told) {
        ui.columns = told.columns ?? null;
        form?.welcome(told);
        for (const run of told.runs) take(run, false);
      },
      state: (live) => form?.state(live),
      mark: () => views.forEach((view) => view.mark()),
    };
  });
