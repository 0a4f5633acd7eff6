/** The picture by itself: preview first, the file itself when its pixels can be seen. */
import { ahead, fill, flag, h, make, noter, set, tool, urlOf, write } from "./dom.js";
import { picTools } from "./work.js";

const MOST = 8;

/** @param {Deck} ui @param {HTMLElement} root */
export function lightbox(ui, root) {
  const { link, say } = ui;
  /** @type {Picture[]} */
  let pics = [],
    at = 0,
    /** @type {HTMLElement} */
    from,
    scale = 1,
    fit = 1,
    sharp = false,
    loading = new AbortController(),
    /** The blob URL in view, given back when another comes. */
    url = "";

  const [title, facts, strip] = make("b dl.facts div.strip"),
    [line, note] = noter(say),
    zoomed = h("button.btn.num", () => zoom(scale === 1 ? fit : 1)),
    image = h("img", { alt: "", draggable: false }),
    stage = h("div.stage", { tabindex: 0, role: "group" }, image),
    back = tool("nav.back", "Previous picture", "back", () => page(-1)),
    next = tool("nav.next", "Next picture", "next", () => page(1)),
    box = h(
      "dialog.box",
      { label: "Picture" },
      h(
        "div.box-in",
        h(
          "div.box-top",
          title,
          line,
          zoomed,
          ...picTools(ui, note, () => pics[at]),
          tool("ico", "Close", "close", () => box.close()),
        ),
        h("div.box-mid", stage, back, next),
        facts,
        strip,
      ),
    );
  root.append(box);
  ui.signal.addEventListener("abort", () => free());

  /** The stage scrolls; what is under the pointer, or in the middle, stays where it is. */
  const zoom = (/** @type {number} */ to, /** @type {MouseEvent | void} */ e) => {
      const { width, height } = pics[at],
        room = stage.getBoundingClientRect(),
        { clientX: x, clientY: y } = e ?? { clientX: room.x + room.width / 2, clientY: room.y + room.height / 2 },
        before = image.getBoundingClientRect(),
        wanted = Math.max(fit, Math.min(MOST, to)),
        grown = wanted / scale;
      scale = wanted;
      set(image, { "--w": `${width * scale}px`, "--h": `${height * scale}px` });
      const { left, top } = image.getBoundingClientRect();
      stage.scrollBy(left - x + (x - before.x) * grown, top - y + (y - before.y) * grown);
      flag(stage, "large", scale > fit);
      write(zoomed, `Zoom ${Math.round(scale * 100)} %`);
      sharpen();
    },
    whole = () => {
      const { width, height } = pics[at];
      fit = Math.min(1, stage.clientWidth / width, stage.clientHeight / height) || 1;
      zoom(fit);
    },
    /** Once more pixels can be seen than the preview has, the file itself is fetched. */
    sharpen = () => {
      const { width } = pics[at],
        known = url && image.naturalWidth;
      if (sharp || !known || known >= width || width * scale * devicePixelRatio <= known) return;
      sharp = true;
      note("Full size…");
      load("original");
    },
    free = () => {
      loading.abort();
      URL.revokeObjectURL(url);
      url = "";
    },
    /** @param {"preview" | "original"} what */
    load = async (what) => {
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
    },
    turn = (/** @type {number} */ to) => {
      free();
      loading = new AbortController();
      at = (to + pics.length) % pics.length;
      sharp = false;
      const { id, url: thumb, alt } = pics[at],
        name = ui.name?.(pics[at]) ?? `Picture ${at + 1} of ${pics.length}`,
        tell = (/** @type {any} */ [{ rows }]) =>
          fill(
            facts,
            ...rows.flatMap((/** @type {string[]} */ [word, value]) => [
              h("dt", word),
              h("dd", { dir: "auto" }, `${value}`),
            ]),
          );
      write(title, name);
      set(stage, { label: `${name}: ${alt}` });
      image.src = thumb;
      note("");
      fill(facts);
      [...strip.children].forEach((child, i) => set(child, { "aria-current": i === at || null }));
      strip.children[at].scrollIntoView({ block: "nearest" });
      whole();
      load("preview");
      link.ask("facts", { picture: id }, 3, loading.signal).then(tell, () => {});
      return name;
    },
    page = (/** @type {number} */ by) => ui.beyond?.(pics, at + by) || say(turn(at + by));

  set(box, {
    onclick(/** @type {MouseEvent} */ e) {
      if (e.target === box) box.close();
    },
    onclose() {
      free();
      image.removeAttribute("src");
      from.focus();
    },
    onkeydown(/** @type {KeyboardEvent} */ e) {
      const large = scale > fit,
        step = ahead(box),
        /** @type {Record<string, () => void>} */
        keys = {
          "+": () => zoom(scale * 1.25),
          "-": () => zoom(scale / 1.25),
          0: whole,
          1: () => zoom(1),
          // Zoomed, arrows move the picture, wherever the focus is.
          ArrowLeft: () => (large ? stage.scrollBy(-60, 0) : page(-step)),
          ArrowRight: () => (large ? stage.scrollBy(60, 0) : page(step)),
          ArrowUp: () => stage.scrollBy(0, -60),
          ArrowDown: () => stage.scrollBy(0, 60),
        };
      if (!keys[e.key] || e.altKey || e.ctrlKey || e.metaKey) return;
      e.preventDefault();
      keys[e.key]();
    },
  });
  set(stage, {
    onwheel(/** @type {WheelEvent} */ e) {
      e.preventDefault();
      zoom(scale * Math.exp(-e.deltaY / 400), e);
    },
    ondblclick: (/** @type {MouseEvent} */ e) => zoom(scale > fit ? fit : fit < 1 ? 1 : 2, e),
    onpointerdown: ({ pointerType, pointerId }) => pointerType === "mouse" && stage.setPointerCapture(pointerId),
    onpointermove: ({ pointerId, movementX, movementY }) =>
      stage.hasPointerCapture(pointerId) && stage.scrollBy(-movementX, -movementY),
  });
  new ResizeObserver(() => pics[at] && scale <= fit && whole()).observe(stage);

  /** @param {Picture[]} list @param {Picture} pic @param {HTMLElement} origin */
  return (list, pic, origin) => {
    pics = list;
    from = origin;
    back.hidden = next.hidden = strip.hidden = !list[1];
    fill(
      strip,
      ...list.map(({ url }, i) => h("button", () => turn(i), h("img", { src: url, alt: `Picture ${i + 1}` }))),
    );
    box.showModal();
    turn(list.indexOf(pic));
    stage.focus();
  };
}
