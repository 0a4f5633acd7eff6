/** ReviewView: one picture large, its row beside it, a strip of all, and keys that keep, reject and caption. */
import { fill, flag, h, join, make, many, noter, num, set, token, write } from "../../base/static/dom.js";
import { openView } from "../../base/static/view.js";
import { captionOf } from "./caption.js";
import { decisionsOf } from "./decisions.js";
import { deskOf } from "./desk.js";
import { filmOf } from "./film.js";
import { orderOf, SAID } from "./order.js";
import { othersOf } from "./judged/others.js";
import { stageOf } from "./stage.js";
import { supplyOf } from "./supply.js";
import { endingOf, tallyOf } from "./judged/tally.js";
import { verdictsOf } from "./verdicts.js";
import { walkOf } from "./walk.js";

/** Tells of decisions that are not in the store yet, where there are many or something holds them. @param {HTMLElement} el @param {number} count @param {string} why */
function drawUnsaved(el, count, why) {
  const late = `${num(count)} decision${count === 1 ? "" : "s"} not in the store yet.`;
  write(el, why ? join(late, why, "Until then this browser keeps them.") : count > 1 ? late : "");
  flag(el, "bad", why);
}

/** @param {Deck} ui @returns {Part} */
function review(ui) {
  const { link } = ui;
  const view = token();
  const [line, note] = noter(ui.say);
  const [title, head, badge, unsaved] = make("bdi.head bdi.muted span.badge p.unsaved");
  const facts = h("dl.row");
  const about = () => supply.known.get(order.place);
  /** What is known of the picture in view, once that is seen. */
  const ready = () => (stage.has(order.place) ? about() : undefined);

  const order = orderOf();
  const stage = stageOf(ui);
  const film = filmOf(ui.signal, {
    want: (places) => link.ask("want", { view, places }, 2).catch(() => {}),
    go(to) {
      walk.go(to, true);
      stage.el.focus();
    },
    letter: (place) => order.letters[place],
  });
  const decisions = decisionsOf(ui, { taken: (changes) => verdicts.take(changes), waits: (count, why) => drawUnsaved(unsaved, count, why) });
  const supply = supplyOf(ui, view, { near: order.near, here: () => order.place, seen: stage.has, came: draw });
  const caption = captionOf(ui.signal, (id, text) => decisions.put(id, { caption: text }));
  const tally = tallyOf(order, head, (letter) => walk.choose(letter));
  const others = othersOf(ui, (on) => {
    supply.reveal(on);
    draw();
  });
  const walk = walkOf(ui, order, stage.el, {
    about,
    show(at, stays) {
      film.show(at, stays);
      draw();
    },
    chosen() {
      film.reset(order.list);
      tally.draw();
    },
  });
  const verdicts = verdictsOf(order, decisions, supply.known, note, { ready, changed, tick: tally.tick, go: walk.go, choose: walk.filter });
  const desk = deskOf(order, stage.el, caption, { ...verdicts, go: walk.go, enlarge });

  function draw() {
    const { place, letters } = order;
    const [known, letter] = [about(), letters[place]];
    if (place == null) {
      const end = endingOf(order, walk.choose);
      stage.tell(...end.nodes);
      set(stage.el, { label: end.label });
      if (end.isDone) others.end();
    } else {
      stage.show(place, letter, known);
      set(stage.el, { label: `Picture ${place + 1} of ${letters.length}, ${SAID[letter]}` });
    }
    const rows = known ? [["picture", `${num(place + 1)} of ${num(letters.length)}`], ...known.rows] : [];
    fill(facts, ...rows.flatMap(([name, value]) => [h("dt", h("bdi", name)), h("dd", { dir: "auto" }, value)]));
    caption.show(known);
    others.draw(known);
    desk.draw(letter);
    supply.fetchNear();
  }

  function enlarge() {
    const known = ready();
    if (!known) return;
    const { place, width, height, alt } = known;
    const pic = { id: `${place}`, key: "", index: place, width, height, alt, url: stage.url(place) };
    ui.open([pic], pic, stage.el);
  }
  ui.name = ({ index }) => `Picture ${index + 1}`;

  function changed() {
    tally.draw();
    film.soon();
  }

  link.on.thumbs = ({ pictures }, parts) =>
    pictures.forEach((/** @type {any} */ { id }, /** @type {number} */ i) => film.thumb(+id, parts[i]));
  link.on.shots = ({ pictures }, parts) => {
    let isHere = false;
    pictures.forEach((/** @type {any} */ { id, gone }, /** @type {number} */ i) => (isHere = stage.take(+id, parts[i], gone) || isHere));
    if (isHere) draw();
  };
  link.on.judged = ({ changes }) => {
    verdicts.take(changes);
    if (changes.some((/** @type {[number, string]} */ [place]) => place === order.place)) draw();
  };

  /** @param {any} now */
  function welcome(now) {
    const isFirst = !order.letters.length;
    verdicts.begin(now.letters);
    write(badge, now.badge);
    badge.hidden = !now.badge;
    fill(title, "Review by ", h("bdi", now.judge));
    decisions.welcome(now);
    if (isFirst) {
      walk.filter("");
      order.at = order.open(-1);
      desk.name();
    }
    others.welcome(now);
    tally.draw();
    walk.go(order.at, !isFirst);
  }

  const all = h(
    "div.review",
    h("div.top", title, head, badge, h("span.push"), line),
    ...tally.nodes,
    h("div.desk", h("div.sight", stage.el, film.el), h("div.side", ...desk.buttons, caption.el, facts, others.el)),
    unsaved,
  );
  all.addEventListener("keydown", desk.onkeydown);
  return { nodes: [all], welcome, state: (live) => flag(all, "away", !live), mark() {} };
}

const reviewView = {
  /** @param {Context} context */
  render: (context) => openView(context, "review", "Review of pictures", review),
};

export default reviewView;
