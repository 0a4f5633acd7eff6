/** ImageGrid: the pictures alone, with their run's header while it runs. */
import { openPanel } from "../../base/static/panel.js";

/**
 * Puts a copy in the place of a view inside ipywidgets' Outputs: no update of a display reaches into one, and
 * only the page knows all that it holds.
 * @param {Model} model @param {{ outputs: string[], live: string, companion: string, data: object }} told
 */
async function standIn(model, { outputs, live, companion, data }) {
  for (const id of outputs) {
    const output = await model.widget_manager?.get_model?.(id);
    const held = output?.outputs;
    let found = false;
    for (let i = 0; i < (held?.length ?? 0); i++) {
      const text = JSON.stringify(held.get(i).toJSON());
      const isLive = text.includes(live);
      found ||= isLive;
      if (isLive || text.includes(companion))
        held.set(i, { output_type: "display_data", metadata: {}, data: isLive ? data : { "text/plain": "" } });
    }
    if (!found) continue;
    output.set("outputs", held.toJSON(), { newMessage: true });
    output.save_changes();
    model.send({ kind: "replaced" });
  }
}

const imageGrid = {
  /** @param {Context} context */
  render(context) {
    const { model } = context;
    const take = (/** @type {any} */ told) => told.kind === "copy" && standIn(model, told);
    const end = openPanel(context, "image_grid", "Pictures");
    model.on("msg:custom", take);
    return () => {
      model.off("msg:custom", take);
      end();
    };
  },
};

export default imageGrid;
