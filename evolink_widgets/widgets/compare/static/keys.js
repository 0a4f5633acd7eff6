/** What the keys do in a comparison: modes by their letters, zoom by signs, the divider and the pictures by arrows. */
import { isPlain } from "../../base/static/dom.js";
import { within } from "../../lightbox/static/gestures.js";
import { MODES, one, STEP, toolbar } from "./toolbar.js";
import { takeTurns } from "./turns.js";

/** Pixels that an arrow key moves the pictures, and hundredths that it moves the divider. */
const FAR = 60;
const NEAR = 2;

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Deck} ui
 * @param {HTMLElement} arena
 * @param {HTMLElement} divider
 * @param {Glass} view
 * @param {ReturnType<typeof toolbar>} tools
 * @param {ReturnType<typeof takeTurns>} turns
 * @param {(name: string, value: any) => void} put sets a trait
 * @returns {(event: KeyboardEvent) => void} the handler of the keys
 */
export function keysOf({ model, say }, arena, divider, view, tools, turns, put) {
  /** @param {number} by hundredths */
  const slide = (by) => put("position", within(Math.round(view.position * 100) + by, 0, 100) / 100);

  /** What a key does, where it does something. @param {KeyboardEvent} event @returns {(() => void) | undefined} */
  function actOf({ key, target }) {
    const mode = model.get("mode");
    const found = MODES.find(([, , letter]) => letter === key.toLowerCase());
    if (found && mode === "blink" && found[0] === mode) return turns.turn;
    if (found) return () => (put("mode", found[0]), say(found[1]));
    /** @type {Record<string, number>} */
    const scales = { "+": view.scale * STEP, "-": view.scale / STEP, 0: view.fit, 1: one() };
    if (scales[key]) return () => (view.ask(scales[key]), say(tools.zoom()));
    if (target !== arena && target !== divider) return;
    if (key === " " && mode === "blink") return turns.toggle;
    const [x, y] = ARROWS[key] ?? [0, 0];
    if (mode === "slider" && (target === divider || view.scale <= view.fit)) {
      const by = { PageUp: 10, PageDown: -10, Home: -100, End: 100 }[key] ?? (x - (target === divider ? y : 0)) * NEAR;
      return by ? () => slide(by) : undefined;
    }
    return (x || y) && view.scale > view.fit ? () => view.move(x * FAR, y * FAR) : undefined;
  }

  return (event) => {
    const act = isPlain(event) && !view.isEmpty && actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  };
}
