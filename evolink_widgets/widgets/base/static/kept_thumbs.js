/** The small pictures that a page keeps while a view lives, by their names; the oldest give way. */
import { atEnd, urlOf } from "./dom.js";

/** @param {number} most @param {AbortSignal} signal ends with the view */
export function keptThumbs(most, signal) {
  /** @type {Map<string | number, string>} */
  const urls = new Map();
  function clear() {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls.clear();
  }
  atEnd(signal, clear);

  return {
    at: (/** @type {string | number} */ name) => urls.get(name),
    clear,
    /** Whether it is new. @param {string | number} name @param {DataView} bytes */
    take(name, bytes) {
      if (!bytes?.byteLength || urls.has(name)) return false;
      urls.set(name, urlOf(bytes));
      for (const [old, url] of urls) {
        if (urls.size <= most) break;
        URL.revokeObjectURL(url);
        urls.delete(old);
      }
      return true;
    },
  };
}
