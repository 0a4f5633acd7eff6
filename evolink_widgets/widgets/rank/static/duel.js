/** Two pictures side by side, and those of the next pairs made ready, so that a vote shows the next at once. */
import { atEnd, fill, h, set, token, urlOf } from "../../base/static/dom.js";

/** Pairs whose pictures are asked for, and pictures that are kept. */
const READY = 12;
const KEPT = 64;

/**
 * @param {Deck} ui
 * @param {(outcome: "left" | "right", event: MouseEvent) => void} choose
 */
export function duel(ui, choose) {
  const view = token();
  /** Pictures by their ids; a promise of null where one can't be had. @type {Map<string, { img: any, gone?: string }>} */
  const images = new Map();
  const sides = ["left", "right"].map((side) => {
    const [shot, name] = [h("span.shot"), h("bdi.name")];
    const label = side === "left" ? "Left picture" : "Right picture";
    const button = h("button.pick", { label, onclick: (/** @type {MouseEvent} */ event) => choose(/** @type {any} */ (side), event) }, shot, name);
    return { shot, name, button, label };
  });
  const el = h("div.duel", { role: "group", tabindex: 0, "aria-keyshortcuts": "ArrowLeft ArrowRight ArrowDown Z S" }, ...sides.map(({ button }) => button));
  /** @type {Contest | undefined} */
  let now;
  let isNamed = false;
  let wanted = "";

  atEnd(ui.signal, () => images.forEach(({ img }) => URL.revokeObjectURL(img?.src)));

  function draw() {
    sides.forEach(({ shot, name, button, label }, at) => {
      const one = now?.[at ? "right" : "left"];
      const known = one && images.get(one.id);
      const drawn = known?.img ?? h("span.wait", known?.gone ?? (one ? "" : "The next pair is on its way."));
      if (shot.firstChild !== drawn) fill(shot, drawn);
      name.textContent = isNamed && one ? one.name : "";
      name.hidden = !isNamed;
      set(button, { label: isNamed && one ? `${label}: ${one.name}` : label, "--ar": one ? `${one.width}/${one.height}` : "1" });
    });
  }

  return {
    el,
    /** Whether both pictures can be seen. */
    get isReady() {
      return !!now && [now.left, now.right].every(({ id }) => images.get(id)?.img);
    },
    /** Shows a pair, or none, and makes the next ones ready. @param {Contest[]} queue @param {boolean} named */
    show(queue, named) {
      [now] = queue;
      isNamed = named;
      const ids = [...new Set(queue.slice(0, READY).flatMap(({ left, right }) => [left.id, right.id]))];
      for (const id of ids) {
        const known = images.get(id);
        if (known) {
          images.delete(id); // used last
          images.set(id, known);
        }
      }
      const missing = ids.filter((id) => !images.has(id));
      if (missing[0] != null && missing.join() !== wanted) {
        wanted = missing.join();
        ui.link.ask("want", { view, pictures: missing }, 3).catch(() => (wanted = ""));
      }
      draw();
    },
    /** Takes small copies; resolves when they can be drawn. @param {Small[]} told @param {any[]} parts */
    take: (told, parts) =>
      Promise.all(
        told.map(async ({ id, gone }, at) => {
          if (images.get(id)?.img) return;
          if (gone) {
            images.set(id, { img: null, gone });
            return;
          }
          const url = urlOf(parts[at]);
          const img = h("img", { src: url, alt: "", draggable: false });
          const isDrawn = await img.decode().then(() => true, () => false);
          // It may have come twice, or the view may have ended.
          const isLate = ui.signal.aborted || images.get(id)?.img;
          if (isLate || !isDrawn) URL.revokeObjectURL(url);
          if (isLate) return;
          images.set(id, isDrawn ? { img } : { img: null, gone: "This picture can't be drawn." });
          for (const [old, { img: first }] of images) {
            if (images.size <= KEPT) break;
            if (first) URL.revokeObjectURL(first.src);
            images.delete(old);
          }
        }),
      ).then(draw),
    /** Asks anew for what has not come: another kernel knows of no wish. */
    again() {
      wanted = "";
    },
  };
}
