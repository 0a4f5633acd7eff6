/** The picture by itself: preview first, the file itself when its pixels can be seen. */
import { ahead, fill, flag, h, make, noter, set, tool, urlOf, write } from "./dom.js";
import { picTools } from "./work.js";

/** How many pixels of the screen one of the picture may take. */
const MOST = 8;
/** Pixels that an arrow key moves a picture. */
const STRIDE = 60;

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

  /** The stage scrolls; what is under the pointer, or in the middle, stays where it is. @param {number} to @param {MouseEvent} [event] */
  function zoom(to, event) {
    const { width, height } = pics[at];
    const room = stage.getBoundingClientRect();
    const x = event?.clientX ?? room.x + room.width / 2;
    const y = event?.clientY ?? room.y + room.height / 2;
    const before = image.getBoundingClientRect();
    const wanted = Math.max(fit, Math.min(MOST, to));
    const grown = wanted / scale;
    scale = wanted;
    set(image, { "--w": `${width * scale}px`, "--h": `${height * scale}px` });
    const after = image.getBoundingClientRect();
    stage.scrollBy(after.left - x + (x - before.x) * grown, after.top - y + (y - before.y) * grown);
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
      zoom(scale * Math.exp(-event.deltaY / 400), event);
    },
    ondblclick(/** @type {MouseEvent} */ event) {
      zoom(scale > fit ? fit : fit < 1 ? 1 : 2, event);
    },
    onpointerdown(/** @type {PointerEvent} */ { pointerType, pointerId }) {
      if (pointerType === "mouse") stage.setPointerCapture(pointerId);
    },
    onpointermove(/** @type {PointerEvent} */ { pointerId, movementX, movementY }) {
      if (stage.hasPointerCapture(pointerId)) stage.scrollBy(-movementX, -movementY);
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
