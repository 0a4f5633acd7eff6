/** ImageStudio: a composer above the log of runs. */
import { composer } from "./composer.js";
import { openPanel } from "./panel.js";

/** @param {Context} context */
function render(context) {
  /** @type {ReturnType<typeof composer>} */
  let form;
  return openPanel(context, "Image studio", {
    top: (deck) => (form = composer(deck)).nodes,
    welcome: (message) => form.welcome(message),
    state: (live) => form?.state(live),
  });
}

export default { render };
