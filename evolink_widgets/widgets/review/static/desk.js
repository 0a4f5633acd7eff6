/** Where a person works: the picture with its strip, what is said of it beside, and a button and a key for each act. */
import { ahead, h, icon, isPlain, set } from "../../base/static/dom.js";
import { captionOf } from "./caption.js";
import { orderOf } from "./order.js";

/**
 * @param {ReturnType<typeof orderOf>} order
 * @param {HTMLElement} shot what shows the picture and takes the keys
 * @param {ReturnType<typeof captionOf>} caption
 * @param {{ decide: (letter: string) => void, pass: () => void, takeBack: () => void, go: (to: number) => void, enlarge: () => void }} act
 */
export function deskOf(order, shot, caption, act) {
  const back = () => act.go(order.at - 1);
  const cap = (/** @type {string} */ sign) => h("kbd", { "aria-hidden": true }, sign);
  const turned = (/** @type {string} */ sign) => h("kbd.turn", { "aria-hidden": true }, sign);
  const reject = h("button.btn.first.decide", () => act.decide("r"), icon("close"), "Reject", turned("←"));
  const keep = h("button.btn.first.decide", () => act.decide("k"), icon("check"), "Keep", turned("→"));
  const key = (/** @type {string} */ sign, /** @type {string} */ word, /** @type {() => void} */ onclick, name = sign) =>
    h("button.key", { onclick, "aria-keyshortcuts": name }, cap(sign), word);
  const keys = [key("↓", "Later", act.pass, "ArrowDown"), key("↑", "Back", back, "ArrowUp"), key("Z", "Undo", act.takeBack)];

  /** Which arrow keeps: the one that points where one reads on. */
  const forward = () => (ahead(shot) > 0 ? "ArrowRight" : "ArrowLeft");

  /** What a key does; what is typed in a field stays there. @param {KeyboardEvent} event @returns {(() => void) | undefined} */
  function actOf({ key, target }) {
    if (target === caption.area) return key === "Escape" || key === "Enter" ? () => shot.focus() : undefined;
    if (key === "ArrowRight" || key === "ArrowLeft") return () => act.decide(key === forward() ? "k" : "r");
    if (key === "Enter" && target === shot) return act.enlarge;
    return {
      ArrowDown: act.pass,
      ArrowUp: back,
      Home: () => act.go(0),
      End: () => act.go(order.list.length - 1),
      z: act.takeBack,
      c: () => caption.area.focus(),
    }[key.length > 1 ? key : key.toLowerCase()];
  }
  const isMany = (/** @type {string} */ key) => key === "ArrowUp" || key === "ArrowDown";

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    if (!isPlain(event) || (event.target === caption.area && event.shiftKey)) return;
    const does = actOf(event);
    if (!does) return;
    event.preventDefault();
    // A key that is held decides once.
    if (!event.repeat || isMany(event.key)) does();
  }
  shot.ondblclick = act.enlarge;

  return {
    onkeydown,
    buttons: [h("div.pair", reject, keep), h("div.keys", ...keys)],
    /** @param {string} letter of the picture in view */
    draw(letter) {
      set(reject, { "aria-pressed": letter === "r" });
      set(keep, { "aria-pressed": letter === "k" });
    },
    /** Says which arrow is which, once the reading direction is known. */
    name() {
      const isAhead = forward() === "ArrowRight";
      set(keep, { "aria-keyshortcuts": forward() });
      set(reject, { "aria-keyshortcuts": isAhead ? "ArrowLeft" : "ArrowRight" });
    },
  };
}
