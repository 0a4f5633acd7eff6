/** ImageGrid: the pictures alone, with their run's header while it runs. */
import { openPanel } from "./panel.js";

/** @param {Context} context */
function render(context) {
  return openPanel(context, "Pictures");
}

export default { render };
