/** Small builders, icons, words for numbers, the clipboard. Data reaches the page as text only. */

/** The ring of round icons. */
export const DISC = "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z";

/** Own drawings: a 16-px box, a 1.5-px stroke, one path each. @type {Record<string, string>} */
export const ICONS = {
  down: "M4 6.25l4 4 4-4",
  next: "M6.25 4l4 4-4 4",
  back: "M9.75 4l-4 4 4 4",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  close: "M4 4l8 8m0-8l-8 8",
  check: "M3 8.5l3 3 7-7.5",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  saving: "M8 2v8M5 7l3 3 3-3M3 11v2.5h10V11",
  code: "M5 5L2 8l3 3m6-6l3 3-3 3M9 3L7 13",
  info: DISC + "M8 7.5V11m0-6v.01",
  queued: "M3.75 2.5h8.5L3.75 13.5h8.5z",
};

/**
 * An element from "tag.class.class" (our prefix is added), attributes or a click, and children;
 * empty children are left out.
 * @param {string} spec
 * @param {any} [props] attributes, a function to call on click, or the first child
 * @param {...(Node | string | null | undefined | false)} kids
 * @returns {any}
 */
export function h(spec, props, ...kids) {
  const [tag, ...names] = spec.split("."),
    /** @type {any} */
    node = document.createElement(tag);
  if (names[0]) node.className = names.map((name) => `ew-${name}`).join(" ");
  if (tag === "button") node.type = tag;
  if (typeof props === "function") node.onclick = props;
  else if (typeof props === "string" || props?.nodeType) kids.unshift(props);
  else set(node, props ?? {});
  node.append(.../** @type {(Node | string)[]} */ (kids.filter(Boolean)));
  return node;
}

/** Several empty elements: "span.mark b". @param {string} specs @returns {any[]} */
export const make = (specs) => specs.split(" ").map((spec) => h(spec));

/** A name that no other has. */
export const token = () => Math.random().toString(36).slice(2);

/** Calls when a view, or what else has a signal, ends. @param {AbortSignal} signal @param {() => void} act */
export const atEnd = (signal, act) => signal.addEventListener("abort", act);

/** Whether something is pressed with Ctrl, or with a Mac's Cmd. @param {KeyboardEvent | MouseEvent} event */
export const withCtrl = ({ ctrlKey, metaKey }) => ctrlKey || metaKey;

/** Whether a key is part of a word that an input method composes; Safari tells of the last one by its number alone. @param {KeyboardEvent} event */
export const isComposed = ({ isComposing, keyCode }) => isComposing || keyCode === 229;

/** Whether a key stands for itself, and for no part of such a word. @param {KeyboardEvent} event */
export const isPlain = (event) => !(withCtrl(event) || event.altKey || isComposed(event));

/** The beginning of a text, in signs as people count them: no emoji is cut in half. @param {string} text @param {number} most */
export const short = (text, most) =>
  [...new Intl.Segmenter().segment(text.slice(0, 40 * most))].slice(0, most).map(({ segment }) => segment).join("");

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Functions become handlers, `--x` style variables, `label` an aria-label; null takes an attribute away. @param {any} node @param {Record<string, any>} props */
export function set(node, props) {
  for (const [name, value] of Object.entries(props))
    if (typeof value === "function") node[name] = value;
    else if (name[0] === "-") node.style.setProperty(name, value);
    else if (value == null) node.removeAttribute(name);
    else node.setAttribute(name === "label" ? "aria-label" : name, value);
}

/** @param {Element} node @param {...(Node | string)} kids */
export const fill = (node, ...kids) => node.replaceChildren(...kids);

/** @param {Element} node @param {string} name of a class, without our prefix @param {unknown} on */
export const flag = (node, name, on) => node.classList.toggle(`ew-${name}`, !!on);

/** @param {string} name */
export function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  set(path, { d: ICONS[name] ?? ICONS.queued });
  set(svg, { viewBox: "0 0 16 16", class: `ew-i ew-i-${name}`, "aria-hidden": true });
  svg.append(path);
  return svg;
}

/** @param {string} spec @param {string} label @param {string} sign @param {() => void} act @param {object} [more] */
export const tool = (spec, label, sign, act, more) => h(`button.${spec}`, { title: label, onclick: act, ...more }, icon(sign));

/** Sets text only when it differs, so that nothing is read or painted twice. @param {Node} node @param {string | null | undefined} text */
export function write(node, text) {
  if (node.textContent !== (text ??= "")) node.textContent = text;
}

/** Blob URLs live until they are given back. @param {any} part */
export const urlOf = (part) => URL.createObjectURL(new Blob([part]));

/** Saves bytes as a file, as the browser saves a link. @param {Blob} blob @param {string} name */
export function download(blob, name) {
  const href = urlOf(blob);
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** 1 where reading goes to the right, -1 where it goes to the left. @param {Element} node */
export const ahead = (node) => (node.matches(":dir(rtl)") ? -1 : 1);

/** @param {...(string | null | undefined | false)} words */
export const join = (...words) => words.filter(Boolean).join(" ");

/** A line for what an action came to, said aloud too. @param {(text: string) => void} say @returns {[HTMLElement, Note]} */
export function noter(say) {
  const line = h("bdi.note");
  return [
    line,
    (text, bad) => {
      write(line, text);
      flag(line, "bad", bad);
      if (text && !text.endsWith("…")) say(text);
    },
  ];
}

/** 1,204: made once, as it is asked for in every frame of a gallery. */
export const num = new Intl.NumberFormat("en").format;

/** @param {number} count */
export const many = (count) => `${num(count)} picture${count === 1 ? "" : "s"}`;

/** A button that acts, and rests until that is done: one that was disabled would lose the focus. Where the answer is lost, the view wakes it. @param {HTMLElement} button @param {() => Promise<any>} act */
export async function resting(button, act) {
  if (button.hasAttribute("aria-disabled")) return;
  set(button, { "aria-disabled": true, "data-rests": 1 });
  await act().finally(() => set(button, { "aria-disabled": null }));
}

/** Whether something in a node has the focus. @param {Node} node */
export const hasFocus = (node) => node.contains(document.activeElement);

/** The clipboard. @param {string} otherwise what to do where there is none */
export function clipboardOr(otherwise) {
  if (!navigator.clipboard) throw Error(`Copying needs https or localhost. ${otherwise}`);
  return navigator.clipboard;
}

/** @param {string} text */
export const copyText = async (text) => clipboardOr(`Select it here: ${text}`).writeText(text);

/** The same picture as PNG, the one kind that clipboards take. @param {Blob} blob @returns {Promise<Blob>} */
export async function asPng(blob) {
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob),
    canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(bitmap, 0, 0);
  return canvas.convertToBlob();
}
