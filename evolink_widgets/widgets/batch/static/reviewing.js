/** The review of a run, right under its view: a widget of its own, which Python makes when it is asked for. */
import { atEnd, h } from "../../base/static/dom.js";

/** @param {Deck} ui @param {Note} note @returns {HTMLButtonElement} */
export function reviewing({ link, model, signal }, note) {
  /** The host's view of it. @type {any} */
  let view;
  const button = h("button.btn.first", { hidden: true, title: "Keep, reject and caption its pictures, one by one." }, "Review");
  button.onclick = async () => {
    try {
      const [{ model: name }] = await link.ask("review", {}, 3);
      const host = model.widget_manager;
      if (!host?.create_view || !host.get_model) return note("This host shows it in a cell of its own: run.review()");
      const made = await host.create_view(await host.get_model(name));
      // Two presses may have made two.
      view?.remove();
      view = made;
      if (signal.aborted) return view.remove();
      // It brings a style sheet of its own, so it stands beside our root and not in it.
      button.closest(".ew").after(view.el);
      note("");
    } catch (/** @type {any} */ { message }) {
      note(message, true);
    }
  };
  atEnd(signal, () => view?.remove());
  return button;
}
