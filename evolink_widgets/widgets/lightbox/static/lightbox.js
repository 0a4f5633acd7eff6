/** The picture by itself: preview first, the file itself when its pixels can be seen. */
import { atEnd, fill, h, make, noter, set, tool, urlOf, write } from "../../base/static/dom.js";
import { picTools } from "../../base/static/work.js";
import { zoomStage } from "./zoom.js";

/** @param {[{ rows: string[][] }, DataView[]]} answer */
const factsOf = ([{ rows }]) =>
  rows.flatMap(([word, value]) => [h("dt", word), h("dd", { dir: "auto" }, `${value}`)]);

/** @param {Deck} ui @param {HTMLElement} root */
export function lightbox(ui, root) {
  const { link, say } = ui;
  /** @type {Picture[]} */
  let pics = [];
  let at = 0;
  /** What the focus goes back to. @type {HTMLElement} */
  let from;
  /** Whether the file itself has been asked for. */
  let isSharp = false;
  let loading = new AbortController();
  /** The blob URL in view, given back when another comes. */
  let url = "";
  const [title, facts, strip] = make("b dl.facts div.strip");
  const [line, note] = noter(say);
  const view = zoomStage(page, sharpen);
  const { image, stage } = view;
  const back = tool("nav.back", "Previous picture", "back", () => page(-1));
  const next = tool("nav.next", "Next picture", "next", () => page(1));
  const tools = picTools(ui, note, () => pics[at]);
  const close = tool("ico", "Close", "close", () => box.close());
  const box = h(
    "dialog.box",
    { label: "Picture" },
    h(
      "div.box-in",
      h("div.box-top", title, line, view.zoomed, ...tools, close),
      h("div.box-mid", stage, back, next),
      facts,
      strip,
    ),
  );

  /** Once more pixels can be seen than the preview has, the file itself is fetched. */
  function sharpen() {
    const { width } = pics[at];
    const known = url && image.naturalWidth;
    if (isSharp || !known || known >= width || width * view.scale * devicePixelRatio <= known) return;
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

  /** Shows another picture of the list. @param {number} to @returns {string} its name */
  function turn(to) {
    free();
    loading = new AbortController();
    at = (to + pics.length) % pics.length;
    isSharp = false;
    const { id, url: thumb, alt, width, height } = pics[at];
    const name = ui.name?.(pics[at]) ?? `Picture ${at + 1} of ${pics.length}`;
    write(title, name);
    set(stage, { label: `${name}: ${alt}` });
    image.src = thumb;
    note("");
    fill(facts);
    for (const one of tools) one.hidden = !(ui.fits?.(one.title, pics[at].trashed) ?? true);
    [...strip.children].forEach((child, i) => set(child, { "aria-current": i === at || null }));
    strip.children[at].scrollIntoView({ block: "nearest" });
    box.scrollTop = 0;
    view.show(width, height);
    load("preview");
    link.ask("facts", { picture: id }, 3, loading.signal).then((told) => fill(facts, ...factsOf(told)), () => {});
    return name;
  }

  /** @param {number} by */
  function page(by) {
    if (!ui.beyond?.(pics, at + by)) say(turn(at + by));
  }

  set(box, {
    onkeydown: view.onkeydown,
    // The browser's own menu saves the picture; JupyterLab's is about the cell below.
    oncontextmenu: (/** @type {Event} */ event) => event.stopPropagation(),
    onclick(/** @type {MouseEvent} */ { target }) {
      if (target === box) box.close();
    },
    onclose() {
      free();
      image.removeAttribute("src");
      from.focus();
    },
  });
  atEnd(ui.signal, free);
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
