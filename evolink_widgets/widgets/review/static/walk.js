/** From picture to picture: to a place, or through what another filter leaves; where one rests is said aloud. */
import { atEnd } from "../../base/static/dom.js";
import { orderOf } from "./order.js";

/** Milliseconds on a picture until it is said aloud. */
const SPOKEN = 450;

/**
 * @param {Deck} ui @param {ReturnType<typeof orderOf>} order @param {HTMLElement} shot what shows the picture
 * @param {{ about: () => About | undefined, show: (at: number, stays?: boolean) => void, chosen: () => void }} hand
 */
export function walkOf({ say, signal }, order, shot, hand) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;

  function speak() {
    const [where, known] = [shot.getAttribute("aria-label") ?? "", hand.about()];
    say(known ? `${where}: ${known.alt}` : where);
  }
  atEnd(signal, () => clearTimeout(speaking));

  /** @param {number} to @param {boolean} [stays] whether the strip stays where it is */
  function go(to, stays) {
    order.at = Math.max(0, Math.min(to, order.list.length));
    hand.show(order.at, stays);
    clearTimeout(speaking);
    speaking = setTimeout(speak, SPOKEN);
  }

  /** @param {string} letter of the filter; none for all */
  function filter(letter) {
    order.choose(letter);
    hand.chosen();
  }

  return {
    go,
    filter,
    /** Begins with the first that is undecided, or else of those that the filter leaves. @param {string} letter */
    choose(letter) {
      filter(letter);
      const first = letter ? 0 : order.open(-1);
      go(first < order.list.length ? first : 0);
      shot.focus();
    },
  };
}
