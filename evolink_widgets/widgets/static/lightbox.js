/** The picture by itself: preview first, the file itself when its pixels can be seen. */
import { attrs, h, icon, write } from "./dom.js";
import { PICTURE_ACTIONS } from "./grid.js";

const MOST = 8;
const STEP = 60;

/** @param {Deck} deck */
export function lightbox(deck) {
  /** @type {Picture[]} */
  let pictures = [];
  let at = 0;
  /** @type {HTMLElement | null} */
  let from = null;
  let scale = 1;
  let fit = 1;
  let x = 0;
  let y = 0;
  let loading = new AbortController();
  /** Blob URLs of the picture in view, given back when another comes. @type {string[]} */
  let urls = [];
  let sharp = false;

  const title = h("b", { id: `ewb${Math.random().toString(36).slice(2, 9)}` });
  const noteLine = h("span.ew-note");
  const zoomed = h("button.ew-btn.ew-num", { type: "button", onclick: () => (scale === 1 ? reset() : zoom(1)) });
  const image = h("img", { draggable: "false" });
  const stage = h("div.ew-stage", { tabindex: 0, role: "group" }, image);
  const facts = h("dl.ew-facts");
  const strip = h("div.ew-strip");
  const button = (/** @type {string} */ spec, /** @type {string} */ label, /** @type {string} */ sign, /** @type {() => void} */ act) =>
    h(spec, { type: "button", "aria-label": label, title: label, onclick: act }, icon(sign));
  const note = (/** @type {string} */ text, bad = false) => {
    write(noteLine, text);
    noteLine.classList.toggle("ew-bad", bad);
    if (text && !text.endsWith("…")) deck.say(text);
  };
  const work = PICTURE_ACTIONS.map(([name, sign, act, word]) =>
    button("button.ew-ico", name, sign, () => {
      note(`${name}…`);
      act(deck, pictures[at]).then(() => note(word), (error) => note(error.message, true));
    }));
  const back = button("button.ew-nav.ew-back", "Previous picture", "back", () => page(-1));
  const next = button("button.ew-nav.ew-next", "Next picture", "next", () => page(1));
  const dialog = h("dialog.ew-box", { "aria-labelledby": title.id },
    h("div.ew-box-in", {},
      h("div.ew-box-top", {}, title, noteLine, zoomed, ...work, button("button.ew-ico", "Close", "close", () => dialog.close())),
      h("div.ew-box-mid", {}, stage, back, next), facts, strip));
  deck.root.append(dialog);

  const paint = () => {
    const { width, height } = pictures[at];
    const roomX = Math.max(0, (width * scale - stage.clientWidth) / 2);
    const roomY = Math.max(0, (height * scale - stage.clientHeight) / 2);
    x = Math.max(-roomX, Math.min(roomX, x));
    y = Math.max(-roomY, Math.min(roomY, y));
    image.style.transform = `translate(-50%, -50%) translate(${x}px, ${y}px) scale(${scale})`;
    const large = scale > fit * 1.001;
    stage.classList.toggle("ew-large", large);
    write(zoomed, `${Math.round(scale * 100)} %`);
    attrs(zoomed, { "aria-label": `Zoom ${Math.round(scale * 100)} %. ${scale === 1 ? "Fit to the window" : "Show at 1:1"}`, title: scale === 1 ? "Fit (0)" : "1:1 (1)" });
    sharpen();
  };
  const measure = () => {
    const { width, height } = pictures[at];
    fit = Math.min(1, stage.clientWidth / width, stage.clientHeight / height) || 1;
  };
  const reset = () => {
    measure();
    scale = fit;
    x = y = 0;
    paint();
  };
  /** Keeps the point under the pointer where it is. */
  const zoom = (/** @type {number} */ to, px = 0, py = 0) => {
    const wanted = Math.max(fit, Math.min(MOST, to));
    x = px - ((px - x) * wanted) / scale;
    y = py - ((py - y) * wanted) / scale;
    scale = wanted;
    paint();
  };

  const show = (/** @type {Blob} */ blob) => {
    const url = URL.createObjectURL(blob);
    urls.push(url);
    image.src = url;
  };
  const free = () => {
    loading.abort();
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
  };
  /** Fetches the file once more pixels can be seen than the preview has. */
  const sharpen = () => {
    const { id, width } = pictures[at];
    const known = urls.length && image.naturalWidth;
    if (sharp || !known || known >= width || width * scale * devicePixelRatio <= known * 1.05) return;
    sharp = true;
    const { signal } = loading;
    deck.link.pull(id, "original", { signal, progress: (share) => share < 1 && write(noteLine, `Full size ${Math.round(share * 100)} %`) })
      .then(({ blob }) => (show(blob), note("")))
      .catch((error) => signal.aborted || note(error.message, true));
  };

  const turn = (/** @type {number} */ to) => {
    free();
    loading = new AbortController();
    const { signal } = loading;
    at = (to + pictures.length) % pictures.length;
    const picture = pictures[at];
    sharp = false;
    write(title, `Picture ${at + 1} of ${pictures.length}`);
    attrs(stage, { "aria-label": `Picture ${at + 1} of ${pictures.length}: ${picture.alt}` });
    attrs(image, { src: picture.url, alt: "", width: picture.width, height: picture.height });
    note("");
    facts.replaceChildren(...row("Prompt", picture.alt));
    [...strip.children].forEach((child, i) => attrs(child, { "aria-current": i === at ? "true" : null }));
    strip.children[at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    reset();
    if (!deck.live) return;
    const quiet = (/** @type {Error} */ error) => signal.aborted || note(error.message, true);
    deck.link.pull(picture.id, "preview", { signal }).then(async ({ blob }) => {
      show(blob);
      await image.decode().catch(() => {});
      sharpen();
    }).catch(quiet);
    deck.link.ask("facts", { picture: picture.id }, { tries: 3, signal }).then(({ message }) =>
      facts.replaceChildren(...message.rows.flatMap((/** @type {[string, string]} */ [name, value]) => row(name, value)))).catch(quiet);
  };
  const row = (/** @type {string} */ name, /** @type {string} */ value) => [h("dt", {}, name), h("dd", { dir: "auto" }, String(value))];
  const page = (/** @type {number} */ by) => {
    turn(at + by);
    deck.say(`Picture ${at + 1} of ${pictures.length}`);
  };

  dialog.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const large = scale > fit * 1.001;
    const ahead = getComputedStyle(dialog).direction === "rtl" ? -1 : 1;
    const move = (/** @type {number} */ dx, /** @type {number} */ dy) => ((x += dx), (y += dy), paint());
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => (large ? move(STEP, 0) : page(-ahead)),
      ArrowRight: () => (large ? move(-STEP, 0) : page(ahead)),
      ArrowUp: () => large && move(0, STEP),
      ArrowDown: () => large && move(0, -STEP),
      PageUp: () => page(-1), PageDown: () => page(1), Home: () => turn(0), End: () => turn(-1),
      "+": () => zoom(scale * 1.25), "=": () => zoom(scale * 1.25), "-": () => zoom(scale / 1.25), 0: reset, 1: () => zoom(1),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
  const point = (/** @type {MouseEvent} */ event) => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };
  stage.addEventListener("wheel", (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    const [px, py] = point(event);
    zoom(scale * Math.exp(-event.deltaY / 400), px, py);
  }, { passive: false });
  stage.addEventListener("dblclick", (/** @type {MouseEvent} */ event) => {
    const [px, py] = point(event);
    if (scale > fit * 1.001) reset();
    else zoom(fit < 1 ? 1 : 2, px, py);
  });
  stage.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => event.button === 0 && stage.setPointerCapture(event.pointerId));
  stage.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
    if (!stage.hasPointerCapture(event.pointerId)) return;
    x += event.movementX;
    y += event.movementY;
    paint();
  });
  dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    free();
    image.removeAttribute("src");
    watcher.disconnect();
    from?.focus();
  });
  const watcher = new ResizeObserver(() => {
    const whole = scale <= fit * 1.001;
    measure();
    if (whole) reset();
    else paint();
  });

  /** @param {Picture[]} list @param {Picture} picture @param {HTMLElement} origin */
  return (list, picture, origin) => {
    pictures = list;
    from = origin;
    const single = list.length < 2;
    back.hidden = next.hidden = strip.hidden = single;
    strip.replaceChildren(...list.map((p, i) => h("button", { type: "button", "aria-label": `Picture ${i + 1}`, onclick: () => turn(i) }, h("img", { src: p.url, alt: "" }))));
    dialog.showModal();
    turn(list.indexOf(picture));
    watcher.observe(stage);
    stage.focus();
  };
}
