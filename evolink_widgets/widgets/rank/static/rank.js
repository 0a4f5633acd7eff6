/** RankView: two pictures blind, keys that vote, and how the ranking stands where it is asked for. */
import { flag, h, isPlain, make, noter, set, write } from "../../base/static/dom.js";
import { openView } from "../../base/static/view.js";
import { course } from "./course.js";
import { duel } from "./duel.js";
import { standingOf } from "./standing.js";

/** Keys, what they vote, their words and signs. */
const VOTES = /** @type {const} */ ([
  ["ArrowLeft", "left", "Left", "←"],
  ["ArrowDown", "tie", "No difference", "↓"],
  ["ArrowRight", "right", "Right", "→"],
]);

/** In fewer milliseconds two pictures have not been looked at. */
const SEEN = 350;

/** @param {string} spec @param {string} key @param {string} sign @param {string} word @param {(event: MouseEvent) => void} act */
const keyed = (spec, key, sign, word, act) =>
  h(`button.${spec}`, { onclick: act, "aria-keyshortcuts": key }, h("kbd", { "aria-hidden": true }, sign), h("span", word));

/** @param {Deck} ui @returns {Part} */
function ranking(ui) {
  const { link, say } = ui;
  const [line, note] = noter(say);
  const [title, about, badge, left] = make("bdi.title bdi.muted span.badge bdi.note");
  /** @type {Ranked} */
  let told;
  /** @type {Standing | undefined} */
  let stands;
  const shows = { scores: false, names: false, result: false };
  let pressedAt = 0;

  const way = course(ui, note, draw);
  const pair = duel(ui, pressed);
  const standing = standingOf(ui);
  const picks = VOTES.map(([key, outcome, word, sign]) => keyed("key", key, sign, word, (event) => pressed(outcome, event)));
  const undo = keyed("key.small", "Z", "Z", "Undo", way.undo);
  const pass = keyed("key.small", "S", "S", "Skip", way.skip);
  const scores = h("button.btn", () => turn("scores"));
  const names = h("button.btn", () => turn("names"));
  const result = h("button.btn.first", () => turn("result"));
  const arena = h("div.arena", pair.el, h("div.keys", ...picks), h("div.under", undo, pass));
  const main = h("div.main", arena, standing.el);
  const top = h("div.top", title, about, badge, h("span.push"), h("span.acts", scores, names, result));
  const whole = h("div.rank", top, left, line, main);

  /** @param {Ballot["outcome"]} outcome */
  function vote(outcome) {
    if (pair.isReady) way.vote(outcome);
  }

  /** A press by pointer. The second one of a double click is no vote: it hits a pair that was not seen. @param {Ballot["outcome"]} outcome @param {MouseEvent} event */
  function pressed(outcome, { detail, timeStamp }) {
    const isSecond = detail > 1 && timeStamp - pressedAt < SEEN;
    pressedAt = timeStamp;
    if (!isSecond) vote(outcome);
  }

  function draw() {
    const isResult = shows.result;
    const isShown = shows.scores || isResult;
    write(title, isResult && stands ? stands.title : told.question);
    write(about, isResult && stands ? stands.head : told.about);
    arena.hidden = isResult;
    flag(main, "whole", isResult);
    flag(main, "beside", isShown && !isResult);
    pair.show(way.queue, shows.names);
    if (stands) standing.draw(stands, { scores: isShown, names: shows.names || isResult, pending: way.pending });
    buttons(isResult, isShown);
  }

  /** @param {boolean} isResult @param {boolean} isShown */
  function buttons(isResult, isShown) {
    write(scores, shows.scores ? "Hide scores" : "Show scores");
    write(names, shows.names ? "Hide names" : "Show names");
    write(result, isResult ? "Vote on" : "Result");
    scores.hidden = isResult;
    names.hidden = isResult || !isShown;
    result.hidden = !stands?.votes && !isResult;
    const isOff = !pair.isReady;
    for (const button of picks) set(button, { "aria-disabled": isOff || null });
    set(pass, { "aria-disabled": !way.queue[0] || null });
    set(undo, { "aria-disabled": !(way.canUndo || stands?.votes) || null });
  }

  /** @param {keyof typeof shows} what */
  function turn(what) {
    shows[what] = !shows[what];
    if (!shows.scores) shows.names = false;
    if (what !== "names") say(shows[what] ? "The scores are shown." : "The scores are hidden.");
    draw();
    if (what === "result" && !shows.result) pair.el.focus({ preventScroll: true });
  }

  link.on.thumbs = ({ pictures, small }, parts) => {
    if (small) standing.take(pictures, parts);
    Promise.resolve(small || pair.take(pictures, parts)).then(draw);
  };
  link.on.standing = ({ standing: now }) => {
    stands = now;
    way.counts(now);
    draw();
  };
  // Whatever has the focus in here: a button that was pressed is no hindrance to the keys.
  whole.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!told || shows.result || !isPlain(event)) return;
    const found = VOTES.find(([key]) => key === event.key);
    const act = found ? () => vote(found[1]) : { z: way.undo, s: way.skip }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat) act();
  });

  return {
    nodes: [whole],
    welcome(/** @type {any} */ ranked) {
      told = ranked;
      stands = told.standing;
      write(badge, told.badge);
      badge.hidden = !told.badge;
      write(left, told.leftOut);
      left.hidden = !told.leftOut;
      set(pair.el, { label: `${told.question} Two pictures without names` });
      pair.again();
      way.open(told);
      draw();
    },
    // Where no kernel answers, the pairs that are here can be voted on: the votes are kept.
    state() {},
    mark() {},
  };
}

const rankView = {
  /** @param {Context} context */
  render: (context) => openView(context, "rank", "Ranking of pictures", ranking),
};

export default rankView;
