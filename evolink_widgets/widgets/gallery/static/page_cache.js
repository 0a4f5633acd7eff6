/** What has been fetched of a query: pages of facts and small pictures, neither more than a view needs. */
import { atEnd, token, urlOf } from "../../base/static/dom.js";

const PAGE = 60;
const MOST_PAGES = 12;
const MOST_THUMBS = 300;
/** While a person scrolls, what flies past is not asked for. */
const PAUSE = 80;
/** A small picture that has not come by then was lost on its way. */
const LOST = 6000;

/**
 * @param {Deck} ui
 * @param {() => object} query what is looked for now
 * @param {(news?: Set<string>) => void} draw called when something has come
 * @param {Note} note
 * @returns {PageCache}
 */
export function pageCache(ui, query, draw, note) {
  const view = token(),
    /** Both from what was needed longest ago to what was needed last. @type {Map<number, { items?: Found[], stop?: AbortController, old?: boolean }>} */
    pages = new Map(),
    /** @type {Map<string, Thumb>} */
    thumbs = new Map(),
    /** Asked for and not here yet. @type {Set<string>} */
    coming = new Set();
  let from = 0,
    to = 0,
    was = 0,
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    timer,
    /** @type {ReturnType<typeof setTimeout>} */
    again;

  const at = (/** @type {number} */ i) => {
      const items = pages.get(Math.floor(i / PAGE))?.items;
      return items && (items[i % PAGE] ?? null);
    },
    load = async (/** @type {number} */ number) => {
      const stop = new AbortController(),
        page = pages.get(number) ?? {};
      pages.set(number, Object.assign(page, { stop, old: false }));
      try {
        const asked = { query: query(), offset: number * PAGE, limit: PAGE };
        [{ items: page.items }] = await ui.link.ask("page", asked, 4, stop.signal);
      } catch (error) {
        if (stop.signal.aborted) return;
        note(/** @type {Error} */ (error).message, true);
      }
      page.stop = undefined;
      draw();
    },
    /** Asks for what is missing where the view has come to rest. */
    settle = () => {
      timer = undefined;
      const far = Math.abs(from - was) > to - from;
      was = from;
      if (far) return later();
      for (let number = Math.floor(from / PAGE); number * PAGE < to; number++) {
        const page = pages.get(number);
        pages.delete(number);
        if (page) pages.set(number, page);
        if (!page || (page.old && !page.stop)) load(number);
      }
      for (const [number, { stop }] of pages) {
        if (pages.size <= MOST_PAGES) break;
        stop?.abort();
        pages.delete(number);
      }
      want();
    },
    want = () => {
      const wanted = [],
        middle = (from + to) / 2;
      for (let i = from; i < to; i++) {
        const id = at(i)?.id,
          thumb = id && thumbs.get(id);
        if (!id) continue;
        if (!thumb) wanted.push({ id, off: Math.abs(i - middle) });
        else if (thumbs.delete(id)) thumbs.set(id, thumb);
      }
      clearTimeout(again);
      if (!wanted[0] || !ui.live) return;
      again = setTimeout(() => (coming.clear(), want()), LOST);
      if (wanted.every(({ id }) => coming.has(id))) return;
      const pictures = wanted.sort((a, b) => a.off - b.off).map(({ id }) => id);
      coming.clear();
      pictures.forEach((id) => coming.add(id));
      // What is lost is asked for again above.
      ui.link.ask("thumbs", { view, pictures }).catch(() => {});
    },
    later = () => (timer ??= setTimeout(settle, PAUSE)),
    drop = (/** @type {string} */ id) => {
      const url = thumbs.get(id)?.url;
      if (url) URL.revokeObjectURL(url);
      thumbs.delete(id);
    },
    reset = () => {
      for (const { stop } of pages.values()) stop?.abort();
      pages.clear();
    };

  ui.link.on.thumbs = ({ pictures }, buffers) => {
    pictures.forEach((/** @type {any} */ { id, gone }, /** @type {number} */ i) => {
      if (coming.delete(id)) thumbs.set(id, gone ? { gone } : { url: urlOf(buffers[i]) });
    });
    for (const id of thumbs.keys()) {
      if (thumbs.size <= MOST_THUMBS) break;
      drop(id);
    }
    draw(new Set(pictures.map((/** @type {any} */ { id }) => id)));
  };
  atEnd(ui.signal, () => {
    clearTimeout(again);
    clearTimeout(timer);
    reset();
    [...thumbs.keys()].forEach(drop);
  });

  return {
    at,
    thumb: (id) => thumbs.get(id),
    known: (id) => [...pages.values()].flatMap(({ items }) => items ?? []).find((found) => found.id === id),
    need(first, end) {
      [from, to] = [first, end];
      later();
    },
    reset,
    refresh() {
      for (const page of pages.values()) page.old = true;
      later();
    },
  };
}
