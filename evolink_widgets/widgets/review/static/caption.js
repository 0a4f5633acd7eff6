/** The caption of the picture in view: kept once no key comes for a moment, and when one goes on. */
import { atEnd, h, set } from "../../base/static/dom.js";

/** Milliseconds without a key. */
const TYPED = 600;

/** @param {AbortSignal} signal @param {(id: string, text: string) => void} keep */
export function captionOf(signal, keep) {
  const area = h("textarea", { rows: 3, maxlength: 4000, dir: "auto", "aria-keyshortcuts": "C" });
  const el = h("label.caption-of", h("span.label", "Caption"), h("kbd", { "aria-hidden": true }, "C"), area);
  /** What was typed here, by the pictures' ids. @type {Map<string, string>} */
  const texts = new Map();
  /** @type {About | undefined} */
  let now;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const stored = () => (now && (texts.get(now.id) ?? now.caption)) ?? "";

  /** Keeps what was typed. */
  function save() {
    clearTimeout(timer);
    if (!now || area.value === stored()) return;
    texts.set(now.id, area.value);
    keep(now.id, area.value.trim());
  }

  set(area, {
    oninput() {
      clearTimeout(timer);
      timer = setTimeout(save, TYPED);
    },
    onblur: save,
  });
  atEnd(signal, save);

  return {
    area,
    el,
    save,
    /** Shows a picture's; what is being typed stays. @param {About | undefined} about */
    show(about) {
      const isSame = about?.id === now?.id;
      if (!isSame) save();
      now = about;
      area.disabled = !about;
      if (!isSame && area.value !== stored()) area.value = stored();
    },
  };
}
