/** Each picture as sharp as it is seen: small copies first, the file itself when its pixels can be seen. */
import { h, urlOf } from "../../base/static/dom.js";

/** What Python gives, and its longest edge. */
const LEVELS = ["thumb", "preview", "original"];
const EDGES = [512, 1600, Infinity];
/** How much more a small copy may be stretched than it is wide. */
const STRETCH = 1.1;

/** Which level fills so many pixels of the screen. @param {Seen} pic @param {number} wanted pixels across */
export function levelFor({ width, height }, wanted) {
  const found = EDGES.findIndex((edge) => wanted <= STRETCH * width * Math.min(1, edge / Math.max(width, height)));
  return found < 0 ? 2 : found;
}

/** Shows bytes once they are decoded, so that nothing flickers. @param {Seen} pic @param {any} bytes @param {number} level */
export async function develop(pic, bytes, level) {
  const url = urlOf(bytes);
  const image = h("img", { src: url, alt: `${pic.label}: ${pic.alt}`, draggable: false });
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    throw Error(`${pic.label} can't be drawn.`);
  }
  // A small copy may be decoded after a large one that was asked for later.
  if (level < pic.level) return URL.revokeObjectURL(url);
  // The small copy's URL stays: the lightbox shows it too.
  if (pic.sharp !== pic.url) URL.revokeObjectURL(pic.sharp);
  pic.url ||= url;
  Object.assign(pic, { sharp: url, level, image });
  pic.lens.replaceChildren(image);
}

/** @param {Seen} pic */
export function forget(pic) {
  pic.level = Infinity;
  for (const url of [pic.url, pic.sharp]) URL.revokeObjectURL(url);
}

/**
 * Fetches what is needed, until it is here or can't be had.
 * @param {Link} link @param {AbortSignal} signal @param {Seen} pic
 * @param {() => number} needed the level, which may change meanwhile
 * @param {(pic: Seen) => void} changed
 */
export async function sharpen(link, signal, pic, needed, changed) {
  if (pic.isBusy || pic.level < 0) return;
  pic.isBusy = true;
  try {
    while (pic.level < needed()) {
      // What is no larger than its preview needs none on the way.
      const isLarge = Math.max(pic.width, pic.height) > EDGES[1];
      const next = needed() > 1 && !isLarge ? 2 : pic.level + 1;
      const [blob] = await link.pull(pic.id, /** @type {any} */ (LEVELS[next]), signal);
      await develop(pic, blob, next);
      changed(pic);
    }
    pic.isBusy = false;
  } catch (error) {
    // Not asked for again: what is there is shown, and why there is no more.
    if (!signal.aborted) throw error;
  }
}
