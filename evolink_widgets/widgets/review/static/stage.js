/** The large picture: what is next is there before it is asked for, and sharp once a person rests on it. */
import { atEnd, fill, flag, h, make, set, urlOf, write } from "../../base/static/dom.js";

/** Large pictures that are kept. */
const SHOTS = 80;
/** Milliseconds on one picture until a sharper copy of it is fetched. */
const REST = 350;

/** @param {Deck} ui */
export function stageOf({ link, signal }) {
  const [frame, sign, words, hint] = make("div.shot-in span.seal div.words span.hint");
  const el = h("div.shot", { role: "group", tabindex: 0 }, frame, sign, words, hint);
  write(hint, "Click the picture to use the keys");
  set(hint, { "aria-hidden": true });
  /** @type {Map<number, { image: HTMLImageElement, gone?: string, isSharp?: boolean }>} */
  const shots = new Map();
  let loading = new AbortController();
  let now = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;

  /** @param {number} place */
  function drop(place) {
    URL.revokeObjectURL(shots.get(place)?.image.src ?? "");
    shots.delete(place);
  }

  async function sharpen() {
    const shot = shots.get(now);
    const shown = el.clientHeight * devicePixelRatio;
    if (!shot || shot.gone || shot.isSharp || shot.image.naturalHeight >= shown) return;
    const { signal: stop } = loading;
    const place = now;
    const sharp = new Image();
    try {
      const [blob] = await link.pull(`${place}`, "preview", stop);
      sharp.src = urlOf(blob);
      await sharp.decode();
      if (shots.get(place) !== shot) throw Error();
      URL.revokeObjectURL(shot.image.src);
      shot.image.src = sharp.src;
      shot.isSharp = true;
    } catch {
      // The small one stays, where it has not given way meanwhile.
      URL.revokeObjectURL(sharp.src);
    }
  }
  atEnd(signal, () => {
    loading.abort();
    clearTimeout(resting);
    [...shots.keys()].forEach(drop);
  });

  return {
    el,
    has: (/** @type {number} */ place) => shots.has(place),
    url: (/** @type {number} */ place) => shots.get(place)?.image.src ?? "",
    /** @param {number} place @param {string} letter @param {{ alt: string } | undefined} about */
    show(place, letter, about) {
      if (now !== place) {
        loading.abort();
        loading = new AbortController();
        clearTimeout(resting);
        resting = setTimeout(sharpen, REST);
      }
      now = place;
      const shot = shots.get(place);
      if (shot && about) shot.image.alt = about.alt;
      fill(frame, ...(shot && !shot.gone ? [shot.image] : []));
      write(words, shot ? shot.gone : "The picture is on its way…");
      set(el, { "data-v": letter });
      write(sign, { k: "Kept", r: "Rejected" }[letter]);
      flag(el, "late", !shot);
    },
    /** Words in place of a picture. @param {(Node | string)[]} told */
    tell(...told) {
      now = -1;
      fill(frame);
      fill(words, ...told);
      write(sign, "");
      set(el, { "data-v": "." });
      flag(el, "late", false);
    },
    /** Whether it is the one that is waited for. @param {number} place @param {DataView} bytes @param {string} [gone] */
    take(place, bytes, gone) {
      if (shots.has(place)) return false;
      const image = new Image();
      if (!gone) image.src = urlOf(bytes);
      shots.set(place, { image, gone });
      for (const old of shots.keys()) {
        if (shots.size <= SHOTS) break;
        if (old !== now) drop(old);
      }
      if (place === now && !resting) resting = setTimeout(sharpen, REST);
      return place === now;
    },
  };
}
