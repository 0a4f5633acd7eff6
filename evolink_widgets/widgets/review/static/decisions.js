/**
 * What has been decided and is not in the store yet. The page goes on, Python follows: one message is out at a time,
 * with all that came up meanwhile in the next. Until Python has taken them they are kept in the browser, too, where
 * the next view of the same store and judge finds them: after a reload, or when the kernel has died.
 */
import { atEnd, token } from "../../base/static/dom.js";

/** In one message; and how long after a vain one the next is sent. */
const AT_ONCE = 200;
const AGAIN = 5000;

/** The browser's own store; a page without an origin has none. */
const shelf = () => {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
};

/**
 * @param {Deck} ui
 * @param {{ taken: (changes: [number, string][]) => void, waits: (count: number, why: string) => void }} hand
 */
export function decisionsOf({ link, signal }, hand) {
  /** By the picture's id, in the order in which they were made. @type {Map<string, Decision>} */
  const pending = new Map();
  const mark = token();
  let prefix = "";
  /** What `performance.now` is to be added to for Python's clock. */
  let ahead = 0;
  let isOut = false;
  let why = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function keep() {
    if (!prefix) return;
    try {
      if (pending.size) shelf()?.setItem(prefix + mark, JSON.stringify([...pending.values()]));
      else shelf()?.removeItem(prefix + mark);
    } catch {
      // A full shelf: they are in this page still.
    }
  }

  /** Takes over what an earlier view of this store and judge could not tell. */
  function adopt() {
    const found = shelf();
    if (!found) return;
    for (const name of Object.keys(found)) {
      if (!name.startsWith(prefix) || name === prefix + mark) continue;
      try {
        for (const one of JSON.parse(found[name])) merge(one);
      } catch {
        // Not ours, or torn.
      }
      found.removeItem(name);
    }
    keep();
  }

  /** @param {Decision} one */
  function merge(one) {
    const known = pending.get(one.picture);
    pending.set(one.picture, known && known.at > one.at ? { ...one, ...known } : { ...known, ...one });
  }

  async function send() {
    clearTimeout(timer);
    if (isOut || !pending.size || signal.aborted) return;
    isOut = true;
    const changes = [...pending.values()].slice(0, AT_ONCE);
    try {
      const [told] = await link.ask("judge", { changes }, 4);
      why = "";
      for (const one of changes) if (pending.get(one.picture)?.at === one.at) pending.delete(one.picture);
      keep();
      hand.taken(told.changes);
    } catch (/** @type {any} */ error) {
      if (signal.aborted) return;
      why = error.message;
      timer = setTimeout(send, AGAIN);
    }
    isOut = false;
    hand.waits(pending.size, why);
    if (!why) send();
  }
  atEnd(signal, () => clearTimeout(timer));

  return {
    /** A view has begun, or is there again. @param {{ name: string, now: number }} told */
    welcome({ name, now }) {
      prefix = `evolink-review:${name}:`;
      ahead = Math.max(ahead, now - performance.now() / 1000);
      adopt();
      send();
    },
    /** @param {string} picture @param {{ verdict?: string | null, caption?: string }} said */
    put(picture, said) {
      merge({ picture, at: ahead + performance.now() / 1000, ...said });
      keep();
      send();
      hand.waits(pending.size, why);
    },
    /** Whether a verdict on a picture is still to be taken. @param {string | undefined} picture */
    waits: (picture) => picture != null && pending.get(picture)?.verdict !== undefined,
  };
}
