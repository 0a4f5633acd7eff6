/** ImageStudio: a composer above the log of runs. */
import { composer } from "./composer.js";
import { openPanel } from "../../base/static/panel.js";

const studio = {
  /** @param {Context} context */
  render: (context) => openPanel(context, "studio", "Image studio", composer),
};

export default studio;
