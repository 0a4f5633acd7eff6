/** ImageGrid: the pictures alone, with their run's header while it runs. */
import { openPanel } from "../../base/static/panel.js";

const imageGrid = {
  /** @param {Context} context */
  render: (context) => openPanel(context, "image_grid", "Pictures"),
};

export default imageGrid;
