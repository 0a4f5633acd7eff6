/** ImageCompare: pictures one over the other or side by side, all seen through one glass. */
import { atEnd, fill, flag, h, noter, set } from "../../base/static/dom.js";
import { glass } from "../../lightbox/static/glass.js";
import { develop, forget, levelFor, sharpen } from "../../lightbox/static/sharp.js";
import { openView } from "../../base/static/view.js";
import { findings } from "./findings.js";
import { keysOf } from "./keys.js";
import { toolbar } from "./toolbar.js";
import { takeTurns } from "./turns.js";

/** Milliseconds between two tellings of Python while something is dragged. */
const SAVING = 100;

/** Sets traits at once; Python is told at a pace. @param {Model} model */
function paced(model) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saving;
  return (/** @type {string} */ name, /** @type {any} */ value) => {
    model.set(name, value);
    saving ??= setTimeout(() => {
      saving = undefined;
      model.save_changes();
    }, SAVING);
  };
}

/** What holds the pictures, and takes keys, wheel and fingers. */
function arenaOf() {
  const field = h("div.field");
  const divider = h("div.divider", { role: "slider", tabindex: 0, label: "Divider", "aria-valuemin": 0 });
  const help = "Arrows move, plus and minus zoom, 0 shows all, 1 is one to one.";
  const arena = h(
    "div.arena",
    { tabindex: 0, role: "group", label: "Pictures", "aria-description": help },
    field,
    divider,
  );
  return {
    field,
    divider,
    arena,
    /** Makes room for pictures, side by side as those of the first one's shape. @param {Seen[]} pics */
    frame(pics) {
      const [{ width, height }] = pics;
      set(field, {
        "--ar": width / height,
        "--wide": `${width}px`,
        "--high": `${height}px`,
        "--most": `${Math.max(width, 480)}px`,
        "--n": pics.length === 4 ? 2 : Math.min(pics.length, 3),
      });
      fill(field, ...pics.map(({ pane }) => pane));
    },
  };
}

/** A picture in its pane. @param {Seen} told @param {number} at @param {(pic: Seen, from: HTMLElement) => void} open @returns {Seen} */
function pictureOf(told, at, open) {
  const chip = h("button.cap", { title: "Facts", onclick: () => open(pic, chip) }, h("bdi", `${at + 1} · ${told.label}`));
  const lens = h("div.lens");
  const pane = h("figure.pane", lens, h("figcaption", chip));
  /** @type {Seen} */
  const pic = { ...told, key: "", index: at, url: "", sharp: "", level: -1, lens, pane };
  return pic;
}

/**
 * Keeps each picture as sharp as it is seen.
 * @param {Deck} ui @param {Glass} view @param {(error: any) => void} fail
 * @param {() => Seen[]} shown those in view, the first one first
 * @param {() => boolean} isExact whether the files themselves are needed: differences of small copies are their own
 * @param {() => void} changed one in view is another copy
 */
function copiesOf({ link, signal }, view, fail, shown, isExact, changed) {
  /** @param {Seen} pic */
  function level(pic) {
    const [first] = shown();
    if (!shown().includes(pic)) return 0;
    const own = Math.min(first.width / pic.width, first.height / pic.height);
    return isExact() ? 2 : levelFor(pic, pic.width * own * view.scale * devicePixelRatio);
  }

  /** @param {Seen} pic */
  const arrived = (pic) => shown().includes(pic) && changed();

  return {
    /** @param {Seen[]} pics */
    fetch(pics) {
      for (const pic of pics) sharpen(link, signal, pic, () => level(pic), arrived).catch(fail);
    },
    /** Takes the small copy of a picture, or why there is none. @param {Seen} pic @param {string} alt @param {DataView} bytes */
    async take(pic, alt, bytes) {
      pic.alt = alt;
      if (!bytes?.byteLength) return fill(pic.lens, h("p.gone", alt));
      await develop(pic, bytes, 0).catch(fail);
      arrived(pic);
    },
  };
}

/** @param {Deck} ui @returns {Part} */
function comparison(ui) {
  const { model, link, say, signal } = ui;
  /** @type {Seen[]} */
  let pics = [];
  /** Small pictures may come before what they are pictures of. @type {() => void} */
  let begin;
  const welcomed = new Promise((resolve) => (begin = () => resolve(0)));

  const put = paced(model);
  const [line, note] = noter(say);
  const fail = (/** @type {Error} */ { message }) => note(message, true);
  const found = findings(say);
  const turns = takeTurns(reveal);
  const { field, divider, arena, frame } = arenaOf();
  const view = glass(arena, divider, { zoom: (to) => put("zoom", to), slide: (to) => put("position", to), seen });
  const tools = toolbar(put, view, turns.el, line);
  const onkeydown = keysOf(ui, arena, divider, view, tools, turns, put);

  /** @param {string} name */
  const get = (name) => model.get(name);
  const other = () => pics[Math.min(get("index"), pics.length - 1)];
  const shown = () => (get("mode") === "side" ? pics : [pics[0], other()]);
  const show = () => view.show(shown(), get("mode") === "slider");
  const isExact = () => get("mode") === "difference";
  const differ = () => found.differ(isExact(), pics[0], other());
  const copies = copiesOf(ui, view, fail, shown, isExact, () => (show(), differ()));

  function draw() {
    if (!pics[0]) return;
    const mode = get("mode");
    set(arena, { "data-mode": mode });
    divider.hidden = mode !== "slider";
    for (const pic of pics) pic.pane.hidden = !shown().includes(pic);
    tools.draw(mode, other());
    brighten();
    slid();
    found.words(other().words);
    show();
    reveal();
    differ();
  }

  function brighten() {
    tools.brighten(get("gain"));
    set(field, { "--gain": get("gain") });
  }

  function slid() {
    const share = Math.round(get("position") * 100);
    set(divider, { "aria-valuenow": share, "aria-valuetext": `${share} % of the first picture` });
    view.place(get("position"));
  }

  /** Hides the one whose turn it is not. */
  function reveal() {
    const isOther = turns.isOther();
    for (const pic of pics) flag(pic.pane, "away", get("mode") === "blink" && (pic === pics[0]) === isOther);
  }

  /** Into another mode, or out of it. Who chooses "blink" wants to see it, and can pause it at once. */
  function enter() {
    turns.start(get("mode") === "blink");
    draw();
  }

  /** The glass has another scale, another size, or other pictures. */
  function seen() {
    tools.zoom();
    copies.fetch(pics);
  }

  /** To the scale that was asked for. */
  function zoom() {
    view.zoom(get("zoom"));
  }

  /** Another one is compared with the first. */
  function another() {
    draw();
    if (pics[0]) say(`Compared with ${other().label}`);
  }

  /** The lightbox has the facts of a picture, and what can be done with it. @param {Seen} pic @param {HTMLElement} from */
  const open = (pic, from) => pic.url && ui.open(pics.filter(({ url }) => url), pic, from);

  link.on.picture = async ({ index, alt }, [bytes]) => {
    await welcomed;
    if (pics[index]) copies.take(pics[index], alt, bytes);
  };
  ui.name = (pic) => /** @type {Seen} */ (pic).label;
  const changes = { mode: enter, gain: brighten, position: slid, zoom, index: another };
  for (const [name, act] of Object.entries(changes)) ui.listen(`change:${name}`, act);
  atEnd(signal, () => {
    turns.start(false);
    pics.forEach(forget);
  });

  return {
    nodes: [h("div", { onkeydown }, tools.el, arena, ...found.nodes)],
    welcome(told) {
      const { pictures, note } = /** @type {any} */ (told);
      pics.forEach(forget);
      pics = pictures.map((/** @type {Seen} */ one, /** @type {number} */ at) => pictureOf(one, at, open));
      tools.offer(pics);
      frame(pics);
      found.note(note);
      view.frame(pics[0].width, pics[0].height);
      zoom();
      enter();
      begin();
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
