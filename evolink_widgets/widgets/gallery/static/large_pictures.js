/** The lightbox over a gallery: near pictures are its strip, those farther on are opened as they come. */
import { num, sleep } from "../../base/static/dom.js";
import { span } from "./rows.js";

/** Pictures on either side that the lightbox shows as a strip. */
const NEARBY = 24;

/** @param {Desk} ui @param {() => number} count of all pictures @param {(place: number) => void} show scrolls to a place */
export function largePictures(ui, count, show) {
  const { cache } = ui;

  /** @param {number} place @returns {Picture} */
  function picture(place) {
    const found = /** @type {Found} */ (cache.at(place));
    return { ...found, key: "", index: 0, place, trashed: ui.model.get("trashed"), url: cache.thumb(found.id)?.url ?? "" };
  }

  const shown = (/** @type {number} */ place) => !!cache.thumb(cache.at(place)?.id ?? "")?.url;

  /** @param {number} place */
  function open(place) {
    if (!shown(place)) return;
    const list = span(place - NEARBY, place + NEARBY).filter(shown).map(picture);
    ui.open(list, /** @type {any} */ (list.find((pic) => pic.place === place)), /** @type {any} */ ({ focus: () => ui.goTo(place) }));
  }

  /** Turns to a picture that is not in the strip, once it is here. @param {number} place */
  async function turnTo(place) {
    show(place);
    for (let i = 0; i < 100 && !shown(place); i++) await sleep(50);
    if (ui.box()) open(place);
  }

  ui.name = ({ place = 0, id }) =>
    `Picture ${num(place + 1)} of ${num(count())}${cache.known(id)?.favourite ? " · favourite" : ""}`;
  ui.beyond = (pics, to) => {
    if (pics[to]) return false;
    const place = to < 0 ? (pics[0].place ?? 0) - 1 : (pics[to - 1].place ?? 0) + 1;
    if (place < 0 || place >= count()) ui.say("There are no more pictures.");
    else turnTo(place);
    return true;
  };

  return { picture, open };
}
