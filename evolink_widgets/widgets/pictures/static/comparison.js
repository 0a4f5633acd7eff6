/** Pictures of a panel side by side: the view of an ImageCompare that Python makes, in a dialog. */
import { atEnd, copyText, fill, h, set, tool } from "../../base/static/dom.js";

/**
 * The view brings a style sheet of its own, so it stands beside the panel's root and not in it.
 * @param {Deck} ui @param {() => HTMLElement} root
 */
export function comparisons(ui, root) {
  const { link, model } = ui;
  /** The host's view, and what the focus goes back to. @type {any} */
  let view;
  /** @type {any} */
  let from;
  const place = h("div");
  const close = tool("ico", "Close", "close", () => box.close());
  const bar = h("section", h("div.box-top", h("b", "Comparison"), h("span.note"), close));
  const box = h("dialog", { label: "Comparison", onclose, onkeydown, "data-lm-suppress-shortcuts": true }, bar, place);
  Object.assign(box.style, {
    width: "min(1400px, 100vw - 32px)",
    maxHeight: "calc(100vh - 32px)",
    padding: 0,
    border: "1px solid #8888",
    borderRadius: "10px",
  });
  place.style.padding = "12px 16px 16px";

  /** The notebook's keys are not for what lies over it. @param {KeyboardEvent} event */
  function onkeydown(event) {
    event.stopPropagation();
  }

  function onclose() {
    view?.remove();
    view = undefined;
    fill(place);
    from?.focus();
    link.ask("compared").catch(() => {});
  }

  ui.compare = async (pics) => {
    const pictures = [...new Set([...ui.selected, ...pics.map(({ id }) => id)])];
    const [{ model: name, code }] = await link.ask("compare", { pictures });
    const host = model.widget_manager;
    if (!host?.create_view || !host.get_model) {
      await copyText(code);
      return "This host shows no comparison in a panel. Its code is copied: paste it into a cell.";
    }
    // Pressed twice, the dialog is open when the second comparison comes.
    if (!box.open) from = document.activeElement;
    const made = await host.create_view(await host.get_model(name));
    view?.remove();
    view = made;
    if (ui.signal.aborted) return made.remove();
    fill(place, view.el);
    const { className, parentElement } = root();
    set(bar, { class: className });
    box.style.background = getComputedStyle(root()).backgroundColor;
    if (!box.open) {
      parentElement?.append(box);
      box.showModal();
    }
    close.focus();
  };
  atEnd(ui.signal, () => {
    view?.remove();
    box.remove();
  });
}
