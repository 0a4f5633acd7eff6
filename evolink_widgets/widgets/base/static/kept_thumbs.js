/** The small pictures that a page keeps, by their names; the oldest give way. */
import { urlOf } from "./dom.js";

/** @param {number} most */
export function keptThumbs(most) {
  /** @type {Map<string | number, string>} */
  const urls = new Map();
  return {
    at: (/** @type {string | number} */ name) => urls.get(name),
    clear() {
      urls.forEach((url) => URL.revokeObjectURL(url));
      urls.clear();
    },
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
