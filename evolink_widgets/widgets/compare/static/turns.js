/** Two pictures that take turns in one place, by the clock or by a press. */
import { h, write } from "../../base/static/dom.js";

/** Milliseconds that a picture is seen while they take turns. */
const TURN = 800;

/** @param {() => void} changed it is another one's turn */
export function takeTurns(changed) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const pause = h("button.btn", toggle);
  const swap = h("button.btn", turn, "Show the other");
  let isOther = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  function turn() {
    isOther = !isOther;
    changed();
  }

  function toggle() {
    run(!timer);
  }

  /** @param {boolean} on */
  function run(on) {
    clearInterval(timer);
    timer = on && !calm.matches ? setInterval(turn, TURN) : undefined;
    write(pause, on ? "Pause" : "Play");
  }

  return {
    el: h("div.blinks", pause, swap),
    turn,
    toggle,
    /** Begins with the first picture, or ends. @param {boolean} on */
    start(on) {
      isOther = false;
      run(on);
    },
    /** Whether it is the other's turn. */
    isOther() {
      // Where motion is not wanted there is nothing to pause.
      pause.hidden = calm.matches;
      return isOther;
    },
  };
}
