/** Brings what is to be known and seen of pictures before they are looked at. */
import { atEnd } from "../../base/static/dom.js";

/** So many that come next have to be there, and so many are asked for at once; milliseconds until it is done again. */
const FEW = 6;
const LATELY = 2000;
/** What is known of so many pictures is kept. */
const KNOWN = 400;

/**
 * @param {Deck} ui @param {string} view
 * @param {{ near: () => number[], here: () => number, seen: (place: number) => boolean, came: () => void }} hand
 */
export function supplyOf({ link, signal }, view, hand) {
  /** @type {Map<number, About>} */
  const known = new Map();
  /** When what is on its way was asked for. @type {Map<number, number>} */
  const asked = new Map();
  /** Whether what others say is to come, too. */
  let isOpen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** Whether all that is to be shown of a picture is here. @param {number} one */
  const knows = (one) => known.has(one) && (!isOpen || known.get(one)?.isOpen);

  /** @param {number[]} places */
  function ask(places) {
    const shows = isOpen;
    link.ask("about", { places, others: shows }, 4).then(([{ pictures }]) => {
      for (const one of pictures) known.set(one.place, { ...one, isOpen: shows });
      for (const old of known.keys()) {
        if (known.size <= KNOWN) break;
        known.delete(old);
      }
      if (places.includes(hand.here())) hand.came();
    }, () => {});
  }

  /** Asks for what is missing, several at once; what does not come is asked for again. */
  function fetchNear() {
    clearTimeout(timer);
    const wanted = hand.near();
    const moment = performance.now();
    const missing = wanted.filter((one) => !knows(one) || !hand.seen(one));
    const news = missing.filter((one) => moment - (asked.get(one) ?? -LATELY) >= LATELY);
    if (missing[0] === hand.here() && missing[0] != null) timer = setTimeout(fetchNear, LATELY);
    if (news.length < FEW && !news.some((one) => wanted.indexOf(one) < FEW)) return;
    for (const one of news) asked.set(one, moment);
    const [unknown, unseen] = [news.filter((one) => !knows(one)), news.filter((one) => !hand.seen(one))];
    if (unknown[0] != null) ask(unknown);
    if (unseen[0] != null) link.ask("large", { view, places: unseen }, 2).catch(() => {});
  }
  atEnd(signal, () => clearTimeout(timer));

  return {
    fetchNear,
    known,
    /** Whether others' words come, too, from now on; nothing is waited for that was asked for before. @param {boolean} on */
    reveal(on) {
      isOpen = on;
      asked.clear();
    },
  };
}
