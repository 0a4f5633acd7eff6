/** Small builders, words for numbers, icons and the clipboard. Text reaches the page as text only. */

const SVG = "http://www.w3.org/2000/svg";

/** Own drawings: a 16-px box, a 1.5-px stroke, one path each. */
const ICONS = {
  down: "M4 6.25l4 4 4-4",
  next: "M6.25 4l4 4-4 4",
  back: "M9.75 4l-4 4 4 4",
  plus: "M8 3.25v9.5M3.25 8h9.5",
  minus: "M3.25 8h9.5",
  close: "M3.75 3.75l8.5 8.5m0-8.5l-8.5 8.5",
  check: "M3.25 8.25l3.25 3.25 6.25-7",
  copy: "M5.5 10.5h-1A1.5 1.5 0 0 1 3 9V4.5A1.5 1.5 0 0 1 4.5 3H9a1.5 1.5 0 0 1 1.5 1.5v1M7 5.5h4.5A1.5 1.5 0 0 1 13 7v4.5a1.5 1.5 0 0 1-1.5 1.5H7a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 7 5.5z",
  save: "M8 2.5v7.25M4.9 6.9L8 10l3.1-3.1M2.75 11.25v.75a1.5 1.5 0 0 0 1.5 1.5h7.5a1.5 1.5 0 0 0 1.5-1.5v-.75",
  code: "M5 4.75L1.9 8 5 11.25m6-6.5L14.1 8 11 11.25M9.2 3l-2.4 10",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 7.4V11m0-5.95v.01",
  queued: "M4.5 2.25h7m-7 11.5h7M5.5 2.25v2.5L8 8l2.5-3.25v-2.5m-5 11.5v-2.5L8 8l2.5 3.25v2.5",
  sending: "M13.5 2.5L6.9 9.1m6.6-6.6L9.6 13.5 6.9 9.1 2.5 6.4z",
  processing: "M3.5 3h9A1.5 1.5 0 0 1 14 4.5v7a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.5v-7A1.5 1.5 0 0 1 3.5 3zM2.3 11.3l3.2-3.6 3 3.2 2-1.9 3.2 2.8M10.4 6v.01",
  done: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM5.25 8.25l1.95 1.95 3.7-4.3",
  failed: "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM6.1 6.1l3.8 3.8m0-3.8L6.1 9.9",
  refused: "M8 1.9l5 1.8v3.9c0 2.9-2 5.25-5 6.5-3-1.25-5-3.6-5-6.5V3.7zM8 5.25v3m0 2.2v.01",
  stopped: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 4.75V8l2.3 1.5",
  unknown: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM6.3 6.45A1.75 1.75 0 0 1 8 5.05c1 0 1.75.65 1.75 1.55C9.75 7.9 8 7.9 8 9.15m0 1.9v.01",
  flask: "M6.5 2.25v4.1L3.1 11.9a1.1 1.1 0 0 0 .95 1.7h7.9a1.1 1.1 0 0 0 .95-1.7L9.5 6.35v-4.1m-4.25 0h5.5M5 9.5h6",
  warn: "M8 2.5l6 10.75H2zM8 6.6v3.15m0 1.55v.01",
};

/**
 * An element from "tag.class.class", attributes and children. Names: `onclick` adds a listener,
 * `--x` a style variable; null and false leave out; `aria-*` keeps true and false as words.
 * @param {string} spec
 * @param {Record<string, any>} [props]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function h(spec, props = {}, ...children) {
  const [tag, ...names] = spec.split(".");
  const node = document.createElement(tag);
  if (names.length) node.className = names.join(" ");
  attrs(node, props);
  for (const child of children) if (child || child === "") node.append(child);
  return node;
}

/** @param {HTMLElement | SVGElement} node @param {Record<string, any>} props */
export function attrs(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else if (value === null || value === undefined || (value === false && !name.startsWith("aria-"))) node.removeAttribute(name);
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[/** @type {keyof typeof ICONS} */ (name)] ?? ICONS.info);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `ew-i ew-i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}

/** Sets text only when it differs, so that nothing is read or painted twice. @param {Node} node @param {string} text */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {string} text */
export function codePoints(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** @param {number} count @param {string} [noun] */
export function many(count, noun = "picture") {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Credits or dollars without false precision. @param {number} low @param {number} high */
export function range(low, high, sign = "") {
  const word = (/** @type {number} */ v) =>
    sign + (v >= 1000 ? Math.round(v).toLocaleString("en") : v.toFixed(sign ? (v < 0.095 ? 3 : 2) : v < 1 ? 2 : 1));
  return word(low) === word(high) ? word(high) : `${word(low)} to ${word(high)}`;
}

/** @param {[number, number]} pixels */
export function pixelWords([width, height]) {
  return `${width} × ${height}`;
}

/** 0:07, 12:30, 1:02:03 @param {number} seconds */
export function clockWords(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ v) => String(v).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(s % 60)}`;
}

/** "15 to 40 s left", in steps of five beyond 20 s. @param {number} low @param {number} high */
export function leftWords(low, high) {
  if (high < 1) return "nearly there";
  const [unit, step] = high > 90 ? ["min", 60] : ["s", high > 20 ? 5 : 1];
  const scale = unit === "min" ? 1 : step;
  const from = Math.floor(Math.max(0, low) / step) * scale;
  const to = Math.ceil(high / step) * scale;
  if (from < 1) return `up to ${to} ${unit} left`;
  return from === to ? `about ${to} ${unit} left` : `${from} to ${to} ${unit} left`;
}

/** The keyboard's old way works where the clipboard is closed (plain http). @param {string} text @param {HTMLElement} home */
export async function copyText(text, home) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const back = /** @type {HTMLElement} */ (document.activeElement);
    const area = h("textarea.ew-sr", { readonly: true, "aria-hidden": true });
    area.value = text;
    home.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    back?.focus();
    if (!done) throw new Error("The browser does not allow copying here.");
  }
}

/** @param {Blob} blob @param {string} name */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The same picture as PNG, the one kind that clipboards take. @param {Blob} blob @returns {Promise<Blob>} */
export async function asPng(blob) {
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob);
  const canvas = h("canvas", { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob((/** @type {Blob | null} */ png) => (png ? resolve(png) : reject(new Error("The picture cannot be converted."))), "image/png"));
}
