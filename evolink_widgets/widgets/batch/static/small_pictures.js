/** The small pictures that have come, by their place; the oldest give way. */
import { urlOf } from "../../base/static/dom.js";

/** How many are kept. */
const KEPT = 600;

export function smallPictures() {
  /** @type {Map<number, string>} */
  const urls = new Map();
  return {
    at: (/** @type {number} */ place) => urls.get(place),
    /** Whether it is new. @param {number} place @param {DataView} bytes */
    take(place, bytes) {
      if (!bytes?.byteLength || urls.has(place)) return false;
      urls.set(place, urlOf(bytes));
      for (const [old, url] of urls) {
        if (urls.size <= KEPT) break;
        URL.revokeObjectURL(url);
        urls.delete(old);
      }
      return true;
    },
  };
}
