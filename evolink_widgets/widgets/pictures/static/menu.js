/** The menu of a picture: all that can be done with it, in words; one for a panel. */
import { fill, h, icon, set } from "../../base/static/dom.js";
import { ALL, fits } from "./picture_work.js";

/** Pixels between the menu and its button, or the window's edge. */
const APART = 4;

/** @param {Deck} ui @returns {HTMLElement} */
export function pictureMenu(ui) {
  /** The button that has opened it. @type {HTMLElement} */
  let from;
  const el = h("div.menu", { role: "menu", label: "More actions", popover: "auto", onkeydown, ontoggle });

  function close() {
    if (el.matches(":popover-open")) el.hidePopover();
  }

  /** @param {any} event */
  function ontoggle({ newState }) {
    const isOpen = newState === "open";
    set(from, { "aria-expanded": isOpen });
    // It is seen by this that what lay under the menu has come to the pointer.
    if (!isOpen) fill(el);
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const items = [...el.children];
    const at = items.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") close();
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length).focus();
  }

  /** Under the button, or above it where there is no room. */
  function place() {
    const { left, right, top, bottom } = from.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = el;
    const start = el.matches(":dir(rtl)") ? left : right - offsetWidth;
    const under = bottom + APART;
    const y = under + offsetHeight + APART > innerHeight ? top - APART - offsetHeight : under;
    set(el, { "--x": `${Math.max(APART, Math.min(start, innerWidth - offsetWidth - APART))}px`, "--y": `${Math.max(APART, y)}px` });
  }

  ui.menu = (button, pic, note, open) => {
    from = button;
    /** @type {[string, string, () => Promise<string | void>][]} */
    const items = ALL.filter(([name]) => (ui.fits ?? fits)(name, pic.trashed)).map(([name, sign, word, work]) => [
      name === "Favourite" && pic.favourite ? "Not a favourite" : name,
      sign,
      async () => (await work(ui, pic)) ?? word,
    ]);
    items.splice(-1, 0, ["Facts", "info", async () => open()]);
    const item = (/** @type {string} */ name, /** @type {string} */ sign, /** @type {() => Promise<string | void>} */ act) =>
      h(
        "button",
        {
          role: "menuitem",
          tabindex: -1,
          onclick() {
            close();
            note("");
            act().then((said) => said && note(said), ({ message }) => note(message, true));
          },
        },
        icon(sign),
        name,
      );
    fill(el, ...items.map((one) => item(...one)));
    el.showPopover();
    place();
    el.firstChild.focus({ preventScroll: true });
  };
  window.addEventListener("scroll", close, { capture: true, signal: ui.signal });
  return el;
}
