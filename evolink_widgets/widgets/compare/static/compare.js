/** ImageCompare: pictures one over the other or side by side, all seen through one glass. */
import { inWords, measured } from "./difference.js";
import { fill, flag, h, make, noter, set, token, tool, write } from "../../base/static/dom.js";
import { glass } from "../../lightbox/static/glass.js";
import { develop, forget, levelFor, sharpen } from "../../lightbox/static/sharp.js";
import { openView } from "../../base/static/view.js";

/** Modes by their names, their words and their keys. */
const MODES = [
  ["slider", "Slider", "s"],
  ["side", "Side by side", "a"],
  ["blink", "Blink", "b"],
  ["difference", "Difference", "d"],
];
/** Milliseconds that a picture is seen while they take turns. */
const TURN = 800;
/** Milliseconds between two tellings of Python while something is dragged. */
const SAVING = 100;
/** Pixels that an arrow key moves the pictures, and hundredths that it moves the divider. */
const FAR = 60;
const NEAR = 2;
/** Between two scales. */
const STEP = 1.25;

/** @param {Seen["words"]} words */
const marked = (words) =>
  words.flatMap(([kind, text]) =>
    kind === "same"
      ? [text]
      : [h(`mark.${kind}`, h("span.sr", `${kind}: `), text.trimEnd()), text.slice(text.trimEnd().length)],
  );

/** @param {Deck} ui @returns {Part} */
function comparison(ui) {
  const { model, link, say, signal } = ui;
  /** @type {Seen[]} */
  let pics = [];
  /** Whose turn it is in "blink". */
  let isOther = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let turns;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saving;
  /** Small pictures may come before what they are pictures of. @type {(told: any) => void} */
  let begin;
  const welcomed = new Promise((resolve) => (begin = resolve));
  const group = token();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const [line, note] = noter(say);
  const [count, sizes, prompt] = make("p.much p.label p.diff");
  const field = h("div.field");
  const divider = h("div.divider", { role: "slider", tabindex: 0, label: "Divider", "aria-valuemin": 0 });
  const help = "Arrows move, plus and minus zoom, 0 shows all, 1 is one to one.";
  const arena = h(
    "div.arena",
    { tabindex: 0, role: "group", label: "Pictures", "aria-description": help },
    field,
    divider,
  );
  const view = glass(arena, divider, { zoom: (to) => put("zoom", to), slide: (to) => put("position", to), seen });
  const radios = MODES.map(([value]) =>
    h("input", { type: "radio", name: group, value, onchange: () => put("mode", value) }),
  );
  const labels = MODES.map(([, word, key], i) =>
    h("label", { title: `${word} (${key.toUpperCase()})` }, radios[i], h("span.opt", word)),
  );
  const modes = h("div.seg", { role: "radiogroup", label: "How to compare" }, ...labels);
  const gain = h("input", { type: "range", min: 1, max: 32, step: 1, oninput: () => put("gain", +gain.value) });
  const times = h("span.num");
  const brighter = h("label.gain", h("span.label", "Gain"), gain, times);
  const pause = h("button.btn", () => take(!turns));
  const swap = h("button.btn", turn, "Show the other");
  const blinks = h("div.blinks", pause, swap);
  const zoomed = h("button.btn.num", () => view.ask(view.scale === 1 ? view.fit : 1));
  const zooms = h(
    "div.zooms",
    { role: "group", label: "Zoom" },
    tool("ico", "Smaller (−)", "minus", () => view.ask(view.scale / STEP)),
    zoomed,
    tool("ico", "Larger (+)", "plus", () => view.ask(view.scale * STEP)),
  );
  const choice = h("select", { onchange: () => put("index", +choice.value) });
  const others = h("label.with", h("span.label", "Compare 1 with"), choice);
  const tools = h("div.tools", modes, others, brighter, blinks, line, zooms);
  const all = h("div", tools, arena, count, prompt, sizes);

  /** @param {string} name */
  const get = (name) => model.get(name);
  const other = () => pics[Math.min(get("index"), pics.length - 1)];
  const shown = () => (get("mode") === "side" ? pics : [pics[0], other()]);
  const show = () => view.show(shown(), get("mode") === "slider");

  /** Python is told at a pace; what is drawn follows the model at once. @param {string} name @param {any} value */
  function put(name, value) {
    model.set(name, value);
    saving ??= setTimeout(() => {
      saving = undefined;
      model.save_changes();
    }, SAVING);
  }

  function draw() {
    if (!pics[0]) return;
    const mode = get("mode");
    set(arena, { "data-mode": mode });
    for (const [i, radio] of radios.entries()) radio.checked = MODES[i][0] === mode;
    divider.hidden = mode !== "slider";
    brighter.hidden = mode !== "difference";
    blinks.hidden = mode !== "blink";
    for (const pic of pics) pic.pane.hidden = !shown().includes(pic);
    others.hidden = !pics[2];
    choice.value = other().id;
    brighten();
    slid();
    compareWords();
    show();
    reveal();
    differ();
  }

  function brighten() {
    gain.value = get("gain");
    write(times, `× ${Math.round(get("gain") * 10) / 10}`);
    set(field, { "--gain": get("gain") });
  }

  function slid() {
    const share = Math.round(get("position") * 100);
    set(divider, { "aria-valuenow": share, "aria-valuetext": `${share} % of the first picture` });
    view.place(get("position"));
  }

  function compareWords() {
    const { words } = other();
    fill(prompt, ...(words[0] ? [h("span.label", "Prompt "), ...marked(words)] : []));
    // What scrolls must be reached by keys.
    set(prompt, { tabindex: prompt.scrollHeight > prompt.clientHeight ? 0 : null });
  }

  function differ() {
    const [{ image }, pic] = [pics[0], other()];
    const isReady = get("mode") === "difference" && image && pic.image;
    write(count, isReady ? inWords(measured(image, isReady), pic.same) : "");
    // Once the files themselves are there, and not of copies that others follow.
    if (isReady && pics[0].level + pic.level === 4) say(count.textContent);
  }

  /** Which copy of a picture is good enough; differences of small copies are their own. @param {Seen} pic */
  function level(pic) {
    if (!shown().includes(pic)) return 0;
    const own = Math.min(pics[0].width / pic.width, pics[0].height / pic.height);
    return get("mode") === "difference" ? 2 : levelFor(pic, pic.width * own * view.scale * devicePixelRatio);
  }

  /** The glass has another scale, another size, or other pictures. */
  function seen() {
    write(zoomed, `Zoom ${Math.round(view.scale * 100)} %`);
    for (const pic of pics)
      sharpen(link, signal, pic, () => level(pic), arrived).catch(({ message }) => note(message, true));
  }

  /** @param {Seen} pic */
  function arrived(pic) {
    if (!shown().includes(pic)) return;
    show();
    differ();
  }

  // -- taking turns

  function reveal() {
    const isBlink = get("mode") === "blink";
    for (const pic of pics) flag(pic.pane, "away", isBlink && (pic === pics[0]) === isOther);
    pause.hidden = calm.matches;
  }

  function turn() {
    isOther = !isOther;
    reveal();
  }

  /** Into another mode, or out of it. Who chooses "blink" wants to see it, and can pause it at once. */
  function enter() {
    isOther = false;
    take(get("mode") === "blink");
    draw();
  }

  /** @param {boolean} on */
  function take(on) {
    clearInterval(turns);
    turns = on && !calm.matches ? setInterval(turn, TURN) : undefined;
    write(pause, on ? "Pause" : "Play");
  }

  // -- keys

  /** @param {number} by hundredths */
  const slide = (by) => put("position", Math.min(1, Math.max(0, (Math.round(get("position") * 100) + by) / 100)));

  /** @param {KeyboardEvent} event @returns {(() => void) | undefined} */
  function actOf({ key, target }) {
    const mode = get("mode");
    const found = MODES.find(([, , letter]) => letter === key.toLowerCase());
    if (found && mode === "blink" && found[0] === mode) return turn;
    if (found) return () => (put("mode", found[0]), say(found[1]));
    /** @type {Record<string, number>} */
    const scales = { "+": view.scale * STEP, "-": view.scale / STEP, 0: view.fit, 1: 1 };
    if (scales[key]) return () => (view.ask(scales[key]), say(zoomed.textContent));
    if (target !== arena && target !== divider) return;
    if (key === " " && mode === "blink") return () => take(!turns);
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
    if (mode === "slider" && (target === divider || view.scale <= view.fit)) {
      const by = { PageUp: 10, PageDown: -10, Home: -100, End: 100 }[key] ?? (x - (target === divider ? y : 0)) * NEAR;
      return by ? () => slide(by) : undefined;
    }
    return (x || y) && view.scale > view.fit ? () => view.move(x * FAR, y * FAR) : undefined;
  }

  /** @param {KeyboardEvent} event */
  all.onkeydown = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !pics[0]) return;
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  };

  // -- what Python says

  /** @param {Seen} told @param {number} at @returns {Seen} */
  function pictureOf(told, at) {
    const name = `${at + 1} · ${told.label}`;
    // The lightbox has its facts, and what can be done with it.
    const open = () => pic.url && ui.open(pics.filter(({ url }) => url), pic, chip);
    const chip = h("button.cap", { title: "Facts", onclick: open }, h("bdi", name));
    const lens = h("div.lens");
    const pane = h("figure.pane", lens, h("figcaption", chip));
    /** @type {Seen} */
    const pic = { ...told, key: "", index: at, url: "", sharp: "", level: -1, lens, pane };
    if (at) choice.append(h("option", { value: at }, name));
    return pic;
  }

  link.on.picture = async ({ index, alt }, [bytes]) => {
    await welcomed;
    const pic = pics[index];
    if (!pic) return;
    pic.alt = alt;
    if (!bytes?.byteLength) return fill(pic.lens, h("p.gone", alt));
    await develop(pic, bytes, 0).catch(({ message }) => note(message, true));
    arrived(pic);
  };

  ui.name = (pic) => /** @type {Seen} */ (pic).label;
  ui.listen("change:mode", enter);
  ui.listen("change:gain", brighten);
  ui.listen("change:position", slid);
  ui.listen("change:zoom", () => view.zoom(get("zoom")));
  ui.listen("change:index", () => {
    draw();
    if (pics[0]) say(`Compared with ${other().label}`);
  });
  signal.addEventListener("abort", () => {
    take(false);
    pics.forEach(forget);
  });

  return {
    nodes: [all],
    welcome(told) {
      pics.forEach(forget);
      fill(choice);
      pics = /** @type {any} */ (told).pictures.map(pictureOf);
      const [{ width, height }] = pics;
      set(field, {
        "--ar": width / height,
        "--wide": `${width}px`,
        "--high": `${height}px`,
        "--most": `${Math.max(width, 480)}px`,
        "--n": pics.length === 4 ? 2 : Math.min(pics.length, 3),
      });
      fill(field, ...pics.map(({ pane }) => pane));
      write(sizes, /** @type {any} */ (told).note);
      view.frame(width, height);
      view.zoom(get("zoom"));
      enter();
      begin(told);
    },
    state() {},
    mark() {},
  };
}

const imageCompare = {
  /** @param {Context} context */
  render: (context) => openView(context, "compare", "Comparison", comparison),
};

export default imageCompare;
