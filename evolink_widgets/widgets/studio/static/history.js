/** Earlier prompts: by the arrow keys in the prompt, as in a shell, and as a list under it. */
import { fold } from "./controls.js";
import { fill, h, hasFocus, isPlain, set, short } from "../../base/static/dom.js";

const EARLIER = "Earlier prompts";
/** A button shows one line of a prompt; the prompt itself is put back whole. */
const LINE = 200;

/**
 * @param {Deck} ui
 * @param {HTMLTextAreaElement} box the prompt
 * @param {() => void} changed it says something else
 * @returns {Earlier}
 */
export function promptHistory({ link, say }, box, changed) {
  const list = h("ul.earlier", { role: "list", label: EARLIER, onkeydown: roam });
  const lid = fold(EARLIER, load, list);
  /** Newest first, each once. @type {string[]} */
  let entries = [];
  /** Which entry the prompt was taken from; -1 is none. */
  let at = -1;
  /** What was typed before others took its place. */
  let draft = "";
  /** What was put into the prompt last; whatever else it says was typed. */
  let shown = "";
  let drawn = "";

  /** Asks which there are, here and elsewhere. @param {number} [most] */
  function load(most) {
    draw();
    link.ask("prompts", { most }).then(([told]) => know(told.prompts), () => {});
  }

  /** @param {string[]} found */
  function know(found) {
    const now = entries[at];
    entries = found;
    // What is shown keeps its place among those that have come.
    at = entries.indexOf(now);
    draw();
  }

  function draw() {
    lid.offer(!!entries.length);
    if (!lid.isOpen || drawn === (drawn = JSON.stringify(entries))) return;
    const choose = (/** @type {string} */ text) => (put(text), box.focus());
    const line = (/** @type {string} */ text, /** @type {number} */ i) =>
      h("li", h("button", { dir: "auto", tabindex: i && -1, onclick: () => choose(text) }, short(text, LINE)));
    const had = hasFocus(list);
    fill(list, ...entries.map(line));
    if (had) list.querySelector("button")?.focus();
  }

  /** Puts a text into the prompt, the caret at its end; what was typed there is kept. @param {string} text */
  function put(text, place = entries.indexOf(text)) {
    if (box.value !== shown) draft = box.value;
    at = place;
    box.value = text;
    shown = box.value; // line ends may be others there
    changed();
  }

  /** How high a text stands in the prompt. @param {string} text */
  function tall(text) {
    const copy = /** @type {HTMLTextAreaElement} */ (box.cloneNode());
    set(copy, { name: null, "aria-hidden": true, class: "ew-tall", "--w": `${box.clientWidth}px` });
    copy.value = text;
    box.after(copy);
    const { scrollHeight } = copy;
    copy.remove();
    return scrollHeight;
  }

  box.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const { value, selectionStart: caret, selectionEnd } = box;
    if (!by || !isPlain(event) || event.shiftKey || caret !== selectionEnd) return;
    // Lines as they are seen: a long prompt is wrapped, but not within the word at the caret.
    const above = value.slice(0, caret) + value.slice(caret).split(/\s/)[0];
    if (tall(above) !== tall(by > 0 ? "" : value)) return;
    if (value !== shown) [at, draft] = [-1, value];
    let to = at + by;
    while (entries[to] === value) to += by;
    const text = entries[to] ?? draft;
    if (to >= entries.length || text === value) return;
    event.preventDefault();
    put(text, Math.max(to, -1));
    // Where the same key leads on: at the end, as in a shell, but of several lines on the way up.
    if (by > 0 && tall(text) > tall("")) box.setSelectionRange(0, 0);
    const place = to < 0 ? "What you typed." : `Prompt ${to + 1} of ${entries.length}.`;
    say(`${place} ${short(text, 80)}`);
  });
  box.addEventListener("focus", () => load());
  draw();

  /** The list is one stop of the Tab key. @param {any} event */
  function roam(event) {
    const { previousSibling: ArrowUp, nextSibling: ArrowDown } = event.target.parentNode;
    const { firstChild: Home, lastChild: End } = list;
    const to = { ArrowUp, ArrowDown, Home, End }[event.key]?.firstChild;
    if (!to) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  return { lid, load, put, ran: (text) => know([text, ...entries.filter((one) => one !== text)]) };
}
