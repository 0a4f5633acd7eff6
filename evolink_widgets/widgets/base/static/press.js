/** One press, one action: a held key, a second click, and what has just come under the pointer do nothing. */
import { atEnd, set, withCtrl } from "./dom.js";

/** Milliseconds: longer than the slowest double click that a system can be set to (0.9 s). */
export const ARMING = 1000;
/** Pixels that the hand of a double click trembles within; a fingertip lands less surely. */
const TREMBLE = 8;
const FINGER = 32;
/** Keys that press a button; and those that act at all, and so act once while they are held. */
const PRESSES = ["Enter", " "];
const HELD_ONCE = [...PRESSES, "Delete", "Backspace", "z", "Z"];

/** What a button is about: of one that is there for many pictures, the picture; of an offer, its words. @param {any} button */
const aboutOf = (button) =>
  button && `${button.closest("[role=gridcell]")?.getAttribute("aria-label")}${"offer" in button.dataset && button.textContent}`;

/**
 * Watches all buttons in a root. Arrows, Page keys and typing may be held: they act on nothing but the view.
 * @param {HTMLElement} root
 * @param {Deck} ui
 */
export function onePress(root, ui) {
  const { signal } = ui;
  /** Where the pointer pressed, what is there, and since when. @type {{ x: number, y: number, button: any, about: any, since: number } | undefined} */
  let spot;
  let isArmed = true;
  /** Whether the focus goes where a person steers it; and when it last went elsewhere. */
  let isSteered = true;
  let movedAt = -ARMING;
  /** The button that says that it rests. @type {any} */
  let resting;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;

  const buttonAt = (/** @type {any} */ node) => node?.closest("button,[role=gridcell]");
  const on = (/** @type {string} */ name, /** @type {(event: any) => void} */ act, /** @type {EventTarget} */ where = root) =>
    where.addEventListener(name, act, { capture: true, signal });
  /** By when it was pressed, not by when a busy page hears of it. @param {Event} event @param {number} at */
  const isEarly = (event, at) => event.timeStamp - at < ARMING;

  function wake() {
    clearTimeout(timer);
    resting?.removeAttribute("aria-disabled");
    resting = undefined;
  }

  /** The pointer is elsewhere: what it finds there was there before. */
  function leave() {
    spot = undefined;
    watch.disconnect();
    wake();
  }

  /** Notices what has come under a pointer that stays. */
  function look() {
    if (!spot) return;
    const page = /** @type {Document} */ (root.getRootNode());
    const button = buttonAt(page.elementFromPoint(spot.x, spot.y));
    const about = aboutOf(button);
    if (button === spot.button && about === spot.about) return;
    Object.assign(spot, { button, about, since: performance.now() });
    wake();
    if (!root.contains(button) || button.hasAttribute("aria-disabled")) return;
    resting = button;
    set(button, { "aria-disabled": true });
    timer = setTimeout(wake, ARMING);
  }
  const watch = new MutationObserver(look);

  /** @param {PointerEvent} event */
  function move({ clientX, clientY, pointerType }) {
    const far = pointerType === "touch" ? FINGER : TREMBLE;
    if (spot && Math.hypot(clientX - spot.x, clientY - spot.y) > far) leave();
  }

  on("pointermove", move, window);
  on("scroll", leave, window);
  on("pointerdown", (event) => {
    move(event);
    look();
    isSteered = true;
    const button = buttonAt(event.target);
    // Beside the spot stands what stood there before.
    const since = spot && spot.button === button ? spot.since : -ARMING;
    isArmed = !isEarly(event, since);
    spot = { x: event.clientX, y: event.clientY, button, about: aboutOf(button), since };
    watch.observe(root, { childList: true, subtree: true, attributeFilter: ["hidden", "class", "open", "aria-label"] });
  });
  on("focusin", () => (movedAt = isSteered ? -ARMING : performance.now()));
  on("keydown", (event) => {
    const { key, repeat, target } = event;
    const isText = /^(textarea|input|select)$/.test(target.localName);
    const isLine = target.localName === "textarea" && !withCtrl(event);
    ui.pressedAt = event.timeStamp;
    if (!PRESSES.includes(key)) [isSteered, movedAt] = [true, -ARMING];
    if (!repeat || (key === "Enter" ? isLine : isText || !HELD_ONCE.includes(key))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  on("click", (event) => {
    const button = buttonAt(event.target);
    if (!button) return;
    isSteered = false;
    ui.pressedAt = event.timeStamp;
    // The keyboard and assistive technology press without a pointer.
    if (event.detail ? isArmed : !isEarly(event, movedAt)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // A second press on what buys is no reason to press again.
    ui.say(ui.busy || `“${button.getAttribute("aria-label") ?? (button.title || button.innerText)}” has only just appeared. Press again.`);
  });
  atEnd(signal, leave);
}
