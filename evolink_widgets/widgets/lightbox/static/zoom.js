/** The stage of the lightbox: a picture that is seen whole, or larger and moved by keys, wheel and fingers. */
import { ahead, flag, h, isPlain, set, write } from "../../base/static/dom.js";
import { gestures, growth, within } from "./gestures.js";

/** How many pixels of the screen one of the picture may take. */
const MOST = 8;
/** Pixels that an arrow key moves a picture, and that a finger goes from one to the next. */
const STRIDE = 60;
const SWIPE = 60;

/** @param {Element} el @returns {Spot} */
function middleOf(el) {
  const { x, y, width, height } = el.getBoundingClientRect();
  return { clientX: x + width / 2, clientY: y + height / 2 };
}

/**
 * @param {(by: number) => void} page turns to another picture, so many places on
 * @param {() => void} seen called when it is shown at another scale
 */
export function zoomStage(page, seen) {
  /** The picture's pixels. */
  let width = 0;
  let height = 0;
  /** Pixels of the screen for one of the picture; and where the whole of it is seen. */
  let scale = 1;
  let fit = 1;
  /** Where a finger began that may turn to the next picture. @type {number | undefined} */
  let swipe;
  /** The pixel that two fingers hold, and the scale they found. @type {number[]} */
  let held;
  let before = 1;

  const zoomed = h("button.btn.num", () => zoom(scale === one() ? fit : one()));
  const image = h("img", { alt: "", draggable: false });
  const stage = h("div.stage", { tabindex: 0, role: "group" }, image);

  /** The scale of 100 %: a pixel of the screen's own for each of the picture. */
  const one = () => 1 / devicePixelRatio;

  /** Which pixel of the picture is under a point of the screen. @param {Spot} point */
  function pixelAt({ clientX, clientY }) {
    const { left, top } = image.getBoundingClientRect();
    return [(clientX - left) / scale, (clientY - top) / scale];
  }

  /** The stage scrolls: what was under a point, or in the middle, stays there. @param {number} to @param {Spot} [point] @param {number[]} [pixel] another one to put there */
  function zoom(to, point = middleOf(stage), pixel = pixelAt(point)) {
    scale = within(to, fit, MOST);
    set(image, { "--w": `${width * scale}px`, "--h": `${height * scale}px` });
    const now = pixelAt(point);
    stage.scrollBy((pixel[0] - now[0]) * scale, (pixel[1] - now[1]) * scale);
    flag(stage, "large", scale > fit);
    write(zoomed, `Zoom ${Math.round((scale / one()) * 100)} %`);
    seen();
  }

  /** Shows the whole picture, never enlarged. */
  function whole() {
    fit = Math.min(1, stage.clientWidth / width, stage.clientHeight / height) || 1;
    zoom(fit);
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const isLarge = scale > fit;
    const step = ahead(stage);
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => zoom(scale * 1.25),
      "-": () => zoom(scale / 1.25),
      0: whole,
      1: () => zoom(one()),
      // Zoomed, arrows move the picture, wherever the focus is.
      ArrowLeft: () => (isLarge ? stage.scrollBy(-STRIDE, 0) : page(-step)),
      ArrowRight: () => (isLarge ? stage.scrollBy(STRIDE, 0) : page(step)),
      ArrowUp: () => stage.scrollBy(0, -STRIDE),
      ArrowDown: () => stage.scrollBy(0, STRIDE),
    };
    if (!keys[event.key] || !isPlain(event)) return;
    event.preventDefault();
    keys[event.key]();
  }

  set(stage, {
    onwheel(/** @type {WheelEvent} */ event) {
      event.preventDefault();
      zoom(scale * growth(event), event);
    },
    ondblclick(/** @type {MouseEvent} */ event) {
      zoom(scale > fit ? fit : fit < 1 ? 1 : 2, event);
    },
  });
  gestures(stage, {
    begin({ clientX }, others) {
      swipe = others || scale > fit ? undefined : clientX;
      return true;
    },
    drag: (dx, dy) => stage.scrollBy(-dx, -dy),
    grip(middle) {
      held = pixelAt(middle);
      before = scale;
    },
    pinch: (by, middle) => zoom(before * by, middle, held),
    end({ type, pointerType, clientX }) {
      const far = clientX - (swipe ?? clientX);
      swipe = undefined;
      if (type === "pointerup" && pointerType === "touch" && Math.abs(far) > SWIPE) page(far < 0 ? ahead(stage) : -ahead(stage));
    },
  });
  new ResizeObserver(() => {
    if (width && scale <= fit) whole();
  }).observe(stage);

  return {
    image,
    stage,
    zoomed,
    onkeydown,
    /** Shows the whole of a picture of other pixels. @param {number} wide @param {number} high */
    show(wide, high) {
      [width, height] = [wide, high];
      whole();
    },
    get scale() {
      return scale;
    },
  };
}
