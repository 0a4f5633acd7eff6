/** The picture by itself: preview first, the file itself when its pixels can be seen. */
import { ahead, fill, flag, h, make, noter, set, tool, urlOf, write } from "../../base/static/dom.js";
import { gestures, growth, within } from "./gestures.js";
import { picTools } from "../../base/static/work.js";

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

/** @param {Deck} ui @param {HTMLElement} root */
export function lightbox(ui, root) {
  const { link, say } = ui;
  /** @type {Picture[]} */
  let pics = [];
  let at = 0;
  /** What the focus goes back to. @type {HTMLElement} */
  let from;
  /** Pixels of the screen for one of the picture; and where the whole of it is seen. */
  let scale = 1;
  let fit = 1;
  /** Whether the file itself has been asked for. */
  let isSharp = false;
  let loading = new AbortController();
  /** The blob URL in view, given back when another comes. */
  let url = "";
  /** Where a finger began that may turn to the next picture. @type {number | undefined} */
  let swipe;
  /** The pixel that two fingers hold, and the scale they found. @type {number[]} */
  let held;
  let before = 1;

  const [title, facts, strip] = make("b dl.facts div.strip");
  const [line, note] = noter(say);
  const zoomed = h("button.btn.num", () => zoom(scale === 1 ? fit : 1));
  const image = h("img", { alt: "", draggable: false });
  const stage = h("div.stage", { tabindex: 0, role: "group" }, image);
  const back = tool("nav.back", "Previous picture", "back", () => page(-1));
  const next = tool("nav.next", "Next picture", "next", () => page(1));
  const tools = picTools(ui, note, () => pics[at]);
  const close = tool("ico", "Close", "close", () => box.close());
  const box = h(
    "dialog.box",
    { label: "Picture" },
    h(
      "div.box-in",
      h("div.box-top", title, line, zoomed, ...tools, close),
      h("div.box-mid", stage, back, next),
      facts,
      strip,
    ),
  );

  /** Which pixel of the picture is under a point of the screen. @param {Spot} point */
  function pixelAt({ clientX, clientY }) {
    const { left, top } = image.getBoundingClientRect();
    return [(clientX - left) / scale, (clientY - top) / scale];
  }

  /** The stage scrolls: what was under a point, or in the middle, stays there. @param {number} to @param {Spot} [point] @param {number[]} [pixel] another one to put there */
  function zoom(to, point = middleOf(stage), pixel = pixelAt(point)) {
    const { width, height } = pics[at];
    scale = within(to, fit, MOST);
    set(image, { "--w": `${width * scale}px`, "--h": `${height * scale}px` });
    const now = pixelAt(point);
    stage.scrollBy((pixel[0] - now[0]) * scale, (pixel[1] - now[1]) * scale);
    flag(stage, "large", scale > fit);
    write(zoomed, `Zoom ${Math.round(scale * 100)} %`);
    sharpen();
  }

  /** Shows the whole picture, never enlarged. */
  function whole() {
    const { width, height } = pics[at];
    fit = Math.min(1, stage.clientWidth / width, stage.clientHeight / height) || 1;
    zoom(fit);
  }

  /** Once more pixels can be seen than the preview has, the file itself is fetched. */
  function sharpen() {
    const { width } = pics[at];
    const known = url && image.naturalWidth;
    if (isSharp || !known || known >= width || width * scale * devicePixelRatio <= known) return;
    isSharp = true;
    note("Full size…");
    load("original");
  }

  /** @param {"preview" | "original"} what */
  async function load(what) {
    const { signal } = loading;
    try {
      const [blob] = await link.pull(pics[at].id, what, signal);
      URL.revokeObjectURL(url);
      image.src = url = urlOf(blob);
      await image.decode();
      note("");
      sharpen();
    } catch (error) {
      if (!signal.aborted) note(/** @type {Error} */ (error).message, true);
    }
  }

  function free() {
    loading.abort();
    URL.revokeObjectURL(url);
    url = "";
  }

  /** @param {[{ rows: string[][] }, DataView[]]} answer */
  function showFacts([{ rows }]) {
    const pairs = rows.flatMap(([word, value]) => [h("dt", word), h("dd", { dir: "auto" }, `${value}`)]);
    fill(facts, ...pairs);
  }

  /** Shows another picture of the list. @param {number} to @returns {string} its name */
  function turn(to) {
    free();
    loading = new AbortController();
    at = (to + pics.length) % pics.length;
    isSharp = false;
    const { id, url: thumb, alt } = pics[at];
    const name = ui.name?.(pics[at]) ?? `Picture ${at + 1} of ${pics.length}`;
    write(title, name);
    set(stage, { label: `${name}: ${alt}` });
    image.src = thumb;
    note("");
    fill(facts);
    [...strip.children].forEach((child, i) => set(child, { "aria-current": i === at || null }));
    strip.children[at].scrollIntoView({ block: "nearest" });
    whole();
    load("preview");
    link.ask("facts", { picture: id }, 3, loading.signal).then(showFacts, () => {});
    return name;
  }

  /** @param {number} by */
  function page(by) {
    if (!ui.beyond?.(pics, at + by)) say(turn(at + by));
  }

  /** @param {KeyboardEvent} event */
  function onkeydown(event) {
    const isLarge = scale > fit;
    const step = ahead(box);
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => zoom(scale * 1.25),
      "-": () => zoom(scale / 1.25),
      0: whole,
      1: () => zoom(1),
      // Zoomed, arrows move the picture, wherever the focus is.
      ArrowLeft: () => (isLarge ? stage.scrollBy(-STRIDE, 0) : page(-step)),
      ArrowRight: () => (isLarge ? stage.scrollBy(STRIDE, 0) : page(step)),
      ArrowUp: () => stage.scrollBy(0, -STRIDE),
      ArrowDown: () => stage.scrollBy(0, STRIDE),
    };
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  }

  set(box, {
    onkeydown,
    onclick(/** @type {MouseEvent} */ { target }) {
      if (target === box) box.close();
    },
    onclose() {
      free();
      image.removeAttribute("src");
      from.focus();
    },
  });
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
      if (type === "pointerup" && pointerType === "touch" && Math.abs(far) > SWIPE) page(far < 0 ? ahead(box) : -ahead(box));
    },
  });
  new ResizeObserver(() => {
    if (pics[at] && scale <= fit) whole();
  }).observe(stage);
  ui.signal.addEventListener("abort", free);
  root.append(box);

  /** @param {Picture[]} list @param {Picture} pic @param {HTMLElement} origin */
  return (list, pic, origin) => {
    pics = list;
    from = origin;
    back.hidden = next.hidden = strip.hidden = !list[1];
    const small = list.map((one, i) => h("button", () => turn(i), h("img", { src: one.url, alt: `Picture ${i + 1}` })));
    fill(strip, ...small);
    box.showModal();
    turn(list.indexOf(pic));
    stage.focus();
  };
}
