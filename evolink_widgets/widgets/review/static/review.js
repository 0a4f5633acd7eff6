/** ReviewView: one picture large, its row beside it, a strip of all, and keys that keep, reject and caption. */
import { ahead, atEnd, fill, flag, h, icon, isPlain, join, make, many, noter, num, set, token, write } from "../../base/static/dom.js";
import { openView } from "../../base/static/view.js";
import { captionOf } from "./caption.js";
import { decisionsOf } from "./decisions.js";
import { filmOf } from "./film.js";
import { orderOf, SAID } from "./order.js";
import { othersOf } from "./others.js";
import { stageOf } from "./stage.js";
import { supplyOf } from "./supply.js";
import { FILTERS, tallyOf } from "./tally.js";

/** Milliseconds on a picture until it is said aloud. */
const SPOKEN = 450;

/** @param {Deck} ui @returns {Part} */
function review(ui) {
  const { link, say } = ui;
  const view = token();
  const [line, note] = noter(say);
  const [title, head, badge, unsaved] = make("bdi.head bdi.muted span.badge p.unsaved");
  const facts = h("dl.row");
  /** What Z takes back. @type {{ about: About, letter: string }[]} */
  const done = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let speaking;

  const order = orderOf();
  const stage = stageOf(ui);
  const film = filmOf(ui.signal, {
    want: (places) => link.ask("want", { view, places }, 2).catch(() => {}),
    go(to) {
      go(to, true);
      stage.el.focus();
    },
    letter: (place) => order.letters[place],
  });
  const decisions = decisionsOf(ui, {
    taken: take,
    waits(count, why) {
      const late = `${num(count)} decision${count === 1 ? "" : "s"} not in the store yet.`;
      write(unsaved, why ? join(late, why, "Until then this browser keeps them.") : count > 1 ? late : "");
      flag(unsaved, "bad", why);
    },
  });
  const supply = supplyOf(ui, view, { near: order.near, here: () => order.place, seen: stage.has, came: draw });
  const caption = captionOf(ui.signal, (id, text) => decisions.put(id, { caption: text }));
  const tally = tallyOf(order, head, choose);
  const others = othersOf(ui, (on) => {
    supply.reveal(on);
    draw();
  });
  const about = () => supply.known.get(order.place);

  // -- what is done by keys and buttons ----------------------------------------------------------

  const cap = (/** @type {string} */ sign) => h("kbd", { "aria-hidden": true }, sign);
  const turned = (/** @type {string} */ sign) => h("kbd.turn", { "aria-hidden": true }, sign);
  const reject = h("button.btn.first.decide", () => decide("r"), icon("close"), "Reject", turned("←"));
  const keepIt = h("button.btn.first.decide", () => decide("k"), icon("check"), "Keep", turned("→"));
  const later = h("button.key", { onclick: () => pass(), "aria-keyshortcuts": "ArrowDown" }, cap("↓"), "Later");
  const undo = h("button.key", { onclick: () => takeBack(), "aria-keyshortcuts": "Z" }, cap("Z"), "Undo");
  const back = h("button.key", { onclick: () => go(order.at - 1), "aria-keyshortcuts": "ArrowUp" }, cap("↑"), "Back");

  /** Says of the picture in view what it is. @param {string} letter */
  function decide(letter) {
    const { place } = order;
    const known = about();
    if (place == null) return;
    if (!known || !stage.has(place)) return note("The picture is still on its way.");
    note("");
    const before = order.letters[place];
    done.push({ about: known, letter: before });
    tally.tick();
    put(known, letter);
    go(order.next(before === "."));
  }

  /** @param {About} one @param {string} letter */
  function put({ id, place }, letter) {
    order.letters[place] = letter;
    decisions.put(id, { verdict: letter === "k" ? "keep" : letter === "r" ? "reject" : null });
    tally.draw();
    film.soon();
  }

  /** Leaves a picture for later. */
  function pass() {
    const isOpen = order.isOpen(order.at);
    const to = order.next(isOpen);
    if (to >= order.list.length && isOpen) note("This is the last one that is undecided.");
    else go(to);
  }

  function takeBack() {
    const last = done.pop();
    if (!last) return note("There is nothing to undo.");
    const { about, letter } = last;
    note(`Undone: picture ${about.place + 1} is ${SAID[letter]} again.`);
    put(about, letter);
    if (!order.list.includes(about.place)) filtered("");
    go(order.list.indexOf(about.place));
  }

  function enlarge() {
    const { place } = order;
    const known = about();
    if (!known || !stage.has(place)) return;
    const { width, height, alt } = known;
    const pic = { id: `${place}`, key: "", index: place, width, height, alt, url: stage.url(place) };
    ui.open([pic], pic, stage.el);
  }
  ui.name = ({ index }) => `Picture ${index + 1}`;

  // -- where we are ----------------------------------------------------------------------------

  /** @param {number} to @param {boolean} [stays] whether the strip stays where it is */
  function go(to, stays) {
    order.at = Math.max(0, Math.min(to, order.list.length));
    film.show(order.at, stays);
    draw();
    clearTimeout(speaking);
    speaking = setTimeout(speak, SPOKEN);
  }

  function speak() {
    const [where, known] = [stage.el.getAttribute("aria-label"), about()];
    say(known ? `${where}: ${known.alt}` : where);
  }

  /** @param {string} letter */
  function choose(letter) {
    filtered(letter);
    const first = letter ? 0 : order.open(-1);
    go(first < order.list.length ? first : 0);
    stage.el.focus();
  }

  /** @param {string} letter */
  function filtered(letter) {
    order.choose(letter);
    film.reset(order.list);
    tally.draw();
  }

  function draw() {
    const { place, letters } = order;
    const [known, letter] = [about(), letters[place]];
    if (place == null) ending();
    else {
      stage.show(place, letter, known);
      set(stage.el, { label: `Picture ${place + 1} of ${letters.length}, ${SAID[letter]}` });
    }
    const rows = known ? [["picture", `${num(place + 1)} of ${num(letters.length)}`], ...known.rows] : [];
    fill(facts, ...rows.flatMap(([name, value]) => [h("dt", h("bdi", name)), h("dd", { dir: "auto" }, value)]));
    caption.show(known);
    others.draw(known);
    set(reject, { "aria-pressed": letter === "r" });
    set(keepIt, { "aria-pressed": letter === "k" });
    supply.fetchNear();
  }

  /** All is decided, or the filter leaves nothing. */
  function ending() {
    const total = order.letters.length;
    const [kept, rejected] = ["k", "r"].map(order.count);
    const isDone = kept + rejected === total;
    const word = FILTERS.find(([letter]) => letter === order.filter)?.[1].toLowerCase();
    const text = !order.list.length ? `No picture is ${word}.` : isDone ? `All ${many(total)} are decided.` : "That was the last one.";
    const rest = isDone && `${num(kept)} kept, ${num(rejected)} rejected`;
    const next = FILTERS.filter(([letter]) => letter && letter !== order.filter && order.count(letter)).map(([letter, name]) =>
      h("button.btn", () => choose(letter), `Look through ${name.toLowerCase()}`));
    stage.tell(h("b", text), rest ? h("span", rest) : "", h("div.next", ...next));
    set(stage.el, { label: join(text, rest) });
    if (isDone) others.end();
  }

  /** @param {[number, string][]} changes */
  function take(changes) {
    for (const [place, letter] of changes) if (!decisions.waits(supply.known.get(place)?.id)) order.letters[place] = letter;
    tally.draw();
    film.soon();
  }

  // -- keys --------------------------------------------------------------------------------------

  const all = h(
    "div.review",
    h("div.top", title, head, badge, h("span.push"), line),
    ...tally.nodes,
    h(
      "div.desk",
      h("div.sight", stage.el, film.el),
      h("div.side", h("div.pair", reject, keepIt), h("div.keys", later, back, undo), caption.el, facts, others.el),
    ),
    unsaved,
  );

  /** Which arrow keeps: the one that points where one reads on. */
  const forward = () => (ahead(all) > 0 ? "ArrowRight" : "ArrowLeft");

  /** What a key does; what is typed in a field stays there. @param {KeyboardEvent} event @returns {(() => void) | undefined} */
  function actOf({ key, target }) {
    if (target === caption.area) return key === "Escape" || key === "Enter" ? () => stage.el.focus() : undefined;
    if (key === "ArrowRight" || key === "ArrowLeft") return () => decide(key === forward() ? "k" : "r");
    if (key === "Enter" && target === stage.el) return enlarge;
    return {
      ArrowDown: pass,
      ArrowUp: () => go(order.at - 1),
      Home: () => go(0),
      End: () => go(order.list.length - 1),
      z: takeBack,
      c: () => caption.area.focus(),
    }[key.length > 1 ? key : key.toLowerCase()];
  }
  const isMany = (/** @type {string} */ key) => key === "ArrowUp" || key === "ArrowDown";

  all.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!isPlain(event) || (event.target === caption.area && event.shiftKey)) return;
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    // A key that is held decides once.
    if (!event.repeat || isMany(event.key)) act();
  });
  stage.el.ondblclick = enlarge;
  atEnd(ui.signal, () => clearTimeout(speaking));

  // -- what comes from Python --------------------------------------------------------------------

  link.on.thumbs = ({ pictures }, parts) =>
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ i) => film.thumb(+id, parts[i]));
  link.on.shots = ({ pictures }, parts) => {
    let isHere = false;
    pictures.forEach((/** @type {any} */ { id, gone }, /** @type {number} */ i) => (isHere = stage.take(+id, parts[i], gone) || isHere));
    if (isHere) draw();
  };
  link.on.judged = ({ changes }) => {
    take(changes);
    if (changes.some((/** @type {[number, string]} */ [place]) => place === order.place)) draw();
  };

  return {
    nodes: [all],
    welcome(/** @type {any} */ now) {
      const own = order.letters;
      order.letters = [...now.letters];
      // What is decided here and not taken yet stands.
      for (const [place, { id }] of supply.known) if (own[place] && decisions.waits(id)) order.letters[place] = own[place];
      write(badge, now.simulated ? "Simulated" : "");
      badge.hidden = !now.simulated;
      fill(title, "Review by ", h("bdi", now.judge));
      decisions.welcome(now);
      if (!own.length) {
        filtered("");
        order.at = order.open(-1);
        set(keepIt, { "aria-keyshortcuts": forward() });
        set(reject, { "aria-keyshortcuts": forward() === "ArrowRight" ? "ArrowLeft" : "ArrowRight" });
      }
      others.welcome(now);
      tally.draw();
      go(order.at, !!own.length);
    },
    state(live) {
      flag(all, "away", !live);
    },
    mark() {},
  };
}

const reviewView = {
  /** @param {Context} context */
  render: (context) => openView(context, "review", "Review of pictures", review),
};

export default reviewView;
